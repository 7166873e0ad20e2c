import PacketModel
public import SimulationCore

/// Writes a trace as a story: one line for each event, columns aligned.
///
///     time         cpu   context    packet  device    step         what                    changes
///     0.000000700  cpu0  task curl  pkt 1   pod/eth0  netkit/peer  from_pod [1] → redirect  mark 0 → 5
public struct StoryRenderer: Sendable {
    /// Whether words are emphasised with ANSI sequences; every state has its word all the same.
    public var isColoured: Bool

    public init(isColoured: Bool = false) { self.isColoured = isColoured }

    /// The story of `events`, headings first, a line feed after each line; empty for no events.
    public func text(_ events: [TraceEvent]) -> String {
        guard !events.isEmpty else { return "" }
        var table = TextTable()
        table.append(
            ["time", "cpu", "context", "packet", "device", "step", "what", "changes"].map { .init($0, .faint) })
        for event in events { table.append(row(event)) }
        return table.text(coloured: isColoured)
    }

    private func row(_ event: TraceEvent) -> [TextTable.Cell] {
        var changes = event.snapshot?.changes(since: event.before) ?? []
        if event.step.mayOrphan, event.snapshot?.hasSocket == true, event.before != nil {
            changes.append("socket kept")
        }
        return [
            .init(event.time.secondsText, .faint), "cpu\(event.context.cpu)", "\(event.context)",
            .init(event.packetText), .init(event.place), .init(event.step.word, event.step.emphasis),
            .init(event.step.detail), .init(changes.joined(separator: ", ")),
        ]
    }
}

extension TraceEvent {
    /// `pkt 1`, and on a clone's first step `pkt 2 of 1`.
    var packetText: String {
        guard let packet else { return "" }
        return "pkt \(packet.rawValue)" + (parent.map { " of \($0.rawValue)" } ?? "")
    }

    /// `pod/eth0`, or the namespace alone for steps of its stack.
    var place: String { device.map { "\(namespace)/\($0)" } ?? namespace }
}

extension VirtualTime {
    /// Seconds with nine digits behind the point: `0.000003100`.
    public var secondsText: String {
        let fraction = String(nanoseconds % 1_000_000_000)
        return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count) + fraction
    }
}
