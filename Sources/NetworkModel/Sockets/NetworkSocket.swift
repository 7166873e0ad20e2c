import KernelControl
public import LinuxABI
public import PacketModel
import SimulationCore

/// What all kinds of sockets share (`struct sock`): memory accounting, options, the pending error, the native block that
/// programs see as `skb->sk`.
@safe public class NetworkSocket: SocketBufferOwner {
    /// AF_* numbers.
    public enum Family: UInt32, Sendable {
        case ipv4 = 2
        case ipv6 = 10
        case packet = 17
    }

    /// The stack, which must be there as long as the socket is used.
    @inline(__always) public final var stack: InternetStack { unsafe stackReference }
    private final unowned(unsafe) let stackReference: InternetStack
    public let family: Family
    public let protocolNumber: UInt8
    /// The native block, ``SocketLayout``.
    public let native: UnsafeMutableRawPointer
    private let arena: MemoryArena

    /// SO_MARK.
    @safe @exclusivity(unchecked) public final var mark: UInt32 = 0 { didSet { set(mark, SocketLayout.mark) } }
    /// SO_PRIORITY.
    @safe @exclusivity(unchecked) public final var priority: UInt32 = 0 {
        didSet { set(priority, SocketLayout.priority) }
    }
    /// IP_RECVERR, IPV6_RECVERR.
    @safe @exclusivity(unchecked) public final var reportsErrors = false
    /// IP_MTU_DISCOVER, IPV6_MTU_DISCOVER: nil is IP_PMTUDISC_WANT, true IP_PMTUDISC_DO, false IP_PMTUDISC_DONT.
    @safe @exclusivity(unchecked) public final var discoversMTU: Bool?
    /// SO_SNDBUF and SO_RCVBUF as the kernel keeps them (net.core.wmem_default, rmem_default).
    @safe @exclusivity(unchecked) public final var sendBuffer = 212_992
    @safe @exclusivity(unchecked) public final var receiveBuffer = 212_992
    /// Bytes of packets sent and not yet freed (`sk_wmem_alloc` less its one).
    @safe @exclusivity(unchecked) public private(set) final var sendMemory = 0
    /// Bytes of packets received and not yet read (`sk_rmem_alloc`).
    @safe @exclusivity(unchecked) final var receiveMemory = 0
    /// `sk_err`: an error of an earlier send that the next call reports.
    @safe @exclusivity(unchecked) final var pendingError: KernelErrno?
    /// Packets dropped for want of room (`sk_drops`).
    @safe @exclusivity(unchecked) public final var dropped = 0

    init(stack: InternetStack, family: Family, type: UInt32, protocolNumber: UInt8) {
        unsafe stackReference = stack
        self.family = family
        self.protocolNumber = protocolNumber
        arena = stack.environment.arena
        guard let native = unsafe arena.allocate(SocketLayout.byteCount) else {
            preconditionFailure("the arena is full")
        }
        unsafe self.native = native
        set(family.rawValue, SocketLayout.family)
        set(type, SocketLayout.type)
        set(UInt32(protocolNumber), SocketLayout.protocol)
        // TCP_CLOSE: not connected.
        set(UInt32(7), SocketLayout.state)
        set(Int32(-1), SocketLayout.receiveQueueMapping)
        set(UInt32(1), SocketLayout.isFull)
        stack.network.lastSocketCookie += 1
        set(stack.network.lastSocketCookie, SocketLayout.cookie)
    }

    deinit { unsafe arena.free(native, SocketLayout.byteCount) }

    /// Writes a field of the native block.
    final func set<T: BitwiseCopyable>(_ value: T, _ offset: Int) {
        unsafe native.storeBytes(of: value, toByteOffset: offset, as: T.self)
    }

    /// SO_ERROR: the pending error, cleared.
    public final func takeError() -> KernelErrno? {
        defer { pendingError = nil }
        return pendingError
    }

    /// `sock_alloc_send_pskb`'s checks, then charges are possible: the pending error, or EAGAIN where the send buffer is
    /// full.
    ///
    /// *Difference from Linux*: a blocking socket would sleep until packets are freed; here every send is as with
    /// MSG_DONTWAIT.
    @inline(__always) final func checkSend() throws(ControlError) {
        if let error = pendingError {
            pendingError = nil
            throw .errno(error)
        }
        if sendMemory >= sendBuffer { throw .errno(.EAGAIN) }
    }

    /// Makes the packet this socket's (`skb_set_owner_w`), with its mark and priority.
    @inline(__always) final func charge(_ packet: SocketBuffer) {
        packet.socket = self
        unsafe packet.set(UInt64(UInt(bitPattern: native)), at: SocketBufferLayout.socket)
        sendMemory += packet.trueSize
    }

    public final func release(_ packet: SocketBuffer) { sendMemory -= packet.trueSize }

    public final func charge(more byteCount: Int) { sendMemory += byteCount }

    /// What a send call answers for the outcome of its transmission (`ip_send_skb`, `udp_send_skb`): a drop on the way is
    /// ENOBUFS, and silent unless errors are asked for.
    @inline(__always) final func report(_ result: TransmitResult) throws(ControlError) {
        switch result {
        case .success, .congestion: return
        case .drop:
            if reportsErrors { throw .errno(.ENOBUFS) }
        case .failure(let errno):
            if errno == .ENOBUFS, !reportsErrors { return }
            throw .errno(errno)
        }
    }

    /// An ICMP error about a packet of this socket arrived; `isHard` as the kernel's tables say (`udp_err`).
    final func icmpError(_ errno: KernelErrno) {
        // Unconnected sockets hear of errors only with IP_RECVERR.
        if reportsErrors { pendingError = errno }
    }
}
