public import LinuxABI

/// One step on a packet's way, as values; wording is the renderer's.
public enum TraceStep: Hashable, Sendable {
    /// A socket hands a datagram to its stack: `udp 10.0.0.2:4000 > 192.168.7.2:9`.
    case socketSend(flow: String)
    /// A route was found: the output device and next hop.
    case route(destination: String, outputDevice: String, gateway: String?)
    /// No route, with the errno that the sender sees.
    case noRoute(destination: String, errno: KernelErrno)
    /// A neighbour entry gave the link-layer address.
    case neighbour(address: String, linkAddress: String)
    /// The neighbour is unresolved: the packet waits in its queue, now that long.
    case neighbourParked(address: String, queued: Int)
    /// `dev_queue_xmit` hands the packet to the device's transmit routine.
    case transmit
    /// A device's carrier is off, or it is down: the no-op queueing discipline takes the packet.
    case noopQdisc
    /// A program ran at a hook and answered.
    case program(hook: AttachType, name: String, id: UInt32, verdict: Int32)
    /// A device without programs applied its policy.
    case policy(verdict: Int32)
    /// A redirect is carried out: helper, target device, and what follows from it.
    case redirect(helper: String, target: String)
    /// A redirect could not be carried out.
    case redirectFailed(helper: String, errno: KernelErrno, why: String)
    /// A namespace was crossed and the metadata scrubbed.
    case scrub(crossesNamespaces: Bool)
    /// The packet waits in a CPU's backlog, now that long.
    case backlogEnqueue(cpu: Int, queued: Int)
    /// The backlog's NAPI takes the packet up.
    case backlogDequeue
    /// Software cut a packet into that many, which go on instead of it.
    case segment(into: Int)
    /// A NIC put the packet on the wire; with the number of frames where it segmented.
    case wire(frames: Int)
    /// A NIC's receive ring takes a frame.
    case nicReceive
    /// `__netif_receive_skb_core` begins a round at a device.
    case receive
    /// An IP layer forwards the packet.
    case forward
    /// A layer answers: ARP reply, echo reply, ICMP error.
    case reply(what: String)
    /// The stack takes a control packet in: ARP, neighbour discovery.
    case consume(what: String)
    /// The packet's bytes reached a socket.
    case deliver(flow: String)
    /// The packet was freed; `place` is the kernel function that did it.
    case drop(reason: DropReason, place: String)
}
