public import PacketModel

/// What running programs need of the world around them; the joined simulation implements it.
///
/// All questions are about the moment and the CPU that run now.
public protocol RuntimeHost: AnyObject {
    /// `ktime_get_ns`: nanoseconds since boot.
    var kernelTime: UInt64 { get }
    /// The current CPU, below the number of possible CPUs.
    var currentCPU: Int { get }
    /// 32 random bits of the simulation's seed (bpf_get_prandom_u32).
    func random32() -> UInt32

    /// Writes a line's text to the trace pipe; what stands in front of it (``TracePipeLine``) is the host's.
    func tracePrint(_ text: String)
    /// Stores what `bpf_redirect` and its kin ask for until a verdict consumes it; false where no redirect state is open
    /// (`bpf_net_ctx_get` is NULL), which the helper answers with a drop.
    func setRedirect(_ request: RedirectRequest) -> Bool
    /// bpf_clone_redirect: checks, clones, and carries out at once. 0, a positive NET_* code, or a negative errno.
    func cloneRedirect(_ packet: SocketBuffer, index: UInt32, flags: UInt64) -> Int32

    /// Where a test run's packet is: the device with this index in the caller's namespace, 0 and 1 its loopback; nil where
    /// there is none. `native` is its native block (`SocketBufferLayout.device`).
    func testDevice(index: UInt32) -> TestDevice?
    /// The number of the next packet, for a test run's.
    func nextPacketNumber() -> PacketNumber
    /// Runs `body` as BPF_PROG_TEST_RUN runs a program: bottom halves off, a redirect state of its own, which is thrown
    /// away after it.
    func withTestRun(_ body: () -> Void)
}

/// The device of a test run.
public struct TestDevice {
    public var object: AnyObject?
    /// Address of its native block, whose first u32 is the ifindex.
    public var native: UInt64
    public var address: LinkAddress
    /// The address that counts as broadcast there; a loopback's is zero.
    public var broadcast: LinkAddress

    public init(object: AnyObject?, native: UInt64, address: LinkAddress, broadcast: LinkAddress) {
        self.object = object
        self.native = native
        self.address = address
        self.broadcast = broadcast
    }
}

/// What bpf_redirect, bpf_redirect_peer or bpf_redirect_neigh store (`struct bpf_redirect_info`).
public struct RedirectRequest: Hashable, Sendable {
    /// `tgt_index`.
    public var targetIndex: UInt32
    /// BPF_F_INGRESS and the kernel's internal bits: ``neighbour``, ``peer``, ``nextHop``.
    public var flags: UInt32
    /// AF_INET 2, AF_INET6 10, or whatever a program wrote; with ``nextHop``.
    public var nextHopFamily: UInt32 = 0
    /// The next hop's address in memory order, first byte lowest; IPv4 in the low 4 bytes.
    public var nextHopLow: UInt64 = 0
    public var nextHopHigh: UInt64 = 0

    public init(targetIndex: UInt32, flags: UInt32) {
        self.targetIndex = targetIndex
        self.flags = flags
    }

    /// BPF_F_NEIGH.
    public static let neighbour: UInt32 = 1 << 16
    /// BPF_F_PEER.
    public static let peer: UInt32 = 1 << 17
    /// BPF_F_NEXTHOP.
    public static let nextHop: UInt32 = 1 << 18
}
