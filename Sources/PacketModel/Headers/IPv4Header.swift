/// An IPv4 header (RFC 791).
public struct IPv4Header: HeaderView {
    public static let byteCount = 20
    /// The DF bit of ``fragmentWord``.
    public static let dontFragment: UInt16 = 0x4000
    /// The MF bit of ``fragmentWord``.
    public static let moreFragments: UInt16 = 0x2000
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    /// Version 4, and a header length of at least 20 bytes that fits.
    @inlinable public func isWellFormed(within count: Int) -> Bool {
        version == 4 && headerLength >= 20 && headerLength <= count
    }

    @inlinable public var version: UInt8 { bytes[0] >> 4 }

    /// Bytes, options included.
    @inlinable public var headerLength: Int { Int(bytes[0] & 15) * 4 }

    /// Version 4 and a header of `count` bytes, a multiple of 4 up to 60.
    @inlinable public func setVersion(headerLength count: Int) {
        bytes[0] = 0x40 | UInt8(truncatingIfNeeded: count / 4)
    }

    @inlinable public var typeOfService: UInt8 {
        get { bytes[1] }
        nonmutating set { bytes[1] = newValue }
    }

    /// Bytes, header included.
    @inlinable public var totalLength: Int {
        get { Int(bytes.load(UInt16.self, 2)) }
        nonmutating set { bytes.store(UInt16(truncatingIfNeeded: newValue), 2) }
    }

    @inlinable public var identification: UInt16 {
        get { bytes.load(UInt16.self, 4) }
        nonmutating set { bytes.store(newValue, 4) }
    }

    /// Flags in the upper three bits, then the offset in units of 8 bytes.
    @inlinable public var fragmentWord: UInt16 {
        get { bytes.load(UInt16.self, 6) }
        nonmutating set { bytes.store(newValue, 6) }
    }

    @inlinable public var hasDontFragment: Bool { fragmentWord & Self.dontFragment != 0 }

    /// Whether the packet is one of several fragments.
    @inlinable public var isFragment: Bool { fragmentWord & 0x3FFF != 0 }

    @inlinable public var timeToLive: UInt8 {
        get { bytes[8] }
        nonmutating set { bytes[8] = newValue }
    }

    @inlinable public var protocolNumber: UInt8 {
        get { bytes[9] }
        nonmutating set { bytes[9] = newValue }
    }

    /// In memory order; see ``InternetChecksum``.
    @inlinable public var checksum: UInt16 {
        get { bytes.loadRaw(10) }
        nonmutating set { bytes.storeRaw(newValue, 10) }
    }

    @inlinable public var source: NetworkAddress {
        get { NetworkAddress(ipv4: bytes.load(UInt32.self, 12)) }
        nonmutating set { bytes.store(newValue.ipv4, 12) }
    }

    @inlinable public var destination: NetworkAddress {
        get { NetworkAddress(ipv4: bytes.load(UInt32.self, 16)) }
        nonmutating set { bytes.store(newValue.ipv4, 16) }
    }

    /// Whether the checksum over the header is right.
    public var hasValidChecksum: Bool { unsafe InternetChecksum.checksum(bytes.base, count: headerLength) == 0 }

    /// Computes and writes the checksum (`ip_send_check`).
    public func fillChecksum() {
        checksum = 0
        checksum = unsafe InternetChecksum.checksum(bytes.base, count: headerLength)
    }

    /// Takes one off the time to live and corrects the checksum by that (`ip_decrease_ttl`).
    public func decrementTimeToLive() {
        let old = bytes.loadRaw(8)
        bytes[8] &-= 1
        checksum = InternetChecksum.replace(checksum, old: old, new: bytes.loadRaw(8))
    }
}
