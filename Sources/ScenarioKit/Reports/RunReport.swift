public import Trace

/// The results of all scenarios of one run, in the order in which they were named.
public struct RunReport: Sendable {
    public var results: [ScenarioResult]

    public init(_ results: [ScenarioResult]) { self.results = results }

    /// How many scenarios ended so.
    public func count(_ outcome: ScenarioResult.Outcome) -> Int { results.count { $0.outcome == outcome } }

    /// 0 all held, 1 something judged failed, 2 something could not be judged, or there was nothing to judge.
    ///
    /// What failed outweighs what could not be judged.
    public var exitStatus: Int32 {
        if count(.failed) > 0 { return 1 }
        return results.isEmpty || count(.held) < results.count ? 2 : 0
    }

    /// One line for each scenario, details of failures, totals last; stories in front of the lines where asked for.
    public func text(withStories: Bool, coloured: Bool) -> String {
        var text = ""
        for result in results {
            if withStories, !result.events.isEmpty {
                text += "\(result.title ?? result.file)\n\n"
                text += StoryRenderer(isColoured: coloured).text(result.events) + "\n"
            }
            text += result.line(coloured: coloured) + "\n"
            text += result.details(coloured: coloured)
        }
        return text + totals + "\n"
    }

    private var totals: String {
        let words: [(ScenarioResult.Outcome, String)] = [
            (.held, "held"), (.failed, "failed"), (.notModelled, "not modelled"), (.unreadable, "unreadable"),
            (.unavailable, "could not be judged here"),
        ].filter { $0.0 != .unavailable || count(.unavailable) > 0 }
        let counts = words.map { "\(count($0.0)) \($0.1)" }.joined(separator: ", ")
        return results.isEmpty ? "no scenarios" : "\(results.count) scenario\(results.count == 1 ? "" : "s"): \(counts)"
    }

    /// One document: schema, results, totals.
    public func json(withTrace: Bool) -> JSONValue {
        var object = JSONObject()
        object.set("schema", .schema("nksim-scenario-run"))
        object.set("scenarios", .array(results.map { $0.json(withTrace: withTrace) }))
        var totals = JSONObject()
        for outcome in ScenarioResult.Outcome.allCases { totals.set(outcome.rawValue, number: count(outcome)) }
        object.set("totals", .object(totals))
        return .object(object)
    }
}

extension JSONValue {
    /// `{"name": …, "version": 1}`, which every document of nksim begins with.
    public static func schema(_ name: String, version: Int = 1) -> Self {
        var object = JSONObject()
        object.set("name", text: name)
        object.set("version", number: version)
        return .object(object)
    }
}

extension ScenarioResult {
    /// The outcome's word, the file, and what it was about.
    func line(coloured: Bool) -> String {
        let words: [Outcome: String] = [
            .held: "held", .failed: "FAILED", .notModelled: "not modelled", .unreadable: "unreadable",
            .unavailable: "could not judge",
        ]
        var word = words[outcome] ?? outcome.rawValue
        if coloured { word = "\u{1B}[\(outcome == .held ? "32" : "31")m\(word)\u{1B}[0m" }
        var count = "\(expectationCount) expectation\(expectationCount == 1 ? "" : "s")"
        if notJudgedCount > 0 { count += ", \(notJudgedCount) not judged here" }
        let time = duration.map { ", \($0) ns of virtual time" } ?? ""
        return "\(word)  \(file)" + (kernel.isEmpty ? "" : "  (Linux \(release ?? kernel), \(count)\(time))")
    }

    /// What failed: expected and found side by side, and the packets' way up to there.
    func details(coloured: Bool) -> String {
        var text = ""
        if let error { text += "  \(error)\n" }
        for remark in remarks { text += "  \(remark)\n" }
        for failure in failures {
            text += "  \(failure.place): \(failure.subject)\n"
            var table = TextTable()
            table.append(["    ", "", "expected", "found"])
            for row in failure.rows {
                table.append([
                    row.holds ? "    " : .init("  ≠ ", .bad), .init(row.field), .init(row.expected),
                    .init(row.found, row.holds ? .plain : .bad),
                ])
            }
            text += table.text(coloured: coloured)
            if !failure.path.isEmpty {
                text += "    the way up to there:\n"
                for line in StoryRenderer(isColoured: coloured).text(failure.path).split(separator: "\n") {
                    text += "    \(line)\n"
                }
            }
        }
        if outcome != .held {
            let kernel = release != nil || outcome == .unavailable ? " --on linux" : ""
            text += "  again: nksim scenario run\(kernel) \(file)\(seed == 1 ? "" : " --seed \(seed)")\n"
        }
        return text
    }
}
