extension ScalarBounds {
    /// After a 32-bit operation: the high half is zero (`zext_32_to_64`).
    mutating func zeroExtendSubregister() {
        tnum = tnum.subregister
        (umin, umax) = (UInt64(u32min), UInt64(u32max))
        if s32min >= 0 && s32max >= 0 {
            (smin, smax) = (Int64(s32min), Int64(s32max))
        } else {
            (smin, smax) = (0, Int64(UInt32.max))
        }
    }

    /// After a load of `size` bytes: 1, 2 or 4, zero-extended (`coerce_reg_to_size`).
    mutating func truncate(toBytes size: Int) {
        tnum = tnum.truncated(toBytes: size)
        let mask = (UInt64(1) << UInt64(size * 8)) - 1
        if umin & ~mask == umax & ~mask {
            (umin, umax) = (umin & mask, umax & mask)
        } else {
            (umin, umax) = (0, mask)
        }
        (smin, smax) = (Int64(bitPattern: umin), Int64(bitPattern: umax))
        if size < 4 { setUnbounded32() }
        synchronise()
    }

    /// Sign extension of the low `size` bytes, 1, 2 or 4, to 64 bits (`coerce_reg_to_size_sx`).
    mutating func signExtend(fromBytes size: Int) {
        let bits = Int64(size * 8)
        func extend(_ value: Int64) -> Int64 { (value << (64 - bits)) >> (64 - bits) }
        if tnum.isConstant {
            self = .constant(UInt64(bitPattern: extend(Int64(bitPattern: tnum.value))))
            return
        }
        if UInt64(bitPattern: smax) >> UInt64(bits) == UInt64(bitPattern: smin) >> UInt64(bits) {
            let ends = (extend(smin), extend(smax))
            let (low, high) = (min(ends.0, ends.1), max(ends.0, ends.1))
            if (high >= 0) == (low >= 0) {
                (smin, smax) = (low, high)
                (umin, umax) = (UInt64(bitPattern: low), UInt64(bitPattern: high))
                (s32min, s32max) = (Int32(truncatingIfNeeded: low), Int32(truncatingIfNeeded: high))
                (u32min, u32max) = (UInt32(truncatingIfNeeded: low), UInt32(truncatingIfNeeded: high))
                tnum = .range(umin, umax)
                return
            }
        }
        let limit = Int64(1) << (bits - 1)
        (smin, smax) = (-limit, limit - 1)
        (s32min, s32max) = (Int32(-limit), Int32(limit - 1))
        (umin, umax, u32min, u32max) = (0, .max, 0, .max)
        tnum = .unknown
    }

    /// Sign extension of the low `size` bytes, 1 or 2, to 32 bits (`coerce_subreg_to_size_sx`).
    mutating func signExtendSubregister(fromBytes size: Int) {
        let bits = Int32(size * 8)
        func extend(_ value: Int32) -> Int32 { (value << (32 - bits)) >> (32 - bits) }
        if tnum.isConstant {
            let value = extend(Int32(truncatingIfNeeded: tnum.value))
            tnum = .constant(UInt64(bitPattern: Int64(value)))
            (s32min, s32max) = (value, value)
            (u32min, u32max) = (UInt32(bitPattern: value), UInt32(bitPattern: value))
            return
        }
        if UInt32(bitPattern: s32max) >> UInt32(bits) == UInt32(bitPattern: s32min) >> UInt32(bits) {
            let ends = (extend(s32min), extend(s32max))
            let (low, high) = (min(ends.0, ends.1), max(ends.0, ends.1))
            if (low >= 0) == (high >= 0) {
                (s32min, s32max) = (low, high)
                (u32min, u32max) = (UInt32(bitPattern: low), UInt32(bitPattern: high))
                tnum = Tnum.range(UInt64(bitPattern: Int64(low)), UInt64(bitPattern: Int64(high))).subregister
                return
            }
        }
        let limit = Int32(1) << (bits - 1)
        (s32min, s32max) = (-limit, limit - 1)
        (u32min, u32max) = (0, .max)
        tnum = Tnum.unknown.subregister
    }
}
