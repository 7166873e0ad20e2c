/// A 48-bit link-layer address.
public struct LinkAddress: Hashable, Sendable {
    /// The six bytes as a number, the first byte uppermost.
    public let bits: UInt64

    /// The address with the lower 48 bits of a number.
    @inlinable public init(bits: UInt64) { self.bits = bits & 0xFFFF_FFFF_FFFF }

    /// Nil unless there are 6 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 6 else { return nil }
        bits = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Six bytes, in the order of the wire.
    public var bytes: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: bits >> UInt64(40 - $0 * 8)) } }

    public static let zero = Self(bits: 0)
    public static let broadcast = Self(bits: .max)

    /// Whether the group bit is set.
    @inlinable public var isMulticast: Bool { bits >> 40 & 1 != 0 }

    /// Whether an Ethernet device may have it: neither a group address nor zero (`is_valid_ether_addr`).
    public var isValidForDevice: Bool { !isMulticast && bits != 0 }

    /// 01:00:5e and 23 bits of an IPv4 group, 33:33 and 32 bits of an IPv6 one (RFC 1112, RFC 2464).
    public init(forGroup group: NetworkAddress) {
        self.init(
            bits: group.isIPv6
                ? 0x3333_0000_0000 | group.low & 0xFFFF_FFFF : 0x0100_5E00_0000 | UInt64(group.ipv4 & 0x7F_FFFF))
    }
}
