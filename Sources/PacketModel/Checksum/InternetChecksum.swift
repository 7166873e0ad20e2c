/// The Internet checksum (RFC 1071) in the kernel's terms.
///
/// A *sum* (`__wsum`) is a 32-bit ones' complement sum over 16-bit words in memory order, as the kernel's
/// `csum_partial` gives it on x86; a *checksum* (`__sum16`) is a sum folded and complemented, also in memory order: it is
/// stored into a header as it is, without swapping.
public enum InternetChecksum {
    /// Sums `bytes` onto `initial`, eight at a time (`csum_partial`). An odd last byte counts as followed by zero.
    public static func sum(_ bytes: UnsafeRawBufferPointer, initial: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress else { return initial }
        return unsafe sum(base, count: bytes.count, initial: initial)
    }

    /// Sums `count` bytes at `base` onto `initial` (`csum_partial`).
    public static func sum(_ base: UnsafeRawPointer, count: Int, initial: UInt32 = 0) -> UInt32 {
        var total = UInt64(initial)
        var carries: UInt64 = 0
        var offset = 0
        while offset + 8 <= count {
            let (sum, overflow) = total.addingReportingOverflow(
                UInt64(littleEndian: unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            total = sum
            carries &+= overflow ? 1 : 0
            offset += 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while offset < count {
            tail |= UInt64(unsafe base.load(fromByteOffset: offset, as: UInt8.self)) << shift
            shift += 8
            offset += 1
        }
        total = addWithCarry(total, tail)
        total = addWithCarry(total, carries)
        // Both halves at once: the upper half of the sum of the word and its rotation is their sum with its carry.
        return UInt32((total &+ (total << 32 | total >> 32)) >> 32)
    }

    /// Sums an array onto `initial`.
    public static func sum(_ bytes: [UInt8], initial: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe sum($0, initial: initial) }
    }

    /// Folds a sum to 16 bits and complements it (`csum_fold`).
    @inlinable public static func fold(_ sum: UInt32) -> UInt16 {
        var folded = (sum & 0xFFFF) &+ (sum >> 16)
        folded = (folded & 0xFFFF) &+ (folded >> 16)
        return ~UInt16(truncatingIfNeeded: folded)
    }

    /// Adds two sums with end-around carry (`csum_add`).
    @inlinable public static func add(_ sum: UInt32, _ addend: UInt32) -> UInt32 {
        let (total, overflow) = sum.addingReportingOverflow(addend)
        return overflow ? total &+ 1 : total
    }

    /// Takes a sum out of another (`csum_sub`).
    @inlinable public static func subtract(_ sum: UInt32, _ subtrahend: UInt32) -> UInt32 { add(sum, ~subtrahend) }

    /// Adds the sum of a block that begins at `offset`: at odd offsets its bytes are in the other half of each word
    /// (`csum_block_add`).
    @inlinable public static func addBlock(_ sum: UInt32, _ block: UInt32, offset: Int) -> UInt32 {
        add(sum, offset & 1 == 0 ? block : block >> 8 | block << 24)
    }

    /// The folded, complemented checksum of a header or message (`ip_compute_csum`).
    public static func checksum(_ base: UnsafeRawPointer, count: Int, initial: UInt32 = 0) -> UInt16 {
        fold(unsafe sum(base, count: count, initial: initial))
    }

    private static func addWithCarry(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (total, overflow) = left.addingReportingOverflow(right)
        return overflow ? total &+ 1 : total
    }
}
