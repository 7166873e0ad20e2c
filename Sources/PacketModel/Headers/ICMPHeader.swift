/// An ICMP or ICMPv6 header: type, code, checksum and four bytes whose meaning depends on the type (RFC 792, RFC 4443).
public struct ICMPHeader: HeaderView {
    public static let byteCount = 8
    /// Where the checksum lies in it.
    public static let checksumOffset = 2
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    @inlinable public var type: UInt8 {
        get { bytes[0] }
        nonmutating set { bytes[0] = newValue }
    }

    @inlinable public var code: UInt8 {
        get { bytes[1] }
        nonmutating set { bytes[1] = newValue }
    }

    /// In memory order.
    @inlinable public var checksum: UInt16 {
        get { bytes.loadRaw(2) }
        nonmutating set { bytes.storeRaw(newValue, 2) }
    }

    /// The four bytes behind the checksum.
    @inlinable public var rest: UInt32 {
        get { bytes.load(UInt32.self, 4) }
        nonmutating set { bytes.store(newValue, 4) }
    }

    /// The identifier of an echo.
    @inlinable public var identifier: UInt16 {
        get { bytes.load(UInt16.self, 4) }
        nonmutating set { bytes.store(newValue, 4) }
    }

    /// The sequence number of an echo.
    @inlinable public var sequence: UInt16 {
        get { bytes.load(UInt16.self, 6) }
        nonmutating set { bytes.store(newValue, 6) }
    }
}

/// ICMP types and codes (include/uapi/linux/icmp.h).
public enum ICMPv4Type {
    public static let echoReply: UInt8 = 0
    public static let unreachable: UInt8 = 3
    public static let redirect: UInt8 = 5
    public static let echoRequest: UInt8 = 8
    public static let timeExceeded: UInt8 = 11
    public static let parameterProblem: UInt8 = 12

    /// Codes of ``unreachable``.
    public enum Unreachable {
        public static let net: UInt8 = 0
        public static let host: UInt8 = 1
        public static let `protocol`: UInt8 = 2
        public static let port: UInt8 = 3
        public static let fragmentationNeeded: UInt8 = 4
    }
}

/// ICMPv6 types and codes (include/uapi/linux/icmpv6.h, RFC 4861).
public enum ICMPv6Type {
    public static let unreachable: UInt8 = 1
    public static let packetTooBig: UInt8 = 2
    public static let timeExceeded: UInt8 = 3
    public static let parameterProblem: UInt8 = 4
    public static let echoRequest: UInt8 = 128
    public static let echoReply: UInt8 = 129
    public static let neighbourSolicitation: UInt8 = 135
    public static let neighbourAdvertisement: UInt8 = 136

    /// Codes of ``unreachable``.
    public enum Unreachable {
        public static let noRoute: UInt8 = 0
        public static let address: UInt8 = 3
        public static let port: UInt8 = 4
    }
}

/// A neighbour solicitation or advertisement, from its ICMPv6 header on: target behind it, then options (RFC 4861).
public struct NeighbourMessage: HeaderView {
    public static let byteCount = 24
    /// The option with the sender's link-layer address.
    public static let sourceLinkOption: UInt8 = 1
    /// The option with the target's link-layer address.
    public static let targetLinkOption: UInt8 = 2
    /// Advertisement flags in the four bytes behind the checksum.
    public static let router: UInt32 = 1 << 31
    public static let solicited: UInt32 = 1 << 30
    public static let override: UInt32 = 1 << 29
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    public var target: NetworkAddress {
        get { bytes.loadIPv6(8) }
        nonmutating set { bytes.storeIPv6(newValue, 8) }
    }

    /// Writes the link-layer address option of type `option` right behind the target; 8 bytes.
    public func writeLinkOption(_ option: UInt8, _ address: LinkAddress) {
        bytes[Self.byteCount] = option
        bytes[Self.byteCount + 1] = 1
        bytes.store(address, Self.byteCount + 2)
    }

    /// Whether the options among the `count` bytes of the message fill them (`ndisc_parse_options`).
    public func hasValidOptions(count: Int) -> Bool {
        var offset = Self.byteCount
        while offset < count {
            guard offset + 2 <= count else { return false }
            let length = Int(bytes[offset + 1]) * 8
            guard length > 0, offset + length <= count else { return false }
            offset += length
        }
        return true
    }

    /// The link-layer address in the first option of type `option` among the `count` bytes of the message; nil where there
    /// is none, or an option has no length (`ndisc_parse_options` refuses those too).
    public func linkAddress(option: UInt8, count: Int) -> LinkAddress? {
        var offset = Self.byteCount
        while offset + 8 <= count {
            let length = Int(bytes[offset + 1]) * 8
            guard length > 0 else { return nil }
            if bytes[offset] == option, length == 8 { return bytes.loadLink(offset + 2) }
            offset += length
        }
        return nil
    }
}
