/// What is known of a 64-bit value: known bits, and ranges in all four readings (kernel/bpf/verifier.c).
///
/// For a scalar it describes the value itself, for a pointer the variable part of its offset. The 32-bit ranges are
/// those of the low half.
struct ScalarBounds: Hashable {
    var tnum: Tnum
    var smin: Int64
    var smax: Int64
    var umin: UInt64
    var umax: UInt64
    var s32min: Int32
    var s32max: Int32
    var u32min: UInt32
    var u32max: UInt32

    /// Any value at all.
    static let unknown = ScalarBounds(
        tnum: .unknown, smin: .min, smax: .max, umin: 0, umax: .max, s32min: .min, s32max: .max, u32min: 0,
        u32max: .max)

    /// One value.
    static func constant(_ value: UInt64) -> ScalarBounds {
        let low = UInt32(truncatingIfNeeded: value)
        return ScalarBounds(
            tnum: .constant(value), smin: Int64(bitPattern: value), smax: Int64(bitPattern: value), umin: value,
            umax: value, s32min: Int32(bitPattern: low), s32max: Int32(bitPattern: low), u32min: low, u32max: low)
    }

    var isConstant: Bool { tnum.isConstant }

    /// Bits needed for the greatest unsigned value (`get_reg_width`).
    var width: Int { 64 - umax.leadingZeroBitCount }

    mutating func setUnbounded64() { (smin, smax, umin, umax) = (.min, .max, 0, .max) }

    mutating func setUnbounded32() { (s32min, s32max, u32min, u32max) = (.min, .max, 0, .max) }

    /// Fixes the low half (`__mark_reg32_known`).
    mutating func setSubregister(_ value: UInt32) {
        tnum = tnum.replacingSubregister(with: .constant(UInt64(value)))
        (u32min, u32max) = (value, value)
        (s32min, s32max) = (Int32(bitPattern: value), Int32(bitPattern: value))
    }

    /// Whether every value of `other` is within these ranges (`range_within`).
    func containsRanges(of other: ScalarBounds) -> Bool {
        umin <= other.umin && umax >= other.umax && smin <= other.smin && smax >= other.smax
            && u32min <= other.u32min && u32max >= other.u32max && s32min <= other.s32min && s32max >= other.s32max
    }

    /// Whether `value` is one of those described; for tests.
    func contains(_ value: UInt64) -> Bool {
        let low = UInt32(truncatingIfNeeded: value)
        return tnum.contains(.constant(value)) && umin <= value && value <= umax && smin <= Int64(bitPattern: value)
            && Int64(bitPattern: value) <= smax && u32min <= low && low <= u32max && s32min <= Int32(bitPattern: low)
            && Int32(bitPattern: low) <= s32max
    }
}
