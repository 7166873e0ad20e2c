public import Trace

/// One thing that two kernels were seen to do differently.
public struct ObservationDifference: Hashable, Sendable {
    /// One value of it.
    public struct Row: Hashable, Sendable {
        /// Behind the difference's path; a frame's header fields are told as `bytes: ipv4.ttl`.
        public var field: String
        public var linux: String
        public var simulated: String
    }

    /// Such as `captures.wire.frames[2]`.
    public var path: String
    /// The step that it was seen in; nil for what is read at the end.
    public var step: Int?
    /// `DEVICE@NAMESPACE` where it is about one.
    public var device: String?
    public var rows: [Row]

    /// Every difference between normalised observations in their JSON form, the earliest step's first, what is read at the
    /// end last.
    public static func between(linux: JSONValue, simulated: JSONValue) -> [ObservationDifference] {
        let left = ObservedElement.elements(of: linux)
        let right = ObservedElement.elements(of: simulated)
        let leftPaths = Set(left.map(\.path))
        let rightByPath = Dictionary(right.map { ($0.path, $0) }) { first, _ in first }
        var differences: [ObservationDifference] = []
        for element in left {
            let rows: [Row]
            if let other = rightByPath[element.path] {
                rows = self.rows(element, other)
            } else {
                rows = [Row(field: "", linux: element.summary, simulated: "nothing")]
            }
            if !rows.isEmpty { differences.append(.init(element, rows)) }
        }
        for element in right where !leftPaths.contains(element.path) {
            differences.append(.init(element, [Row(field: "", linux: "nothing", simulated: element.summary)]))
        }
        let order = differences.enumerated().sorted {
            ($0.element.step ?? .max, section($0.element.path), $0.offset)
                < ($1.element.step ?? .max, section($1.element.path), $1.offset)
        }
        return order.map(\.element)
    }

    private init(_ element: ObservedElement, _ rows: [Row]) {
        path = element.path
        step = element.step
        device = element.device
        self.rows = rows
    }

    /// Causes before effects: within a step, what was answered and what programs said come before what became of packets.
    private static let sections = [
        "steps", "runs", "captures", "drops", "sockets", "trace_pipe", "counters", "chains", "neighbours", "maps",
        "softnet",
    ]

    private static func section(_ path: String) -> Int {
        let name = path.prefix { $0 != "." && $0 != "[" }
        return sections.firstIndex(of: String(name)) ?? sections.count
    }

    /// The fields that differ; of a frame those that its bytes spell, and what only repeats another field is left out.
    private static func rows(_ linux: ObservedElement, _ simulated: ObservedElement) -> [Row] {
        var rows: [Row] = []
        let names = linux.fields.map(\.name)
        let further = simulated.fields.map(\.name).filter { !names.contains($0) }
        for name in names + further {
            let left = linux.fields.first { $0.name == name }?.value
            let right = simulated.fields.first { $0.name == name }?.value
            guard left != right else { continue }
            rows.append(Row(field: name, linux: left?.plainText ?? "nothing", simulated: right?.plainText ?? "nothing"))
        }
        if rows.contains(where: { $0.field == "verdict" }) { rows.removeAll { $0.field == "returned" } }
        guard let index = rows.firstIndex(where: { $0.field == "bytes" }) else { return rows }
        if let left = hexBytes(rows[index].linux), let right = hexBytes(rows[index].simulated) {
            let decoded = decodedRows(left, linux.isPartial, right, simulated.isPartial)
            rows.replaceSubrange(index...index, with: decoded)
            rows.removeAll { $0.field == "packet" }
        }
        return rows
    }

    private static func decodedRows(
        _ linux: [UInt8], _ linuxIsPartial: Bool, _ simulated: [UInt8], _ simulatedIsPartial: Bool
    ) -> [Row] {
        let left = FrameFields(frame: linux, hasPartialChecksum: linuxIsPartial)
        let right = FrameFields(frame: simulated, hasPartialChecksum: simulatedIsPartial)
        let names = left.fields.map(\.name)
        var rows: [Row] = []
        for name in names + right.fields.map(\.name).filter({ !names.contains($0) }) where name != "length" {
            guard left[name] != right[name] else { continue }
            rows.append(
                Row(field: "bytes: \(name)", linux: left[name] ?? "nothing", simulated: right[name] ?? "nothing"))
        }
        guard rows.isEmpty else { return rows }
        let shared = zip(linux, simulated).prefix { $0 == $1 }.count
        func text(_ bytes: [UInt8]) -> String { bytes.count > shared ? "0x" + hexText([bytes[shared]]) : "the end" }
        return [Row(field: "bytes: byte \(shared)", linux: text(linux), simulated: text(simulated))]
    }

    private static func hexBytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }
}

extension ObservedElement {
    /// Whether a frame's transport checksum is left to a device.
    fileprivate var isPartial: Bool { fields.contains { $0.name == "partial_checksum" && $0.value == .bool(true) } }
}
