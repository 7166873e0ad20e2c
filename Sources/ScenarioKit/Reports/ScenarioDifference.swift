import SimulationCore
public import Trace

/// One scenario on the model beside a real kernel.
public struct ScenarioDifference: Sendable {
    public enum Outcome: String, Sendable, CaseIterable {
        case equal
        case differs
        /// One of the two sides is missing.
        case notJudged = "not_judged"
    }

    public var file: String
    /// The real kernel's release, major and minor; empty where it is not known.
    public var kernel = ""
    /// Whether the real kernel ran now rather than when it was recorded.
    public var isLive = false
    public var differences: [ObservationDifference] = []
    /// Why nothing could be judged; nil where something was.
    public var problem: String?
    /// What a reader must know of the kernel that ran now.
    public var remarks: [String] = []
    /// The model's run; nil where it never came to it.
    public var simulated: ScenarioResult?

    public init(file: String) { self.file = file }

    public var outcome: Outcome { problem != nil ? .notJudged : differences.isEmpty ? .equal : .differs }

    /// The model's events up to a difference: of its step, and of the packets that met its device; at most forty.
    func way(to difference: ObservationDifference) -> [TraceEvent] {
        guard let simulated else { return [] }
        var events = simulated.events[...]
        if let step = difference.step {
            let end = simulated.eventCounts[step] ?? events.count
            let start = simulated.eventCounts.filter { $0.key < step }.map(\.value).max() ?? 0
            events = events[min(start, end)..<end]
        }
        if let time = time(of: difference.path, in: simulated.observations) {
            events = events.prefix { $0.time.nanoseconds <= time }
        }
        guard let device = difference.device else { return events.suffix(40) }
        let packets = Set(events.filter { "\($0.device ?? "")@\($0.namespace)" == device }.compactMap(\.packet))
        let own = events.filter { event in event.packet.map { packets.contains($0) } ?? false }
        return own.isEmpty ? Array(events.suffix(40)) : own.suffix(40)
    }

    /// When the model's capture saw a frame.
    private func time(of path: String, in observations: Observations) -> UInt64? {
        for capture in observations.captures {
            let start = "captures.\(capture.name).frames["
            guard path.hasPrefix(start), let index = Int(path.dropFirst(start.count).dropLast()),
                capture.frames.indices.contains(index)
            else { continue }
            return capture.frames[index].time
        }
        return nil
    }
}

/// Scenarios on the model beside a real kernel, in the order in which they were named.
public struct DifferenceReport: Sendable {
    public var scenarios: [ScenarioDifference]

    public init(_ scenarios: [ScenarioDifference]) { self.scenarios = scenarios }

    func count(_ outcome: ScenarioDifference.Outcome) -> Int { scenarios.count { $0.outcome == outcome } }

    /// 0 all equal, 1 something differs, 2 something could not be judged, or there was nothing to judge.
    public var exitStatus: Int32 {
        if count(.differs) > 0 { return 1 }
        return scenarios.isEmpty || count(.notJudged) > 0 ? 2 : 0
    }

    /// A line for each scenario; below it the first difference with the packets' way up to it, and how many follow.
    public func text(coloured: Bool) -> String {
        let text = scenarios.map { $0.text(coloured: coloured) }.joined()
        if scenarios.isEmpty { return "no scenarios\n" }
        let counts = "\(count(.equal)) equal, \(count(.differs)) differ, \(count(.notJudged)) not judged"
        return text + "\(scenarios.count) scenario\(scenarios.count == 1 ? "" : "s"): \(counts)\n"
    }

    /// One document: schema, scenarios with all their differences, totals.
    public var json: JSONValue {
        var object = JSONObject()
        object.set("schema", .schema("nksim-scenario-diff"))
        object.set("scenarios", .array(scenarios.map(\.json)))
        var totals = JSONObject()
        for outcome in ScenarioDifference.Outcome.allCases { totals.set(outcome.rawValue, number: count(outcome)) }
        object.set("totals", .object(totals))
        return .object(object)
    }
}

extension ScenarioDifference {
    func text(coloured: Bool) -> String {
        let words: [Outcome: String] = [.equal: "equal", .differs: "DIFFERS", .notJudged: "not judged"]
        var word = words[outcome] ?? outcome.rawValue
        if coloured { word = "\u{1B}[\(outcome == .equal ? "32" : "31")m\(word)\u{1B}[0m" }
        let side = kernel.isEmpty ? "" : "  (Linux \(kernel), \(isLive ? "live" : "recorded"))"
        var text = "\(word)  \(file)\(side)\n"
        for remark in remarks { text += "  note: \(remark)\n" }
        if let problem { text += "  \(problem)\n" }
        guard let first = differences.first else { return text }
        text += "  \(first.path)" + (first.step.map { ", in step \($0)" } ?? ", at the end") + "\n"
        var table = TextTable()
        table.append(["    ", "", .init("Linux"), .init("nksim")])
        for row in first.rows {
            table.append([.init("  ≠ ", .bad), .init(row.field), .init(row.linux), .init(row.simulated, .bad)])
        }
        text += table.text(coloured: coloured)
        let way = way(to: first)
        if !way.isEmpty {
            text += "    nksim's way up to there:\n"
            for line in StoryRenderer(isColoured: coloured).text(way).split(separator: "\n") { text += "    \(line)\n" }
        }
        let others = differences.dropFirst()
        if !others.isEmpty {
            let shown = others.prefix(8).map(\.path).joined(separator: ", ")
            text += "  \(others.count) further difference\(others.count == 1 ? "" : "s"): \(shown)"
            text += others.count > 8 ? " …\n" : "\n"
        }
        return text + "  again: nksim scenario diff \(file)\(isLive ? " --on linux" : "")\n"
    }

    var json: JSONValue {
        var object = JSONObject()
        object.set("scenario", text: file)
        object.set("kernel", text: kernel.isEmpty ? nil : kernel)
        object.set("live", flag: isLive)
        object.set("outcome", text: outcome.rawValue)
        object.set("problem", text: problem)
        if !remarks.isEmpty { object.set("remarks", .array(remarks.map { .string($0) })) }
        object.set("differences", .array(differences.map(\.json)))
        return .object(object)
    }
}

extension ObservationDifference {
    var json: JSONValue {
        var object = JSONObject()
        object.set("path", text: path)
        object.set("step", number: step)
        object.set("device", text: device)
        object.set(
            "rows",
            .array(
                rows.map { row in
                    var object = JSONObject()
                    object.set("field", text: row.field)
                    object.set("linux", text: row.linux)
                    object.set("nksim", text: row.simulated)
                    return .object(object)
                }))
        return .object(object)
    }
}
