/// The bytes under a header view: numbers in network order at fixed places.
///
/// A view checks once that its header fits and then reads without checks, so it must not outlive the buffer, nor be kept
/// across a call that moves packet bytes (pull, push, expand). Setters write through.
@safe public struct HeaderBytes {
    /// The header's first byte.
    public let base: UnsafeMutableRawPointer

    @inlinable init(_ base: UnsafeMutableRawPointer) { unsafe self.base = base }

    @inlinable subscript(offset: Int) -> UInt8 {
        get { unsafe base.load(fromByteOffset: offset, as: UInt8.self) }
        nonmutating set { unsafe base.storeBytes(of: newValue, toByteOffset: offset, as: UInt8.self) }
    }

    @inlinable func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ offset: Int) -> T {
        T(bigEndian: unsafe base.loadUnaligned(fromByteOffset: offset, as: type))
    }

    @inlinable func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, _ offset: Int) {
        unsafe base.storeBytes(of: value.bigEndian, toByteOffset: offset, as: T.self)
    }

    /// 16 bits as they lie in memory, as checksums are kept.
    @inlinable func loadRaw(_ offset: Int) -> UInt16 {
        unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    @inlinable func storeRaw(_ value: UInt16, _ offset: Int) {
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt16.self)
    }

    @inlinable func loadLink(_ offset: Int) -> LinkAddress {
        LinkAddress(bits: UInt64(load(UInt16.self, offset)) << 32 | UInt64(load(UInt32.self, offset + 2)))
    }

    @inlinable func store(_ address: LinkAddress, _ offset: Int) {
        store(UInt16(truncatingIfNeeded: address.bits >> 32), offset)
        store(UInt32(truncatingIfNeeded: address.bits), offset + 2)
    }

    @inlinable func loadIPv6(_ offset: Int) -> NetworkAddress {
        NetworkAddress(ipv6High: load(UInt64.self, offset), low: load(UInt64.self, offset + 8))
    }

    @inlinable func storeIPv6(_ address: NetworkAddress, _ offset: Int) {
        store(address.high, offset)
        store(address.low, offset + 8)
    }
}

/// A view of a protocol's header over bytes.
public protocol HeaderView {
    /// Bytes that the fixed part takes.
    static var byteCount: Int { get }
    /// The view on bytes known to hold at least ``byteCount``.
    init(_ bytes: HeaderBytes)
    /// Whether the lengths that the header itself gives fit into `count` bytes.
    func isWellFormed(within count: Int) -> Bool
}

extension HeaderView {
    /// Every length is well formed where a header has a fixed one.
    public func isWellFormed(within count: Int) -> Bool { true }

    /// The header at the start of `bytes`; nil where it, or the length it claims, does not fit.
    @inlinable public init?(_ bytes: UnsafeMutableRawBufferPointer) {
        guard bytes.count >= Self.byteCount, let base = bytes.baseAddress else { return nil }
        self.init(unsafe HeaderBytes(base))
        guard isWellFormed(within: bytes.count) else { return nil }
    }

    /// The header to be written at `base`, which has room for ``byteCount``.
    @inlinable public init(writingAt base: UnsafeMutableRawPointer) { self.init(unsafe HeaderBytes(base)) }
}

extension SocketBuffer {
    /// The header `offset` bytes into the linear part; nil where it does not fit there.
    @inlinable public func header<Header: HeaderView>(_ type: Header.Type, at offset: Int = 0) -> Header? {
        guard offset >= 0, offset + Header.byteCount <= linearLength else { return nil }
        return unsafe Header(UnsafeMutableRawBufferPointer(start: data + offset, count: linearLength - offset))
    }
}
