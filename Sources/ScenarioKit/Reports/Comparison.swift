public import Trace

/// Two runs side by side: what the packet of each story met.
public struct Comparison: Sendable {
    public let left: ScenarioResult
    public let right: ScenarioResult

    public init(_ left: ScenarioResult, _ right: ScenarioResult) {
        self.left = left
        self.right = right
    }

    /// One compared property.
    struct Row {
        let key: String
        let title: String
        let left: [String]
        let right: [String]
    }

    var rows: [Row] {
        let journeys = (PacketJourney(left.events), PacketJourney(right.events))
        func row(_ key: String, _ title: String, _ value: (PacketJourney, ScenarioResult) -> [String]) -> Row {
            Row(key: key, title: title, left: value(journeys.0, left), right: value(journeys.1, right))
        }
        return [
            row("devices", "devices crossed") { journey, _ in journey.devices },
            row("programs", "programs and verdicts") { journey, _ in journey.programs },
            row("contexts", "ran in") { journey, _ in journey.contexts },
            row("cpus", "on CPUs") { journey, _ in [journey.cpus.map { "\($0)" }.joined(separator: ", ")] },
            row("backlog_crossings", "backlog crossings") { journey, _ in ["\(journey.backlogCrossings)"] },
            row("neighbour_lookups", "neighbour look-ups") { journey, _ in ["\(journey.neighbourLookups)"] },
            row("socket", "sender's socket at the NIC") { journey, _ in
                [journey.keptSocket.map { $0 ? "kept" : "orphaned" } ?? "never got there"]
            },
            row("end", "ends with") { journey, _ in [journey.end] },
            row("frames_on_the_wire", "its frames on the wire") { journey, _ in ["\(journey.framesOnTheWire)"] },
            row("steps", "steps") { journey, _ in ["\(journey.steps)"] },
            row("duration_ns", "virtual time") { journey, _ in ["\(journey.duration) ns"] },
            row("outcome", "outcome") { _, result in [result.outcome == .held ? "held" : result.outcome.rawValue] },
        ]
    }

    /// The table; rows that differ have a `≠` in front.
    public func text(coloured: Bool) -> String {
        var table = TextTable()
        table.append(["", "", .init(left.shortName, .strong), .init(right.shortName, .strong)])
        for row in rows {
            let differs = row.left != row.right
            for line in 0..<max(1, row.left.count, row.right.count) {
                table.append([
                    differs && line == 0 ? "≠" : "", .init(line == 0 ? row.title : ""),
                    .init(line < row.left.count ? row.left[line] : ""),
                    .init(line < row.right.count ? row.right[line] : ""),
                ])
            }
        }
        return table.text(coloured: coloured)
    }

    public var json: JSONValue {
        var object = JSONObject()
        object.set("schema", .schema("nksim-scenario-compare"))
        object.set("left", text: left.file)
        object.set("right", text: right.file)
        object.set(
            "rows",
            .array(
                rows.map { row in
                    var object = JSONObject()
                    object.set("property", text: row.key)
                    object.set("left", .array(row.left.map { .string($0) }))
                    object.set("right", .array(row.right.map { .string($0) }))
                    object.set("differs", flag: row.left != row.right)
                    return .object(object)
                }))
        return .object(object)
    }
}

extension ScenarioResult {
    /// The scenario's folder, which is its name, or the file without its ending.
    var shortName: String {
        let parts = file.split(separator: "/").map { String($0) }
        guard let last = parts.last else { return file }
        if last == "scenario.yaml", parts.count > 1 { return parts[parts.count - 2] }
        return last.split(separator: ".").first.map { String($0) } ?? last
    }
}
