public import LinuxABI
public import PacketModel

/// What a trace compares between two steps of one packet.
public struct PacketSnapshot: Hashable, Sendable {
    /// Destination and source MAC address where a link-layer header is set.
    public var macs: [UInt8]?
    public var length: Int
    public var linearLength: Int
    public var mark: UInt32
    public var priority: UInt32
    public var checksumState: ChecksumState
    public var packetType: PacketType
    public var networkProtocol: UInt16
    /// Whether the sender's socket is still attached.
    public var hasSocket: Bool

    /// Reads the fields of `packet` as it stands.
    public init(_ packet: SocketBuffer) {
        var macs: [UInt8]?
        if let start = packet.macHeader, start >= -packet.headroom, start + 12 <= packet.linearLength {
            macs = unsafe [UInt8](UnsafeRawBufferPointer(start: packet.data + start, count: 12))
        }
        self.macs = macs
        length = packet.length
        linearLength = packet.linearLength
        mark = packet.mark
        priority = packet.priority
        checksumState = packet.checksumState
        packetType = packet.packetType
        networkProtocol = packet.networkProtocol
        hasSocket = packet.socket != nil
    }

    /// A snapshot out of its values, as read back from a recording.
    public init(
        macs: [UInt8]?, length: Int, linearLength: Int, mark: UInt32 = 0, priority: UInt32 = 0,
        checksumState: ChecksumState = .none, packetType: PacketType = .host, networkProtocol: UInt16,
        hasSocket: Bool = false
    ) {
        self.macs = macs
        self.length = length
        self.linearLength = linearLength
        self.mark = mark
        self.priority = priority
        self.checksumState = checksumState
        self.packetType = packetType
        self.networkProtocol = networkProtocol
        self.hasSocket = hasSocket
    }
}
