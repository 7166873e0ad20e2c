extension ScalarBounds {
    /// Lets known bits and the four ranges sharpen each other (`reg_bounds_sync`).
    mutating func synchronise() {
        updateFromBits()
        // Three rounds, as the kernel does: a fact may travel 64 to 32 bits, sign to unsigned, and back.
        for _ in 0..<3 {
            deduce32()
            deduce64()
            deduceMixed()
        }
        sharpenBits()
        updateFromBits()
    }

    /// Ranges from the known bits (`__update_reg_bounds`).
    mutating func updateFromBits() {
        update32FromBits()
        smin = max(smin, Int64(bitPattern: tnum.value | (tnum.mask & (1 << 63))))
        smax = min(smax, Int64(bitPattern: tnum.value | (tnum.mask & ~(1 << 63))))
        umin = max(umin, tnum.value)
        umax = min(umax, tnum.value | tnum.mask)
    }

    mutating func update32FromBits() {
        let (value, mask) = (UInt32(truncatingIfNeeded: tnum.value), UInt32(truncatingIfNeeded: tnum.mask))
        s32min = max(s32min, Int32(bitPattern: value | (mask & (1 << 31))))
        s32max = min(s32max, Int32(bitPattern: value | (mask & ~(1 << 31))))
        u32min = max(u32min, value)
        u32max = min(u32max, value | mask)
    }

    /// Known bits from the ranges (`__reg_bound_offset`).
    private mutating func sharpenBits() {
        let all = tnum.intersection(.range(umin, umax))
        let low = all.subregister.intersection(.range(UInt64(u32min), UInt64(u32max)))
        tnum = all.withoutSubregister | low
    }

    /// 32-bit ranges from the 64-bit ones and from each other (`__reg32_deduce_bounds`).
    private mutating func deduce32() {
        func low(_ value: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
        func low(_ value: Int64) -> UInt32 { UInt32(truncatingIfNeeded: value) }
        func signed(_ value: UInt32) -> Int32 { Int32(bitPattern: value) }
        if umin >> 32 == umax >> 32 {
            u32min = max(u32min, low(umin))
            u32max = min(u32max, low(umax))
            if signed(low(umin)) <= signed(low(umax)) {
                s32min = max(s32min, signed(low(umin)))
                s32max = min(s32max, signed(low(umax)))
            }
        }
        if smin >> 32 == smax >> 32 {
            if low(smin) <= low(smax) {
                u32min = max(u32min, low(smin))
                u32max = min(u32max, low(smax))
            }
            if signed(low(smin)) <= signed(low(smax)) {
                s32min = max(s32min, signed(low(smin)))
                s32max = min(s32max, signed(low(smax)))
            }
        }
        // A 64-bit range that crosses one multiple of 2^32 runs through the low half's zero from below.
        if low(umin >> 32) &+ 1 == low(umax >> 32), signed(low(umin)) < 0, signed(low(umax)) >= 0 {
            s32min = max(s32min, signed(low(umin)))
            s32max = min(s32max, signed(low(umax)))
        }
        if low(smin >> 32) &+ 1 == low(smax >> 32), signed(low(smin)) < 0, signed(low(smax)) >= 0 {
            s32min = max(s32min, signed(low(smin)))
            s32max = min(s32max, signed(low(smax)))
        }
        if signed(u32min) <= signed(u32max) {
            s32min = max(s32min, signed(u32min))
            s32max = min(s32max, signed(u32max))
        }
        let (first, last) = (UInt32(bitPattern: s32min), UInt32(bitPattern: s32max))
        if first <= last {
            u32min = max(first, u32min)
            u32max = min(last, u32max)
        } else if u32max < first {
            s32min = signed(u32min)
            u32max = min(u32max, last)
        } else if last < u32min {
            s32max = signed(u32max)
            u32min = max(u32min, first)
        }
    }

    /// Signed from unsigned 64-bit ranges and back (`__reg64_deduce_bounds`).
    private mutating func deduce64() {
        if Int64(bitPattern: umin) <= Int64(bitPattern: umax) {
            smin = max(smin, Int64(bitPattern: umin))
            smax = min(smax, Int64(bitPattern: umax))
        }
        let (first, last) = (UInt64(bitPattern: smin), UInt64(bitPattern: smax))
        if first <= last {
            umin = max(first, umin)
            umax = min(last, umax)
        } else if umax < first {
            // The unsigned range meets only the non-negative end of the signed one.
            smin = Int64(bitPattern: umin)
            umax = min(umax, last)
        } else if last < umin {
            smax = Int64(bitPattern: umax)
            umin = max(umin, first)
        }
    }

    /// 64-bit ranges from the 32-bit ones (`__reg_deduce_mixed_bounds`).
    private mutating func deduceMixed() {
        let high: UInt64 = ~0xffff_ffff
        mutatingLowHalf(UInt64(u32min), UInt64(u32max), high)
        let (first, last) = (UInt32(bitPattern: s32min), UInt32(bitPattern: s32max))
        if first <= last { mutatingLowHalf(UInt64(first), UInt64(last), high) }
        // Known to fit a signed half, and the half is not negative: the half is the value.
        if s32min >= 0, smin >= Int64(Int32.min), smax <= Int64(Int32.max) {
            (smin, smax) = (Int64(s32min), Int64(s32max))
            (umin, umax) = (UInt64(bitPattern: smin), UInt64(bitPattern: smax))
            tnum = tnum.intersection(.range(umin, umax))
        }
    }

    private mutating func mutatingLowHalf(_ low: UInt64, _ highest: UInt64, _ high: UInt64) {
        umin = max(umin, (umin & high) | low)
        umax = min(umax, (umax & high) | highest)
        smin = max(smin, Int64(bitPattern: (UInt64(bitPattern: smin) & high) | low))
        smax = min(smax, Int64(bitPattern: (UInt64(bitPattern: smax) & high) | highest))
    }

    /// What contradicts itself, in the kernel's words; nil where nothing does (`reg_bounds_sanity_check`).
    var contradiction: String? {
        if umin > umax || smin > smax || u32min > u32max || s32min > s32max { return "range bounds violation" }
        if tnum.isConstant {
            let value = tnum.value
            if umin != value || umax != value || smin != Int64(bitPattern: value)
                || smax != Int64(bitPattern: value)
            {
                return "const tnum out of sync with range bounds"
            }
        }
        if tnum.hasConstantSubregister {
            let value = UInt32(truncatingIfNeeded: tnum.value)
            if u32min != value || u32max != value || s32min != Int32(bitPattern: value)
                || s32max != Int32(bitPattern: value)
            {
                return "const subreg tnum out of sync with range bounds"
            }
        }
        return nil
    }
}
