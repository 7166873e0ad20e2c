public import PacketModel

/// What a route does with packets (`RTN_*`).
public enum RouteType: UInt8, Sendable, Hashable {
    case unicast = 1
    case local = 2
    case broadcast = 3
    case multicast = 5
}

/// One route: a table's entry, and the destination that packets carry (`struct fib_info` and `struct rtable` in one).
public final class Route {
    public let type: RouteType
    /// What it is for; bits behind the prefix are zero.
    public let destination: NetworkPrefix
    /// The device that packets leave by; loopback for local ones.
    public let device: NetworkDevice
    /// The device that it was made for: packets to a local address leave by loopback, the address stays another's.
    let owner: NetworkDevice
    public let gateway: NetworkAddress?
    /// RTA_PREFSRC.
    let preferredSource: NetworkAddress?
    /// Whether the address assignment made it, rather than the user.
    let isAutomatic: Bool
    /// Whether this is the route of a packet's way in (`rt_is_input_route`).
    let isInput: Bool
    /// The neighbour that packets went to last; most routes have one.
    @safe @exclusivity(unchecked) var lastNeighbour: Neighbour?
    /// The source address that the kernel keeps per next hop (`nhc_saddr`), with the addresses' generation.
    @safe @exclusivity(unchecked) var source: (address: NetworkAddress, generation: UInt32)?

    init(
        _ type: RouteType, to destination: NetworkPrefix, device: NetworkDevice, owner: NetworkDevice? = nil,
        gateway: NetworkAddress? = nil, preferredSource: NetworkAddress? = nil, isAutomatic: Bool = false,
        isInput: Bool = false
    ) {
        self.type = type
        self.destination = destination
        self.device = device
        self.owner = owner ?? device
        self.gateway = gateway
        self.preferredSource = preferredSource
        self.isAutomatic = isAutomatic
        self.isInput = isInput
    }
}

extension SocketBuffer {
    /// The packet's route (`skb_rtable`); nil where it has none.
    var route: Route? {
        get {
            guard let destination else { return nil }
            // Only this module sets a destination.
            return unsafe unsafeDowncast(destination, to: Route.self)
        }
        set { destination = newValue }
    }
}
