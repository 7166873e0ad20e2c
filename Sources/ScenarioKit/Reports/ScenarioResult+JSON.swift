public import Trace

extension ScenarioResult {
    /// The result as an object with stable keys; the trace is left out unless asked for.
    public func json(withTrace: Bool) -> JSONValue {
        var object = JSONObject()
        object.set("scenario", text: file)
        object.set("title", text: title)
        object.set("kernel", text: kernel)
        object.set("seed", text: "\(seed)")
        object.set("outcome", text: outcome.rawValue)
        object.set("expectations", number: expectationCount)
        object.set("not_judged", number: notJudgedCount)
        object.set("duration_ns", number: duration)
        object.set("error", error?.json)
        if !remarks.isEmpty { object.set("remarks", .array(remarks.map { .string($0) })) }
        object.set("failures", .array(failures.map(\.json)))
        object.set("observations", observations.json)
        if withTrace { object.set("trace", .array(events.map(\.json))) }
        return .object(object)
    }
}

extension ScenarioError {
    /// `{"code": …, "message": …, "where": …}`
    public var json: JSONValue {
        var object = JSONObject()
        object.set("code", text: kind.rawValue)
        object.set("message", text: message)
        object.set("where", text: place.description)
        return .object(object)
    }
}

extension ScenarioFailure {
    var json: JSONValue {
        var object = JSONObject()
        object.set("where", text: place.description)
        object.set("subject", text: subject)
        object.set(
            "rows",
            .array(
                rows.map { row in
                    var object = JSONObject()
                    object.set("field", text: row.field)
                    object.set("expected", text: row.expected)
                    object.set("found", text: row.found)
                    object.set("holds", flag: row.holds)
                    return .object(object)
                }))
        return .object(object)
    }
}
