public import KernelControl
public import LinuxABI
public import PacketModel

/// One step of a scenario.
public struct Step: Sendable {
    /// What a step does.
    public enum Action: Sendable {
        case send(Send)
        case ping(Ping)
        case inject(Injection)
        case attach(AttachmentDeclaration)
        /// Undo an attachment by its name.
        case detach(String)
        /// BPF_PROG_DETACH at a place.
        case detachAt(Detachment)
        case setDevice(DeviceReference, LinkChange)
        case setSysctl(name: String, value: String, namespace: NamespaceName)
        case update(MapEntryDeclaration, flags: UInt64)
        case deleteEntry(map: String, key: ValueLiteral)
        case deleteDevice(DeviceReference)
        case advance(nanoseconds: UInt64)
        case expect([Expectation])
    }

    public var name: String?
    public var action: Action
    /// The errno that the kernel must answer with; nil for success.
    public var fails: KernelErrno?
    public var place: SourcePlace
}

/// What every sending socket may be told.
public struct SenderOptions: Hashable, Sendable {
    public var task: TaskIdentity
    public var count = 1
    public var mark: UInt32?
    public var priority: UInt32?
    public var reportsErrors = false
    public var discoversMTU: Bool?
    /// UDP_SEGMENT.
    public var segmentSize: UInt16?
    public var payload: [UInt8] = []
}

/// UDP datagrams from a task.
public struct Send: Sendable {
    /// A declared socket; nil for one of the step's own.
    public var socket: String?
    public var namespace: NamespaceName
    public var source: SocketAddress
    public var destination: SocketAddress
    public var options: SenderOptions
}

/// ICMP echo requests from a task.
public struct Ping: Sendable {
    public var namespace: NamespaceName
    public var source: NetworkAddress?
    public var destination: NetworkAddress
    public var identifier: UInt16
    public var sequence: UInt16
    public var options: SenderOptions
}

/// Whole frames from a packet socket.
public struct Injection: Sendable {
    public var device: DeviceReference
    public var frame: [UInt8]
    public var task: TaskIdentity
    public var count: Int
}

/// Where a program is attached.
public struct AttachmentDeclaration: Sendable {
    /// Where in the chain.
    public enum Position: Hashable, Sendable {
        case before(String)
        case after(String)
        case first
        case last
    }

    public var name: String
    public var program: String
    public var device: DeviceReference
    /// Nil for the hook that the program's section names.
    public var hook: AttachType?
    public var isLink = true
    /// At clsact: tc's `prio`.
    public var priority: UInt16 = 1
    public var position: Position?
    public var replaces: String?
    /// 0 for any.
    public var expectedRevision: UInt64 = 0
    public var place: SourcePlace
}

/// BPF_PROG_DETACH.
public struct Detachment: Sendable {
    public var device: DeviceReference
    public var hook: AttachType
    public var program: String?
    public var position: AttachmentDeclaration.Position?
    public var expectedRevision: UInt64 = 0
}
