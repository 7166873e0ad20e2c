/// A tristate number: what is known of each of 64 bits (kernel/bpf/tnum.c).
///
/// A bit of ``mask`` that is set is unknown; where it is clear, ``value`` holds the bit. `value & mask` is always 0.
struct Tnum: Hashable {
    var value: UInt64
    var mask: UInt64

    /// Nothing is known.
    static let unknown = Tnum(value: 0, mask: .max)

    /// Every bit is known.
    static func constant(_ value: UInt64) -> Tnum { Tnum(value: value, mask: 0) }

    /// The tightest number that holds everything from `low` to `high`: their common leading bits (`tnum_range`).
    static func range(_ low: UInt64, _ high: UInt64) -> Tnum {
        let different = low ^ high
        guard different.leadingZeroBitCount > 0 else { return unknown }
        let below = (UInt64(1) << (64 - different.leadingZeroBitCount)) &- 1
        return Tnum(value: low & ~below, mask: below)
    }

    var isConstant: Bool { mask == 0 }
    var isUnknown: Bool { mask == .max }

    func equals(_ constant: UInt64) -> Bool { mask == 0 && value == constant }

    func shiftedLeft(_ count: UInt64) -> Tnum { Tnum(value: value &<< count, mask: mask &<< count) }

    func shiftedRight(_ count: UInt64) -> Tnum { Tnum(value: value &>> count, mask: mask &>> count) }

    /// Arithmetic shift; an unknown sign bit spreads as unknown bits (`tnum_arshift`).
    func arithmeticShiftedRight(_ count: UInt64, width: Int) -> Tnum {
        if width == 32 {
            func shift(_ bits: UInt64) -> UInt64 {
                UInt64(UInt32(bitPattern: Int32(truncatingIfNeeded: bits) &>> Int32(truncatingIfNeeded: count)))
            }
            return Tnum(value: shift(value), mask: shift(mask))
        }
        func shift(_ bits: UInt64) -> UInt64 { UInt64(bitPattern: Int64(bitPattern: bits) &>> Int64(count)) }
        return Tnum(value: shift(value), mask: shift(mask))
    }

    static func + (a: Tnum, b: Tnum) -> Tnum {
        let values = a.value &+ b.value
        let greatest = a.mask &+ b.mask &+ values
        let unknown = (greatest ^ values) | a.mask | b.mask
        return Tnum(value: values & ~unknown, mask: unknown)
    }

    static func - (a: Tnum, b: Tnum) -> Tnum {
        let values = a.value &- b.value
        let unknown = ((values &+ a.mask) ^ (values &- b.mask)) | a.mask | b.mask
        return Tnum(value: values & ~unknown, mask: unknown)
    }

    /// Sums the partial products; the known part is exact, the unknown part is carried apart (`tnum_mul`).
    static func * (a: Tnum, b: Tnum) -> Tnum {
        var (a, b, uncertain) = (a, b, Tnum.constant(0))
        let product = a.value &* b.value
        while a.value | a.mask != 0 {
            if a.value & 1 != 0 {
                uncertain = uncertain + Tnum(value: 0, mask: b.mask)
            } else if a.mask & 1 != 0 {
                uncertain = uncertain + Tnum(value: 0, mask: b.value | b.mask)
            }
            a = a.shiftedRight(1)
            b = b.shiftedLeft(1)
        }
        return constant(product) + uncertain
    }

    static func & (a: Tnum, b: Tnum) -> Tnum {
        let ones = a.value & b.value
        return Tnum(value: ones, mask: (a.value | a.mask) & (b.value | b.mask) & ~ones)
    }

    static func | (a: Tnum, b: Tnum) -> Tnum {
        let ones = a.value | b.value
        return Tnum(value: ones, mask: (a.mask | b.mask) & ~ones)
    }

    static func ^ (a: Tnum, b: Tnum) -> Tnum {
        let unknown = a.mask | b.mask
        return Tnum(value: (a.value ^ b.value) & ~unknown, mask: unknown)
    }

    /// What both say; meaningless where they contradict each other (`tnum_intersect`).
    func intersection(_ other: Tnum) -> Tnum {
        let unknown = mask & other.mask
        return Tnum(value: (value | other.value) & ~unknown, mask: unknown)
    }

    /// Whether some number fits both (`tnum_overlap`).
    func overlaps(_ other: Tnum) -> Bool {
        let known = ~mask & ~other.mask
        return value & known == other.value & known
    }

    /// Whether everything that `other` holds is held here (`tnum_in`).
    func contains(_ other: Tnum) -> Bool {
        other.mask & ~mask == 0 && value == other.value & ~mask
    }

    /// The low `size` bytes, the rest zero; `size` is 1, 2 or 4 (`tnum_cast`).
    func truncated(toBytes size: Int) -> Tnum {
        let kept = (UInt64(1) << UInt64(size * 8)) &- 1
        return Tnum(value: value & kept, mask: mask & kept)
    }

    /// The low 32 bits (`tnum_subreg`).
    var subregister: Tnum { Tnum(value: value & 0xffff_ffff, mask: mask & 0xffff_ffff) }

    /// The high 32 bits, the low ones zero (`tnum_clear_subreg`).
    var withoutSubregister: Tnum { Tnum(value: value & ~0xffff_ffff, mask: mask & ~0xffff_ffff) }

    /// The high 32 bits of this, the low ones of `low` (`tnum_with_subreg`).
    func replacingSubregister(with low: Tnum) -> Tnum { withoutSubregister | low.subregister }

    var hasConstantSubregister: Bool { subregister.isConstant }

    /// Whether every number held is a multiple of `size`, a power of two (`tnum_is_aligned`).
    func isAligned(to size: UInt64) -> Bool { size == 0 || (value | mask) & (size - 1) == 0 }
}
