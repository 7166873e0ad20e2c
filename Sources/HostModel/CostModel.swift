public import Trace

/// What each stage of kernel work costs, in virtual nanoseconds: a declared table, never a measurement of this machine.
public struct CostModel: Sendable {
    /// The name that reports print.
    public let name: String
    private let prices: [UInt64]

    /// A table of prices; stages that it leaves out cost nothing.
    public init(name: String, _ prices: [Stage: UInt64]) {
        self.name = name
        self.prices = Stage.allCases.map { prices[$0] ?? 0 }
    }

    /// The price of one stage in nanoseconds.
    @inline(__always) public func price(_ stage: Stage) -> UInt64 { prices[stage.rawValue] }

    /// Everything is free: the purely functional run.
    public static let zero = Self(name: "zero", [:])

    /// Linux 6.12's own instruction counts, one nanosecond each.
    ///
    /// The sums over whole paths are counts taken from that kernel (64-byte UDP datagrams from a socket to a NIC without
    /// a queue, one CPU, system call included):
    ///
    /// | path | instructions |
    /// |---|---|
    /// | host socket → NIC | 4,224 |
    /// | netkit, `bpf_redirect_neigh` at the peer's hook | 5,795 |
    /// | netkit, `bpf_redirect` at the peer's hook | 4,958 |
    /// | netkit, no program, the host's stack forwards | 7,157 |
    /// | netkit, a program passes, the host's stack forwards | 7,190 |
    /// | veth, no program, the host's stack forwards | 7,193 |
    /// | veth, tcx ingress passes, the host's stack forwards | 7,338 |
    /// | veth, tcx ingress `bpf_redirect_neigh` | 6,683 |
    /// | veth, tcx ingress `bpf_redirect` | 5,844 |
    /// | veth, to a bound socket on the other side | 8,076 |
    ///
    /// How a sum is divided among the stages that always occur together is our choice. Stages that none of these paths
    /// passes (interrupts, reception at a NIC, ICMP, neighbour discovery) are set to a similar size.
    public static let instructions612 = Self(
        name: "instructions-6.12",
        [
            .socketSend: 2_900, .ipOutput: 500, .neighbourOutput: 200, .deviceTransmit: 300, .nicTransmit: 324,
            .netkitTransmit: 271, .vethTransmit: 306, .loopbackTransmit: 250,
            .tcxHook: 112, .program: 33, .redirect: 130, .redirectNeighbour: 637,
            .backlogEnqueue: 120, .softirqEntry: 330, .backlogPoll: 110, .receiveCore: 180,
            .ipReceive: 800, .ipForward: 123, .udpReceive: 2_331,
            .interrupt: 400, .nicReceive: 400, .neighbourDiscovery: 600, .icmp: 600,
        ])
}
