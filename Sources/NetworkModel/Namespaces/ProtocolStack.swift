public import KernelControl
public import LinuxABI
public import PacketModel

/// A namespace's protocols above its devices: ARP, IP, routes, neighbours, sockets.
public protocol ProtocolStack: AnyObject {
    /// Takes a received packet, demultiplexed by ``SocketBuffer/networkProtocol``, which is one that
    /// ``handles(_:)``. Data begins at the network header, the packet's device is the receiving one. Consumes it.
    func receive(_ packet: SocketBuffer)

    /// Whether a protocol handler stands for that EtherType (`ptype_base`).
    func handles(_ etherType: UInt16) -> Bool

    /// A device of the namespace changed (the netdevice notifier).
    func deviceChanged(_ device: NetworkDevice, _ change: DeviceChange)

    /// Looks up the output route of a packet for bpf_redirect_neigh without next hop: by its addresses, protocol, TOS
    /// and mark, oif `target`, any source. Puts it into the packet's destination; false where there is none, or an
    /// IPv4 one that is neither unicast nor local (`__bpf_redirect_neigh_v4`, `_v6`). Data begins at the IP header.
    func routeRedirect(_ packet: SocketBuffer, target: NetworkDevice) -> Bool

    /// Finds or creates the neighbour of `nextHop`, or of the packet's route, and outputs the packet by it
    /// (`bpf_out_neigh_v4`, `_v6`, from the neighbour look-up on). Consumes the packet. ``TransmitResult/failure(_:)``
    /// with ENETDOWN where no neighbour can be had; an unresolved one parks the packet and is a success.
    func outputRedirect(_ packet: SocketBuffer, target: NetworkDevice, nextHop: NextHop?) -> TransmitResult

    /// Whether a device is to receive frames to a link-layer group (`dev_mc_add`): a NIC's filter asks.
    func hasJoined(_ group: LinkAddress, on device: NetworkDevice) -> Bool

    /// Writes a sysctl of the namespace by its dotted name; ENOENT for an unknown one, EINVAL for a bad value.
    func setSysctl(_ name: String, to value: String) throws(ControlError)
    /// Reads a sysctl by its dotted name.
    func sysctl(_ name: String) throws(ControlError) -> String
}

/// What happened to a device (`NETDEV_*`).
public enum DeviceChange: Hashable, Sendable {
    /// It was registered in the namespace, or moved there.
    case registered
    /// It leaves the namespace: forget all about it.
    case unregistered
    case up
    case down
    /// Its carrier went on or off (`NETDEV_CHANGE`).
    case carrier
    case address
    case mtu
    case name
    /// A request has set an attribute of which the kernel tells everybody (`netdev_state_change`).
    case attributes
}

extension ProtocolStack {
    /// All groups, as a device with IFF_ALLMULTI has them.
    public func hasJoined(_ group: LinkAddress, on device: NetworkDevice) -> Bool { true }
}
