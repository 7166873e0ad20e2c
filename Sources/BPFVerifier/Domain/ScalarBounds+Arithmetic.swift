extension ScalarBounds {
    mutating func add(_ other: ScalarBounds) {
        if let low = s32min.sum(other.s32min), let high = s32max.sum(other.s32max) {
            (s32min, s32max) = (low, high)
        } else {
            (s32min, s32max) = (.min, .max)
        }
        if let low = u32min.sum(other.u32min), let high = u32max.sum(other.u32max) {
            (u32min, u32max) = (low, high)
        } else {
            (u32min, u32max) = (0, .max)
        }
        if let low = smin.sum(other.smin), let high = smax.sum(other.smax) {
            (smin, smax) = (low, high)
        } else {
            (smin, smax) = (.min, .max)
        }
        if let low = umin.sum(other.umin), let high = umax.sum(other.umax) {
            (umin, umax) = (low, high)
        } else {
            (umin, umax) = (0, .max)
        }
        tnum = tnum + other.tnum
    }

    mutating func subtract(_ other: ScalarBounds) {
        if let low = s32min.difference(other.s32max), let high = s32max.difference(other.s32min) {
            (s32min, s32max) = (low, high)
        } else {
            (s32min, s32max) = (.min, .max)
        }
        if u32min < other.u32max {
            (u32min, u32max) = (0, .max)
        } else {
            (u32min, u32max) = (u32min - other.u32max, u32max - other.u32min)
        }
        if let low = smin.difference(other.smax), let high = smax.difference(other.smin) {
            (smin, smax) = (low, high)
        } else {
            (smin, smax) = (.min, .max)
        }
        if umin < other.umax {
            (umin, umax) = (0, .max)
        } else {
            (umin, umax) = (umin - other.umax, umax - other.umin)
        }
        tnum = tnum - other.tnum
    }

    mutating func multiply(_ other: ScalarBounds) {
        tnum = tnum * other.tnum
        if other.s32min < 0 || s32min < 0 || other.u32max > UInt32(UInt16.max) || u32max > UInt32(UInt16.max) {
            setUnbounded32()
        } else {
            (u32min, u32max) = (u32min * other.u32min, u32max * other.u32max)
            if u32max > UInt32(Int32.max) {
                (s32min, s32max) = (.min, .max)
            } else {
                (s32min, s32max) = (Int32(bitPattern: u32min), Int32(bitPattern: u32max))
            }
        }
        if other.smin < 0 || smin < 0 || other.umax > UInt64(UInt32.max) || umax > UInt64(UInt32.max) {
            setUnbounded64()
        } else {
            (umin, umax) = (umin * other.umin, umax * other.umax)
            if umax > UInt64(Int64.max) {
                (smin, smax) = (.min, .max)
            } else {
                (smin, smax) = (Int64(bitPattern: umin), Int64(bitPattern: umax))
            }
        }
    }

    mutating func and(_ other: ScalarBounds) {
        tnum = tnum & other.tnum
        // Known after the operation: a mask of 0 makes an unknown value known.
        let isKnown = tnum.isConstant && other.isConstant
        if tnum.hasConstantSubregister && other.tnum.hasConstantSubregister {
            setSubregister(UInt32(truncatingIfNeeded: tnum.value))
        } else {
            u32min = UInt32(truncatingIfNeeded: tnum.value)
            u32max = min(u32max, other.u32max)
            signed32FromUnsigned()
        }
        if isKnown {
            self = .constant(tnum.value)
        } else {
            umin = tnum.value
            umax = min(umax, other.umax)
            signed64FromUnsigned()
            updateFromBits()
        }
    }

    mutating func or(_ other: ScalarBounds) {
        tnum = tnum | other.tnum
        let isKnown = tnum.isConstant && other.isConstant
        if tnum.hasConstantSubregister && other.tnum.hasConstantSubregister {
            setSubregister(UInt32(truncatingIfNeeded: tnum.value))
        } else {
            u32min = max(u32min, other.u32min)
            u32max = UInt32(truncatingIfNeeded: tnum.value | tnum.mask)
            signed32FromUnsigned()
        }
        if isKnown {
            self = .constant(tnum.value)
        } else {
            umin = max(umin, other.umin)
            umax = tnum.value | tnum.mask
            signed64FromUnsigned()
            updateFromBits()
        }
    }

    mutating func xor(_ other: ScalarBounds) {
        tnum = tnum ^ other.tnum
        let isKnown = tnum.isConstant && other.isConstant
        if tnum.hasConstantSubregister && other.tnum.hasConstantSubregister {
            setSubregister(UInt32(truncatingIfNeeded: tnum.value))
        } else {
            u32min = UInt32(truncatingIfNeeded: tnum.value)
            u32max = UInt32(truncatingIfNeeded: tnum.value | tnum.mask)
            signed32FromUnsigned()
        }
        if isKnown {
            self = .constant(tnum.value)
        } else {
            umin = tnum.value
            umax = tnum.value | tnum.mask
            signed64FromUnsigned()
            updateFromBits()
        }
    }

    private mutating func signed32FromUnsigned() {
        let (low, high) = (Int32(bitPattern: u32min), Int32(bitPattern: u32max))
        (s32min, s32max) = low <= high ? (low, high) : (.min, .max)
    }

    private mutating func signed64FromUnsigned() {
        let (low, high) = (Int64(bitPattern: umin), Int64(bitPattern: umax))
        (smin, smax) = low <= high ? (low, high) : (.min, .max)
    }
}

extension FixedWidthInteger {
    /// The sum, or nil where it does not fit.
    fileprivate func sum(_ other: Self) -> Self? {
        let (result, overflow) = addingReportingOverflow(other)
        return overflow ? nil : result
    }

    /// The difference, or nil where it does not fit.
    fileprivate func difference(_ other: Self) -> Self? {
        let (result, overflow) = subtractingReportingOverflow(other)
        return overflow ? nil : result
    }
}
