public import KernelControl
public import PacketModel

/// A scenario as read: the world that it declares, and its steps.
public struct Scenario: Sendable {
    /// The path that it was read from, as given.
    public var file: String
    public var title: String?
    /// The kernel profile, such as `6.12`.
    public var kernel: String
    /// Whether it reads or changes state that a whole machine shares (`needs: machine`).
    public var needsMachine = false
    public var machine = Machine()
    public var hosts: [Host] = []
    public var devices: [DeviceDeclaration] = []
    public var routes: [RouteDeclaration] = []
    public var neighbours: [NeighbourDeclaration] = []
    public var objects: [ObjectDeclaration] = []
    public var sockets: [SocketDeclaration] = []
    public var captures: [CaptureDeclaration] = []
    public var steps: [Step] = []

    /// CPUs and what their time is made of.
    public struct Machine: Hashable, Sendable {
        public enum Costs: String, Sendable {
            /// The kernel's own instruction counts, a nanosecond each.
            case instructions = "instructions-6.12"
            /// Nothing takes time.
            case zero
        }

        public var cpus = 2
        public var seed: UInt64 = 1
        public var costs = Costs.instructions

        public init() {}
    }

    /// A host: a namespace of its own, with further ones for its pods.
    public struct Host: Sendable {
        public var name: NamespaceName
        public var namespaces: [NamespaceName]
        /// In the file's order.
        public var sysctls: [(name: String, value: String, place: SourcePlace)]
        public var place: SourcePlace
    }

    /// All namespaces, hosts and their pods, in the file's order.
    public var namespaces: [NamespaceName] { hosts.flatMap { [$0.name] + $0.namespaces } }
}

/// One end of a pair, or a device alone, with what is set up right after its creation.
public struct EndDeclaration: Sendable {
    public var device: DeviceReference
    public var mac: LinkAddress?
    public var mtu: UInt32?
    public var isUp = true
    public var addresses: [NetworkPrefix] = []
}

/// A device or a pair to create.
public struct DeviceDeclaration: Sendable {
    public enum Kind: Sendable {
        case netkit(NetkitAttributes, primary: EndDeclaration, peer: EndDeclaration)
        case veth(EndDeclaration, peer: EndDeclaration)
        case nic(NICAttributes, EndDeclaration)
        case dummy(EndDeclaration)
    }

    public var kind: Kind
    public var place: SourcePlace

    /// The ends in the order in which they are set up.
    public var ends: [EndDeclaration] {
        switch kind {
        case .netkit(_, let primary, let peer): [primary, peer]
        case .veth(let device, let peer): [device, peer]
        case .nic(_, let end), .dummy(let end): [end]
        }
    }
}

/// A route to add.
public struct RouteDeclaration: Sendable {
    public var namespace: NamespaceName
    public var route: NewRoute
    public var place: SourcePlace
}

/// A permanent neighbour to add.
public struct NeighbourDeclaration: Sendable {
    public var address: NetworkAddress
    public var mac: LinkAddress
    public var device: DeviceReference
    public var place: SourcePlace
}

/// A BPF object to open, with what is written into it before and after the load.
public struct ObjectDeclaration: Sendable {
    /// How the scenario calls this copy.
    public var name: String
    /// Relative to the scenario's folder.
    public var path: String
    /// Names of the programs to load; nil for all.
    public var load: [String]?
    public var globals: [(name: String, value: ValueLiteral, place: SourcePlace)]
    public var entries: [MapEntryDeclaration]
    /// Maps whose values are time stamps, cookies or hashes.
    public var unstableMaps: [String]
    public var attachments: [AttachmentDeclaration]
    public var place: SourcePlace
}

/// An entry for a map.
public struct MapEntryDeclaration: Sendable {
    public var map: String
    public var key: ValueLiteral
    public var value: ValueLiteral
    public var place: SourcePlace
}

/// A socket that waits for datagrams.
public struct SocketDeclaration: Sendable {
    public var name: String
    public var address: SocketAddress
    public var namespace: NamespaceName
    public var task: TaskIdentity
    public var isEcho: Bool
    public var mark: UInt32?
    public var priority: UInt32?
    public var place: SourcePlace
}

/// A capture at a device.
public struct CaptureDeclaration: Sendable {
    public var name: String
    public var device: DeviceReference
    public var place: SourcePlace
}
