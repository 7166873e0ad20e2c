public import PacketModel
public import SimulationCore

/// One line of a story: when, where and in what context which packet took which step.
public struct TraceEvent: Sendable {
    public var time: VirtualTime
    public var context: ExecutionContext
    public var packet: PacketNumber?
    /// The packet that this one was cloned from, on its first event.
    public var parent: PacketNumber?
    /// Name of the network namespace.
    public var namespace: String
    /// Name of the device; nil for steps of a stack.
    public var device: String?
    public var step: TraceStep
    /// The packet after the step; nil for steps without one.
    public var snapshot: PacketSnapshot?
    /// The snapshot of the same packet's step before; nil on its first.
    public var before: PacketSnapshot?

    public init(
        time: VirtualTime, context: ExecutionContext, packet: PacketNumber?, parent: PacketNumber? = nil,
        namespace: String, device: String?, step: TraceStep, snapshot: PacketSnapshot? = nil,
        before: PacketSnapshot? = nil
    ) {
        self.time = time
        self.context = context
        self.packet = packet
        self.parent = parent
        self.namespace = namespace
        self.device = device
        self.step = step
        self.snapshot = snapshot
        self.before = before
    }
}
