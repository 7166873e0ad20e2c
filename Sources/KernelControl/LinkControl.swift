public import PacketModel

/// A network namespace by the name that the client gave it.
public struct NamespaceName: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let name: String

    public init(_ name: String) { self.name = name }
    public init(stringLiteral value: String) { name = value }

    public var description: String { name }
}

/// netkit's IFLA_INFO_DATA at creation; values a kernel would refuse can be said.
public struct NetkitAttributes: Hashable, Sendable {
    /// 0 L2, 1 L3 (NETKIT_L2, NETKIT_L3); nil leaves the kernel's default, L3.
    public var mode: UInt32?
    /// A ``Verdict`` number: pass (`forward`) or drop (`blackhole`).
    public var policy: Int32?
    public var peerPolicy: Int32?
    /// 0 none, 1 default.
    public var scrub: UInt32?
    public var peerScrub: UInt32?

    public init(
        mode: UInt32? = nil, policy: Int32? = nil, peerPolicy: Int32? = nil, scrub: UInt32? = nil,
        peerScrub: UInt32? = nil
    ) {
        self.mode = mode
        self.policy = policy
        self.peerPolicy = peerPolicy
        self.scrub = scrub
        self.peerScrub = peerScrub
    }
}

/// The other end of a pair at creation.
public struct PeerLink: Hashable, Sendable {
    public var name: String?
    public var address: LinkAddress?
    public var mtu: UInt32?
    /// The namespace that it is born in; nil for the same.
    public var namespace: NamespaceName?

    public init(
        name: String? = nil, address: LinkAddress? = nil, mtu: UInt32? = nil, namespace: NamespaceName? = nil
    ) {
        self.name = name
        self.address = address
        self.mtu = mtu
        self.namespace = namespace
    }
}

/// A NIC's features and place, which on Linux the machine has and no request makes.
public struct NICAttributes: Hashable, Sendable {
    /// The wire that it is plugged into; NICs that name the same one see each other's frames.
    public var wire: String
    /// Whether it completes partial checksums itself (NETIF_F_HW_CSUM).
    public var checksumOffload = true
    /// Whether it segments TCP itself (NETIF_F_TSO, TSO6).
    public var segmentationOffload = true
    /// Whether it segments UDP itself (NETIF_F_GSO_UDP_L4), which takes ``checksumOffload`` too.
    public var udpSegmentationOffload = false
    /// The CPU that its receive interrupts and NAPI run on.
    public var receiveCPU = 0

    public init(wire: String) { self.wire = wire }
}

/// RTM_NEWLINK for a device that does not exist yet.
public struct NewLink: Hashable, Sendable {
    /// What kind of device, with its own attributes.
    public enum Kind: Hashable, Sendable {
        case netkit(NetkitAttributes)
        case veth
        /// A physical NIC; see ``NICAttributes``.
        case nic(NICAttributes)
        case dummy
    }

    public var kind: Kind
    public var name: String?
    public var address: LinkAddress?
    public var mtu: UInt32?
    public var index: UInt32?
    /// For netkit and veth: the other end.
    public var peer: PeerLink?

    public init(
        kind: Kind, name: String? = nil, address: LinkAddress? = nil, mtu: UInt32? = nil, index: UInt32? = nil,
        peer: PeerLink? = nil
    ) {
        self.kind = kind
        self.name = name
        self.address = address
        self.mtu = mtu
        self.index = index
        self.peer = peer
    }
}

/// RTM_NEWLINK for a device that exists: what is nil stays as it is.
public struct LinkChange: Hashable, Sendable {
    public var isUp: Bool?
    public var mtu: UInt32?
    public var address: LinkAddress?
    public var name: String?
    public var namespace: NamespaceName?
    /// netkit's changeable attributes, policies; others are refused as the kernel does.
    public var netkit: NetkitAttributes?

    public init() {}
}

