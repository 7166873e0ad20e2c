/// One layer of a packet as the notation writes it: `udp(1000 > 53)`.
///
/// An optional field that is nil is filled in when the packet is encoded: types from the next layer, lengths and
/// checksums from the bytes behind.
public enum PacketLayer: Hashable, Sendable {
    case ethernet(EthernetLayer)
    case vlan(VLANLayer)
    case arp(ARPLayer)
    case ipv4(IPv4Layer)
    case ipv6(IPv6Layer)
    case udp(UDPLayer)
    case tcp(TCPLayer)
    case icmp(ICMPLayer)
    case icmpv6(ICMPLayer)
    /// Bytes without further structure: `'hello'`, `raw(0badcafe)`, `fill(100)`.
    case payload([UInt8])
    /// Bytes behind the IP packet that no length counts, as short Ethernet frames have them; the last layer.
    case padding([UInt8])
}

/// `eth(02:..:01 > 02:..:02)`
public struct EthernetLayer: Hashable, Sendable {
    public var source: LinkAddress
    public var destination: LinkAddress
    public var type: UInt16?

    public init(source: LinkAddress, destination: LinkAddress, type: UInt16? = nil) {
        self.source = source
        self.destination = destination
        self.type = type
    }
}

/// `vlan(5, priority=3)`
public struct VLANLayer: Hashable, Sendable {
    /// Identifier, drop-eligible bit and priority together, as in the tag.
    public var control: UInt16
    public var type: UInt16?

    public init(control: UInt16, type: UInt16? = nil) {
        self.control = control
        self.type = type
    }
}

/// `arp(request 10.0.0.1 > 10.0.0.2)`; sender and target are IPv4.
public struct ARPLayer: Hashable, Sendable {
    public var operation: UInt16
    public var sender: NetworkAddress
    public var target: NetworkAddress
    /// Nil is the frame's source.
    public var senderLink: LinkAddress?
    /// Nil is zero in a request, otherwise the frame's destination.
    public var targetLink: LinkAddress?

    public init(operation: UInt16, sender: NetworkAddress, target: NetworkAddress) {
        self.operation = operation
        self.sender = sender
        self.target = target
    }
}

/// `ipv4(10.0.0.1 > 10.0.0.2, ttl=64, df)`
public struct IPv4Layer: Hashable, Sendable {
    public var source: NetworkAddress
    public var destination: NetworkAddress
    public var typeOfService: UInt8 = 0
    public var identification: UInt16 = 0
    /// Flags and offset, as in the header.
    public var fragmentWord: UInt16 = 0
    public var timeToLive: UInt8 = 64
    /// A multiple of 4 bytes, at most 40.
    public var options: [UInt8] = []
    public var protocolNumber: UInt8?
    public var totalLength: UInt16?
    public var checksum = ChecksumField.computed

    public init(source: NetworkAddress, destination: NetworkAddress) {
        self.source = source
        self.destination = destination
    }
}

/// `ipv6(fd00::1 > fd00::2, hop=64)`
public struct IPv6Layer: Hashable, Sendable {
    public var source: NetworkAddress
    public var destination: NetworkAddress
    public var trafficClass: UInt8 = 0
    public var flowLabel: UInt32 = 0
    public var hopLimit: UInt8 = 64
    public var nextHeader: UInt8?
    public var payloadLength: UInt16?

    public init(source: NetworkAddress, destination: NetworkAddress) {
        self.source = source
        self.destination = destination
    }
}

/// `udp(1000 > 53)`
public struct UDPLayer: Hashable, Sendable {
    public var source: UInt16
    public var destination: UInt16
    public var length: UInt16?
    public var checksum = ChecksumField.computed

    public init(source: UInt16, destination: UInt16) {
        self.source = source
        self.destination = destination
    }
}

/// `tcp(1000 > 80, flags=SA, seq=1, ack=2)`
public struct TCPLayer: Hashable, Sendable {
    public var source: UInt16
    public var destination: UInt16
    public var sequence: UInt32 = 0
    public var acknowledgement: UInt32 = 0
    public var flags: TCPFlags = .ack
    public var window: UInt16 = 64240
    public var urgentPointer: UInt16 = 0
    /// A multiple of 4 bytes, at most 40.
    public var options: [UInt8] = []
    public var checksum = ChecksumField.computed

    public init(source: UInt16, destination: UInt16) {
        self.source = source
        self.destination = destination
    }
}

/// `icmp(echo-request id=1 seq=1)`, `icmpv6(neighbour-solicitation target=fd00::2)`
public struct ICMPLayer: Hashable, Sendable {
    public var type: UInt8
    public var code: UInt8
    /// The four bytes behind the checksum.
    public var rest: UInt32 = 0
    /// The target of a neighbour message.
    public var target: NetworkAddress?
    /// A neighbour message's single option.
    public var link: LinkOption?
    public var checksum = ChecksumField.computed

    /// A link-layer address option of neighbour discovery.
    public struct LinkOption: Hashable, Sendable {
        /// 1 the source's, 2 the target's.
        public var type: UInt8
        public var address: LinkAddress

        public init(type: UInt8, address: LinkAddress) {
            self.type = type
            self.address = address
        }
    }

    public init(type: UInt8, code: UInt8) {
        self.type = type
        self.code = code
    }
}

/// What a checksum field holds.
public enum ChecksumField: Hashable, Sendable {
    /// The right checksum.
    case computed
    /// The pseudo header's sum, as CHECKSUM_PARTIAL leaves it for a device.
    case partial
    /// This number, in the order of the wire.
    case value(UInt16)
}
