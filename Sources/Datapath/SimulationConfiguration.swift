public import HostModel

/// What a simulated host is made with; everything else is done to it through ``KernelControl/KernelControl``.
public struct SimulationConfiguration: Sendable {
    /// CPUs, at least 1.
    public var cpuCount = 2
    /// Seeds every random stream: same seed, same bytes.
    public var seed: UInt64 = 1
    /// What work costs in virtual time.
    public var costs = CostModel.instructions612
    /// Whether the host keeps a story of each packet.
    public var isTracing = true
    /// How long a frame is under way between two NICs, in nanoseconds: as between machines of one rack, so that a short burst
    /// has left before its first answer comes.
    public var wireDelay: UInt64 = 50_000

    public init() {}
}
