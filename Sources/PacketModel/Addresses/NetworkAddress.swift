/// An IPv4 or IPv6 address; held as two words, so that comparing and hashing it costs no memory traffic.
public struct NetworkAddress: Hashable, Sendable {
    /// The first eight bytes as a number, network order; an IPv4 address takes the upper half, the rest is zero.
    public let high: UInt64
    /// The last eight bytes of an IPv6 address; zero for IPv4.
    public let low: UInt64
    public let isIPv6: Bool

    @inlinable init(high: UInt64, low: UInt64, isIPv6: Bool) {
        self.high = high
        self.low = low
        self.isIPv6 = isIPv6
    }

    /// The IPv4 address with that number: 10.0.0.1 is 0x0A000001.
    @inlinable public init(ipv4 value: UInt32) { self.init(high: UInt64(value) << 32, low: 0, isIPv6: false) }

    /// The IPv6 address whose first and last eight bytes are those numbers.
    @inlinable public init(ipv6High high: UInt64, low: UInt64) { self.init(high: high, low: low, isIPv6: true) }

    /// Nil unless there are 4 or 16 bytes; they are in network order.
    public init?(bytes: [UInt8]) {
        func word(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self.init(ipv4: UInt32(word(0..<4)))
        case 16: self.init(ipv6High: word(0..<8), low: word(8..<16))
        default: return nil
        }
    }

    /// 4 or 16 bytes, in network order.
    public var bytes: [UInt8] {
        let count = isIPv6 ? 16 : 4
        return (0..<count).map { index in
            let word = index < 8 ? high : low
            return UInt8(truncatingIfNeeded: word >> UInt64(56 - index % 8 * 8))
        }
    }

    /// An IPv4 address as a number; for IPv6 its first four bytes.
    @inlinable public var ipv4: UInt32 { UInt32(high >> 32) }

    /// 32 or 128.
    public var bitCount: Int { isIPv6 ? 128 : 32 }

    /// 0.0.0.0
    public static let anyIPv4 = Self(ipv4: 0)
    /// ::
    public static let anyIPv6 = Self(ipv6High: 0, low: 0)
    /// 255.255.255.255
    public static let broadcast = Self(ipv4: .max)

    /// Whether all bits are zero.
    @inlinable public var isUnspecified: Bool { high | low == 0 }

    /// 224.0.0.0/4 or ff00::/8.
    @inlinable public var isMulticast: Bool { isIPv6 ? high >> 56 == 0xFF : high >> 60 == 0xE }

    /// 127.0.0.0/8 or ::1.
    @inlinable public var isLoopback: Bool { isIPv6 ? high == 0 && low == 1 : high >> 56 == 127 }

    /// fe80::/10 or 169.254.0.0/16.
    @inlinable public var isLinkLocal: Bool { isIPv6 ? high >> 54 == 0x3FA : high >> 48 == 0xA9FE }

    /// The IPv4 address that an IPv6 one of ::ffff:0:0/96 stands for; nil for others (`ipv6_addr_v4mapped`).
    public var mappedIPv4: NetworkAddress? {
        isIPv6 && high == 0 && low >> 32 == 0xFFFF ? NetworkAddress(ipv4: UInt32(truncatingIfNeeded: low)) : nil
    }

    /// The address with all but its first `length` bits cleared; lengths beyond the address's own mean all.
    @inlinable public func masked(to length: Int) -> Self {
        let highMask: UInt64 = length >= 64 ? .max : length <= 0 ? 0 : ~(UInt64.max >> UInt64(length))
        let lowMask: UInt64 = length >= 128 ? .max : length <= 64 ? 0 : ~(UInt64.max >> UInt64(length - 64))
        return Self(high: high & highMask, low: low & lowMask, isIPv6: isIPv6)
    }

    /// ff02::1:ffXX:XXXX of an IPv6 address (RFC 4291, 2.7.1).
    public var solicitedNode: Self {
        Self(ipv6High: 0xFF02 << 48, low: 0x1_FF00_0000 | low & 0xFF_FFFF)
    }
}

/// An address with a prefix length, as `ip` writes it: `10.0.0.1/24`.
public struct NetworkPrefix: Hashable, Sendable {
    public var address: NetworkAddress
    /// Bits, 0 to 32 or 128.
    public var length: Int

    public init(address: NetworkAddress, length: Int) {
        self.address = address
        self.length = length
    }

    /// The prefix with the bits behind it cleared: 10.0.0.1/24 gives 10.0.0.0/24.
    public var network: Self { Self(address: address.masked(to: length), length: length) }

    /// Whether `other` lies within; never for the other family.
    @inlinable public func contains(_ other: NetworkAddress) -> Bool {
        other.isIPv6 == address.isIPv6 && other.masked(to: length) == address.masked(to: length)
    }
}
