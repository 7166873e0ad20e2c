/// A device that packets were captured at (an interface description block).
public struct CaptureInterface: Hashable, Sendable {
    public var name: String
    /// LINKTYPE number: 1 is Ethernet, 101 raw IP.
    public var linkType: UInt16
    public var comment: String?

    public init(name: String, linkType: UInt16 = 1, comment: String? = nil) {
        self.name = name
        self.linkType = linkType
        self.comment = comment
    }
}

/// One captured packet (an enhanced packet block).
public struct CaptureRecord: Hashable, Sendable {
    public enum Direction: UInt8, Hashable, Sendable {
        case unknown = 0
        case inbound = 1
        case outbound = 2
    }

    /// Index into the capture's interfaces.
    public var interface: Int
    /// Nanoseconds.
    public var time: UInt64
    public var direction: Direction
    public var bytes: [UInt8]
    /// The packet's true length, where `bytes` was cut.
    public var length: Int
    public var comments: [String]

    public init(
        interface: Int, time: UInt64, direction: Direction = .unknown, bytes: [UInt8], length: Int? = nil,
        comments: [String] = []
    ) {
        self.interface = interface
        self.time = time
        self.direction = direction
        self.bytes = bytes
        self.length = length ?? bytes.count
        self.comments = comments
    }
}

/// Block types and options of pcapng (draft-ietf-opsawg-pcapng).
enum CaptureFormat {
    static let sectionHeader: UInt32 = 0x0A0D_0D0A
    static let byteOrderMagic: UInt32 = 0x1A2B_3C4D
    static let interfaceDescription: UInt32 = 1
    static let simplePacket: UInt32 = 3
    static let enhancedPacket: UInt32 = 6

    static let endOfOptions: UInt16 = 0
    static let comment: UInt16 = 1
    static let userApplication: UInt16 = 4
    static let interfaceName: UInt16 = 2
    static let timestampResolution: UInt16 = 9
    static let packetFlags: UInt16 = 2

    /// A block larger than this is no packet of ours: the bound keeps hostile files from claiming memory.
    static let maximumBlock = 1 << 24
    static let maximumInterfaces = 1 << 16
}
