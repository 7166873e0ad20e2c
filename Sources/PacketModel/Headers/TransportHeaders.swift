/// A UDP header (RFC 768).
public struct UDPHeader: HeaderView {
    public static let byteCount = 8
    /// Where the checksum lies in it.
    public static let checksumOffset = 6
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    @inlinable public var sourcePort: UInt16 {
        get { bytes.load(UInt16.self, 0) }
        nonmutating set { bytes.store(newValue, 0) }
    }

    @inlinable public var destinationPort: UInt16 {
        get { bytes.load(UInt16.self, 2) }
        nonmutating set { bytes.store(newValue, 2) }
    }

    /// Bytes, header included.
    @inlinable public var length: Int {
        get { Int(bytes.load(UInt16.self, 4)) }
        nonmutating set { bytes.store(UInt16(truncatingIfNeeded: newValue), 4) }
    }

    /// In memory order; 0 means none.
    @inlinable public var checksum: UInt16 {
        get { bytes.loadRaw(6) }
        nonmutating set { bytes.storeRaw(newValue, 6) }
    }
}

/// A TCP header (RFC 9293).
public struct TCPHeader: HeaderView {
    public static let byteCount = 20
    /// Where the checksum lies in it.
    public static let checksumOffset = 16
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    /// A header length of at least 20 bytes that fits.
    @inlinable public func isWellFormed(within count: Int) -> Bool { headerLength >= 20 && headerLength <= count }

    @inlinable public var sourcePort: UInt16 {
        get { bytes.load(UInt16.self, 0) }
        nonmutating set { bytes.store(newValue, 0) }
    }

    @inlinable public var destinationPort: UInt16 {
        get { bytes.load(UInt16.self, 2) }
        nonmutating set { bytes.store(newValue, 2) }
    }

    @inlinable public var sequence: UInt32 {
        get { bytes.load(UInt32.self, 4) }
        nonmutating set { bytes.store(newValue, 4) }
    }

    @inlinable public var acknowledgement: UInt32 {
        get { bytes.load(UInt32.self, 8) }
        nonmutating set { bytes.store(newValue, 8) }
    }

    /// Bytes, options included.
    @inlinable public var headerLength: Int {
        get { Int(bytes[12] >> 4) * 4 }
        nonmutating set { bytes[12] = bytes[12] & 15 | UInt8(truncatingIfNeeded: newValue / 4) << 4 }
    }

    @inlinable public var flags: TCPFlags {
        get { TCPFlags(rawValue: bytes[13]) }
        nonmutating set { bytes[13] = newValue.rawValue }
    }

    @inlinable public var window: UInt16 {
        get { bytes.load(UInt16.self, 14) }
        nonmutating set { bytes.store(newValue, 14) }
    }

    /// In memory order.
    @inlinable public var checksum: UInt16 {
        get { bytes.loadRaw(16) }
        nonmutating set { bytes.storeRaw(newValue, 16) }
    }

    @inlinable public var urgentPointer: UInt16 {
        get { bytes.load(UInt16.self, 18) }
        nonmutating set { bytes.store(newValue, 18) }
    }
}

/// TCP's flag byte, lowest bit first: FIN SYN RST PSH ACK URG ECE CWR.
public struct TCPFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let fin = Self(rawValue: 1)
    public static let syn = Self(rawValue: 2)
    public static let rst = Self(rawValue: 4)
    public static let psh = Self(rawValue: 8)
    public static let ack = Self(rawValue: 16)
    public static let urg = Self(rawValue: 32)
    public static let ece = Self(rawValue: 64)
    public static let cwr = Self(rawValue: 128)

    /// The flags' letters in that order, as ``description`` writes them.
    static let letters: [Character] = ["F", "S", "R", "P", "A", "U", "E", "C"]
}

extension TCPFlags: CustomStringConvertible {
    /// One letter each: `SA` is SYN and ACK; `-` for none.
    public var description: String {
        let text = String(Self.letters.enumerated().filter { rawValue >> UInt8($0.offset) & 1 != 0 }.map(\.element))
        return text.isEmpty ? "-" : text
    }
}
