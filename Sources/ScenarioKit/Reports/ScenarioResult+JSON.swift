import BPFObjectFile
import KernelControl
import LinuxABI
import PacketModel
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
        object.set("duration_ns", number: duration)
        object.set("error", error?.json)
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

extension Observations {
    /// Everything that was seen, in the order of the scenario's declarations.
    public var json: JSONValue {
        var object = JSONObject()
        object.set("steps", .array(steps.map(\.json)))
        object.set("captures", .array(captures.map(\.json)))
        object.set(
            "counters",
            .array(
                counters.map { counters in
                    var object = JSONObject()
                    object.set("device", text: counters.device.description)
                    for (counter, change) in counters.changes { object.set(counter.rawValue, number: change) }
                    return .object(object)
                }))
        object.set("chains", .array(chains.map(\.json)))
        object.set("sockets", .array(sockets.map(\.json)))
        object.set("maps", .array(maps.map(\.json)))
        object.set(
            "softnet",
            .array(
                softnet.enumerated().map { cpu, row in
                    var object = JSONObject()
                    object.set("cpu", number: cpu)
                    for (counter, change) in row { object.set(counter.rawValue, number: change) }
                    return .object(object)
                }))
        object.set("trace_pipe", .array(tracePipe.map { .string($0) }))
        return .object(object)
    }
}

extension Observations.StepOutcome {
    var json: JSONValue {
        var object = JSONObject()
        object.set("step", number: index)
        object.set("name", text: name)
        object.set("verb", text: verb)
        object.set("errno", text: failure.map { "\($0.errno)" })
        if let failure, !failure.message.isEmpty { object.set("message", text: failure.message) }
        return .object(object)
    }
}

extension Observations.Capture {
    var json: JSONValue {
        var object = JSONObject()
        object.set("name", text: name)
        object.set("device", text: device.description)
        object.set(
            "frames",
            .array(
                frames.map { frame in
                    var object = JSONObject()
                    object.set("time_ns", number: frame.time)
                    object.set("direction", text: frame.direction.rawValue)
                    object.set("length", number: frame.length)
                    object.set("partial_checksum", flag: frame.hasPartialChecksum)
                    object.set("packet", text: PacketDescription(frame.bytes).text(payloadLimit: 64))
                    object.set("bytes", .hex(frame.bytes))
                    return .object(object)
                }))
        return .object(object)
    }
}

extension Observations.Chain {
    var json: JSONValue {
        var object = JSONObject()
        object.set("device", text: device.description)
        object.set("hook", text: hook.name)
        object.set("revision", text: "\(revision)")
        object.set("programs", .array(programs.map { .string($0) }))
        return .object(object)
    }
}

extension Observations.Socket {
    var json: JSONValue {
        var object = JSONObject()
        object.set("name", text: name)
        object.set(
            "datagrams",
            .array(
                datagrams.map { datagram in
                    var object = JSONObject()
                    object.set("from", text: datagram.source?.text)
                    object.set("payload", .hex(datagram.payload))
                    return .object(object)
                }))
        object.set("errors", .array(errors.map { .string("\($0)") }))
        return .object(object)
    }
}

extension Observations.Map {
    var json: JSONValue {
        var object = JSONObject()
        object.set("object", text: self.object)
        object.set("name", text: name)
        object.set(
            "entries",
            .array(
                entries.map { entry in
                    var object = JSONObject()
                    object.set("key", .hex(entry.key))
                    object.set("value", .hex(entry.value))
                    return .object(object)
                }))
        return .object(object)
    }
}
