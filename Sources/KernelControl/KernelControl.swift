public import LinuxABI
public import PacketModel

/// What a user does to a kernel, shaped like the system calls: one protocol for the simulated kernel and for Linux.
///
/// All calls are synchronous. Devices are named within a namespace, as netlink requests name them. A refusal is
/// ``ControlError/kernel(_:)`` with Linux's errno; what the simulated kernel lacks is ``ControlError/notModelled(_:)``.
public protocol KernelControl: BPFControl, LinkControl, SocketControl, WitnessControl {
    /// Lets time pass: timers fire, queues drain. Virtual in a simulation; Linux sleeps.
    func advance(nanoseconds: UInt64) throws(ControlError)

    /// Lets everything happen that is due without waiting: until no packet is under way any more. Timers stay.
    func settle() throws(ControlError)

    /// Writes a sysctl by its dotted name, such as `net.ipv4.ip_forward`, in a namespace.
    func setSysctl(_ name: String, to value: String, in namespace: NamespaceName) throws(ControlError)

    /// Reads a sysctl by its dotted name.
    func sysctl(_ name: String, in namespace: NamespaceName) throws(ControlError) -> String

    /// /proc/net/softnet_stat, a row for each CPU.
    func softnetStatistics() throws(ControlError) -> [SoftnetStatistics]

    /// What packets asked of the kernel on their way that it has no part for, by name, each once. A kernel that is real lacks
    /// nothing.
    var notModelled: [String] { get }
}

extension KernelControl {
    public var notModelled: [String] { [] }
}

/// The bpf(2) half.
public protocol BPFControl: AnyObject {
    func createMap(_ request: MapCreate) throws(ControlError) -> Descriptor
    /// The value at `key`; for per-CPU maps all CPUs' values, each rounded up to 8 bytes.
    func lookup(_ map: Descriptor, key: [UInt8]) throws(ControlError) -> [UInt8]
    /// `flags` as BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. Values of program arrays and maps of maps are descriptors.
    func update(_ map: Descriptor, key: [UInt8], value: [UInt8], flags: UInt64) throws(ControlError)
    func delete(_ map: Descriptor, key: [UInt8]) throws(ControlError)
    /// The key after `key`, or the first one; ENOENT after the last.
    func nextKey(_ map: Descriptor, after key: [UInt8]?) throws(ControlError) -> [UInt8]
    /// BPF_MAP_FREEZE.
    func freeze(_ map: Descriptor) throws(ControlError)

    /// Verifies and loads; the descriptor and the verifier's log. A refusal's message is the whole log.
    func loadProgram(_ request: ProgramLoad) throws(ControlError) -> (descriptor: Descriptor, log: String)
    func testRun(_ program: Descriptor, _ request: TestRun) throws(ControlError) -> TestRunResult
    func programID(_ program: Descriptor) throws(ControlError) -> UInt32
    func linkID(_ link: Descriptor) throws(ControlError) -> UInt32

    func attach(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition) throws(ControlError)
    /// `program` nil for "whichever stands at the position".
    func detach(
        _ program: Descriptor?, from device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition) throws(ControlError)
    func createLink(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) -> Descriptor
    func updateLink(_ link: Descriptor, to program: Descriptor, flags: UInt32, old: Descriptor?) throws(ControlError)
    func detachLink(_ link: Descriptor) throws(ControlError)
    func query(device: String, in namespace: NamespaceName, type: AttachType) throws(ControlError) -> ChainInfo

    /// What bpf_trace_printk has written since the last call, a line each.
    func takeTracePipe() throws(ControlError) -> [String]
    /// close(2) for any descriptor of this interface.
    func close(_ descriptor: Descriptor) throws(ControlError)
}

/// The rtnetlink half.
public protocol LinkControl: AnyObject {
    /// A new network namespace with a loopback device that is down and IPv6 switched off.
    func createNamespace(_ name: NamespaceName) throws(ControlError)
    func deleteNamespace(_ name: NamespaceName) throws(ControlError)
    func newLink(_ request: NewLink, in namespace: NamespaceName) throws(ControlError)
    func changeLink(_ device: String, in namespace: NamespaceName, _ change: LinkChange) throws(ControlError)
    func deleteLink(_ device: String, in namespace: NamespaceName) throws(ControlError)
    func link(_ device: String, in namespace: NamespaceName) throws(ControlError) -> LinkInfo
    /// All devices of a namespace, by index.
    func links(in namespace: NamespaceName) throws(ControlError) -> [LinkInfo]
    func addAddress(_ prefix: NetworkPrefix, to device: String, in namespace: NamespaceName) throws(ControlError)
    func addRoute(_ route: NewRoute, in namespace: NamespaceName) throws(ControlError)
    func addNeighbour(_ neighbour: NeighbourInfo, in namespace: NamespaceName) throws(ControlError)
    func neighbours(in namespace: NamespaceName) throws(ControlError) -> [NeighbourInfo]
    /// `tc qdisc add dev DEVICE clsact`; EEXIST where there is one.
    func addClsact(to device: String, in namespace: NamespaceName) throws(ControlError)
    /// `tc filter add dev DEVICE ingress|egress prio … handle … bpf direct-action`; EINVAL without a clsact.
    func addFilter(_ filter: NewFilter, to device: String, in namespace: NamespaceName) throws(ControlError)
    /// `tc filter del` of one filter, by side, priority and handle.
    func deleteFilter(_ filter: NewFilter, from device: String, in namespace: NamespaceName) throws(ControlError)
}

/// Sockets and captures.
public protocol SocketControl: AnyObject {
    func openSocket(_ request: SocketRequest) throws(ControlError) -> Descriptor
    func bind(_ socket: Descriptor, to address: SocketAddress) throws(ControlError)
    /// sendto(2): returns once the sender's context is left, softirq at its end included. For packet sockets `destination` is
    /// nil and `payload` a whole frame.
    func send(_ payload: [UInt8], from socket: Descriptor, to destination: SocketAddress?) throws(ControlError)
    /// What waits in the socket's receive queue, emptied.
    func receive(_ socket: Descriptor) throws(ControlError) -> [ReceivedDatagram]
    /// The socket's pending error (SO_ERROR), cleared; nil for none.
    func takeError(_ socket: Descriptor) throws(ControlError) -> KernelErrno?
    /// Starts an AF_PACKET capture of both directions at a device.
    func openCapture(device: String, in namespace: NamespaceName) throws(ControlError) -> Descriptor
    /// What the capture saw since the last call.
    func frames(_ capture: Descriptor) throws(ControlError) -> [CapturedFrame]
}
