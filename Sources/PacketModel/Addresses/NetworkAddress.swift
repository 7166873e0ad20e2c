/// An IPv4 or IPv6 address, in network order.
public struct NetworkAddress: Hashable, Sendable {
    /// 4 or 16 bytes.
    public let bytes: [UInt8]

    /// Nil unless there are 4 or 16 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    public var isIPv6: Bool { bytes.count == 16 }

    /// 32 or 128.
    public var bitCount: Int { bytes.count * 8 }
}

/// An address with a prefix length, as `ip` writes it: `10.0.0.1/24`.
public struct NetworkPrefix: Hashable, Sendable {
    public var address: NetworkAddress
    public var length: Int

    public init(address: NetworkAddress, length: Int) {
        self.address = address
        self.length = length
    }
}

/// A 48-bit link-layer address.
public struct LinkAddress: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// Nil unless there are 6 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 6 else { return nil }
        self.bytes = bytes
    }

    public static let zero = Self(repeating: 0)
    public static let broadcast = Self(repeating: 0xFF)

    private init(repeating byte: UInt8) { bytes = [UInt8](repeating: byte, count: 6) }

    /// Whether the group bit is set.
    public var isMulticast: Bool { bytes[0] & 1 != 0 }

    /// Six bytes with colons: `02:00:00:00:00:01`.
    public var description: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
