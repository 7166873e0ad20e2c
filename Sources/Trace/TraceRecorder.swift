public import PacketModel
public import SimulationCore

/// Collects the events of one simulation, in order, and remembers each packet's last snapshot.
public final class TraceRecorder {
    public private(set) var events: [TraceEvent] = []
    private var last: [PacketNumber: PacketSnapshot] = [:]
    private var parents: [PacketNumber: PacketNumber] = [:]

    public init() {}

    /// Says that `child` was cloned from `parent`, before the child's first step.
    public func noteClone(_ child: PacketNumber, of parent: PacketNumber) {
        parents[child] = parent
        last[child] = last[parent]
    }

    /// Adds a step of `packet`, or one without a packet.
    public func record(
        _ step: TraceStep, packet: SocketBuffer?, time: VirtualTime, context: ExecutionContext, namespace: String,
        device: String?
    ) {
        let snapshot = packet.map { PacketSnapshot($0) }
        let number = packet?.number
        events.append(
            TraceEvent(
                time: time, context: context, packet: number,
                parent: number.flatMap { parents.removeValue(forKey: $0) },
                namespace: namespace, device: device, step: step, snapshot: snapshot,
                before: number.flatMap { last[$0] }))
        if let number { last[number] = snapshot }
    }
}
