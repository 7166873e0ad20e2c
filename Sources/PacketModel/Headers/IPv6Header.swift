/// An IPv6 header (RFC 8200).
public struct IPv6Header: HeaderView {
    public static let byteCount = 40
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    @inlinable public func isWellFormed(within count: Int) -> Bool { version == 6 }

    @inlinable public var version: UInt8 { bytes[0] >> 4 }

    /// Version 6 with traffic class and flow label (20 bits).
    @inlinable public func setVersion(trafficClass: UInt8, flowLabel: UInt32) {
        bytes.store(0x6000_0000 | UInt32(trafficClass) << 20 | flowLabel & 0xFFFFF, 0)
    }

    @inlinable public var trafficClass: UInt8 { UInt8(truncatingIfNeeded: bytes.load(UInt16.self, 0) >> 4) }

    @inlinable public var flowLabel: UInt32 { bytes.load(UInt32.self, 0) & 0xFFFFF }

    /// Bytes behind this header.
    @inlinable public var payloadLength: Int {
        get { Int(bytes.load(UInt16.self, 4)) }
        nonmutating set { bytes.store(UInt16(truncatingIfNeeded: newValue), 4) }
    }

    @inlinable public var nextHeader: UInt8 {
        get { bytes[6] }
        nonmutating set { bytes[6] = newValue }
    }

    @inlinable public var hopLimit: UInt8 {
        get { bytes[7] }
        nonmutating set { bytes[7] = newValue }
    }

    @inlinable public var source: NetworkAddress {
        get { bytes.loadIPv6(8) }
        nonmutating set { bytes.storeIPv6(newValue, 8) }
    }

    @inlinable public var destination: NetworkAddress {
        get { bytes.loadIPv6(24) }
        nonmutating set { bytes.storeIPv6(newValue, 24) }
    }
}