/// A device's statistics (`struct rtnl_link_stats64`).
public struct LinkStatistics: Hashable, Sendable {
    public var receivedPackets: UInt64 = 0
    public var transmittedPackets: UInt64 = 0
    public var receivedBytes: UInt64 = 0
    public var transmittedBytes: UInt64 = 0
    public var receiveErrors: UInt64 = 0
    public var receiveDropped: UInt64 = 0
    public var transmitDropped: UInt64 = 0
    public var receiveNoHandler: UInt64 = 0
    public var otherHostDropped: UInt64 = 0

    public init() {}
}

/// What RTM_GETLINK tells of a device.
public struct LinkInfo: Hashable, Sendable {
    public var index: UInt32
    public var name: String
    /// `IFF_*` bits.
    public var flags: UInt32
    public var mtu: UInt32
    public var address: LinkAddress
    /// IFLA_OPERSTATE: 2 down, 3 lower layer down, 6 up, 0 unknown.
    public var operationalState: UInt8
    /// IFLA_QDISC.
    public var queueingDiscipline: String
    public var statistics: LinkStatistics
    /// netkit's own attributes as this end shows them; nil for other kinds.
    public var netkit: NetkitAttributes?
    /// Whether this end is netkit's primary.
    public var isNetkitPrimary: Bool?

    public init(
        index: UInt32, name: String, flags: UInt32, mtu: UInt32, address: LinkAddress, operationalState: UInt8,
        queueingDiscipline: String, statistics: LinkStatistics, netkit: NetkitAttributes? = nil,
        isNetkitPrimary: Bool? = nil
    ) {
        self.index = index
        self.name = name
        self.flags = flags
        self.mtu = mtu
        self.address = address
        self.operationalState = operationalState
        self.queueingDiscipline = queueingDiscipline
        self.statistics = statistics
        self.netkit = netkit
        self.isNetkitPrimary = isNetkitPrimary
    }
}

/// RTM_NEWROUTE: a unicast route in the main table.
public struct NewRoute: Hashable, Sendable {
    /// Prefix length 0 for the default route.
    public var destination: NetworkPrefix
    public var gateway: NetworkAddress?
    public var device: String?
    /// Preferred source address (`src`).
    public var source: NetworkAddress?

    public init(
        destination: NetworkPrefix, gateway: NetworkAddress? = nil, device: String? = nil, source: NetworkAddress? = nil
    ) {
        self.destination = destination
        self.gateway = gateway
        self.device = device
        self.source = source
    }
}

/// A cls_bpf filter in direct-action mode, for all protocols, at one side of a device's clsact queueing discipline.
public struct NewFilter: Hashable, Sendable {
    public var program: Descriptor
    /// The program's name, which `tc filter show` prints.
    public var name: String
    public var isEgress: Bool
    /// tc's `prio`: lower ones run first.
    public var priority: UInt16
    /// Tells filters of one priority apart.
    public var handle: UInt32

    public init(program: Descriptor, name: String, isEgress: Bool, priority: UInt16, handle: UInt32) {
        self.program = program
        self.name = name
        self.isEgress = isEgress
        self.priority = priority
        self.handle = handle
    }
}

/// A neighbour's state (`NUD_*`).
public enum NeighbourState: UInt16, Hashable, Sendable {
    case none = 0
    case incomplete = 0x01
    case reachable = 0x02
    case stale = 0x04
    case delay = 0x08
    case probe = 0x10
    case failed = 0x20
    case noARP = 0x40
    case permanent = 0x80
}

/// A neighbour entry, as `ip neigh` shows it.
public struct NeighbourInfo: Hashable, Sendable {
    public var address: NetworkAddress
    public var device: String
    public var linkAddress: LinkAddress?
    public var state: NeighbourState

    public init(address: NetworkAddress, device: String, linkAddress: LinkAddress?, state: NeighbourState) {
        self.address = address
        self.device = device
        self.linkAddress = linkAddress
        self.state = state
    }
}
