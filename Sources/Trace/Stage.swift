/// A piece of kernel work that a cost model has a price for; each is charged to the CPU that it runs on.
public enum Stage: Int, CaseIterable, Sendable {
    /// A send call: entry, copy of the payload, UDP, route look-up.
    case socketSend
    /// IP output: header, hooks, fragmentation check.
    case ipOutput
    /// A neighbour's link-layer header, found and written.
    case neighbourOutput
    /// The core of `__dev_queue_xmit`, queueing discipline included.
    case deviceTransmit
    /// netkit's transmit routine, programs apart.
    case netkitTransmit
    /// veth's transmit routine.
    case vethTransmit
    /// A NIC driver's transmit routine.
    case nicTransmit
    /// loopback's transmit routine.
    case loopbackTransmit
    /// Entering and leaving a tcx hook that has programs.
    case tcxHook
    /// Running one program.
    case program
    /// A redirect carried out, target's transmit apart.
    case redirect
    /// What `bpf_redirect_neigh` adds: its route and neighbour look-ups.
    case redirectNeighbour
    /// Putting a packet into a CPU's backlog.
    case backlogEnqueue
    /// Entering and leaving a softirq, once for all that it handles.
    case softirqEntry
    /// Taking one packet from the backlog.
    case backlogPoll
    /// One round of `__netif_receive_skb_core`.
    case receiveCore
    /// IP input: checks and route look-up.
    case ipReceive
    /// Forwarding: TTL, MTU, hooks; IP output follows, with its own price.
    case ipForward
    /// Delivery to a UDP socket.
    case udpReceive
    /// An interrupt.
    case interrupt
    /// A NIC's poll routine, each frame.
    case nicReceive
    /// ARP or neighbour discovery, each packet handled.
    case neighbourDiscovery
    /// ICMP, each packet handled.
    case icmp
}
