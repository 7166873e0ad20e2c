public import PacketModel

/// Who makes a call: a task by name, pinned to a CPU.
public struct TaskIdentity: Hashable, Sendable {
    public var name: String
    public var cpu: Int

    public init(name: String, cpu: Int = 0) {
        self.name = name
        self.cpu = cpu
    }
}

/// An address with a port.
public struct SocketAddress: Hashable, Sendable {
    public var address: NetworkAddress
    public var port: UInt16

    public init(address: NetworkAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

/// socket(2), with the options that a scenario sets before use.
public struct SocketRequest: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case udp
        /// SOCK_DGRAM, IPPROTO_ICMP or ICMPV6: a ping socket, whose port is the echo identifier.
        case icmpEcho
        /// AF_PACKET, SOCK_RAW, bound to a device: sends frames as they are.
        case packet(device: String)
    }

    public var kind: Kind
    public var isIPv6: Bool
    public var namespace: NamespaceName
    public var task: TaskIdentity
    /// SO_MARK.
    public var mark: UInt32?
    /// SO_PRIORITY.
    public var priority: UInt32?
    /// IP_RECVERR or IPV6_RECVERR.
    public var reportsErrors = false
    /// Whether DF is set (IP_MTU_DISCOVER; Linux's default is to set it).
    public var discoversMTU: Bool?
    /// UDP_SEGMENT: payload bytes of each datagram that a longer send is cut into; nil and 0 for none.
    public var segmentSize: UInt16?

    public init(kind: Kind, isIPv6: Bool, namespace: NamespaceName, task: TaskIdentity) {
        self.kind = kind
        self.isIPv6 = isIPv6
        self.namespace = namespace
        self.task = task
    }
}

/// One datagram that a socket received.
public struct ReceivedDatagram: Hashable, Sendable {
    public var source: SocketAddress?
    public var payload: [UInt8]

    public init(source: SocketAddress?, payload: [UInt8]) {
        self.source = source
        self.payload = payload
    }
}

/// What a capture (AF_PACKET, ETH_P_ALL) saw at a device.
public struct CapturedFrame: Hashable, Sendable {
    /// PACKET_OUTGOING, or how the frame was received.
    public enum Direction: String, Hashable, Sendable {
        case incoming
        case outgoing
    }

    /// Virtual nanoseconds in a simulation.
    public var time: UInt64
    public var direction: Direction
    public var bytes: [UInt8]
    /// The true length where `bytes` was cut.
    public var length: Int
    /// Whether the transport checksum is still partial (TP_STATUS_CSUMNOTREADY).
    public var hasPartialChecksum: Bool

    public init(time: UInt64, direction: Direction, bytes: [UInt8], length: Int, hasPartialChecksum: Bool) {
        self.time = time
        self.direction = direction
        self.bytes = bytes
        self.length = length
        self.hasPartialChecksum = hasPartialChecksum
    }
}

/// One CPU's row of /proc/net/softnet_stat.
public struct SoftnetStatistics: Hashable, Sendable {
    public var processed: UInt32 = 0
    public var dropped: UInt32 = 0
    public var timeSqueeze: UInt32 = 0
    public var receivedRPS: UInt32 = 0
    public var flowLimit: UInt32 = 0
    public var inputQueueLength: UInt32 = 0
    public var processQueueLength: UInt32 = 0

    public init() {}
}
