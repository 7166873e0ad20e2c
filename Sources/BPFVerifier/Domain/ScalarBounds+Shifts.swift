/// Shifts; the count is a constant below the width, which the caller has made sure of
/// (`is_safe_to_compute_dst_reg_range`).
extension ScalarBounds {
    mutating func shiftLeft(by count: UInt64) {
        if count == 32 {
            // Exact, unlike the general case: this is how compilers sign-extend.
            (smin, smax) = (Int64(s32min) << 32, Int64(s32max) << 32)
        } else {
            (smin, smax) = (.min, .max)
        }
        if umax > UInt64(1) << (63 - count) {
            (umin, umax) = (0, .max)
        } else {
            (umin, umax) = (umin << count, umax << count)
        }
        shiftLeft32(by: count)
        tnum = tnum.shiftedLeft(count)
        updateFromBits()
    }

    mutating func shiftLeftSubregister(by count: UInt64) {
        shiftLeft32(by: count)
        tnum = tnum.subregister.shiftedLeft(count).subregister
        setUnbounded64()
        update32FromBits()
    }

    private mutating func shiftLeft32(by count: UInt64) {
        (s32min, s32max) = (.min, .max)
        if count > 31 || UInt64(u32max) > UInt64(1) << (31 - count) {
            (u32min, u32max) = (0, .max)
        } else {
            (u32min, u32max) = (u32min << UInt32(count), u32max << UInt32(count))
        }
    }

    mutating func shiftRight(by count: UInt64) {
        (smin, smax) = (.min, .max)
        tnum = tnum.shiftedRight(count)
        (umin, umax) = (umin >> count, umax >> count)
        setUnbounded32()
        updateFromBits()
    }

    mutating func shiftRightSubregister(by count: UInt64) {
        (s32min, s32max) = (.min, .max)
        tnum = tnum.subregister.shiftedRight(count)
        (u32min, u32max) = (u32min >> UInt32(count), u32max >> UInt32(count))
        setUnbounded64()
        update32FromBits()
    }

    mutating func arithmeticShiftRight(by count: UInt64) {
        (smin, smax) = (smin >> Int64(count), smax >> Int64(count))
        tnum = tnum.arithmeticShiftedRight(count, width: 64)
        (umin, umax) = (0, .max)
        setUnbounded32()
        updateFromBits()
    }

    mutating func arithmeticShiftRightSubregister(by count: UInt64) {
        (s32min, s32max) = (s32min >> Int32(count), s32max >> Int32(count))
        tnum = tnum.subregister.arithmeticShiftedRight(count, width: 32)
        (u32min, u32max) = (0, .max)
        setUnbounded64()
        update32FromBits()
    }
}
