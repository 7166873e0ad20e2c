/// Conditions of jumps: turned around, and what they tell of the compared scalars.
enum Condition {
    /// The same comparison with its operands exchanged (`flip_opcode`).
    static func flipped(_ operation: UInt8) -> UInt8 {
        switch operation {
        case Opcode.jge: Opcode.jle
        case Opcode.jgt: Opcode.jlt
        case Opcode.jle: Opcode.jge
        case Opcode.jlt: Opcode.jgt
        case Opcode.jsge: Opcode.jsle
        case Opcode.jsgt: Opcode.jslt
        case Opcode.jsle: Opcode.jsge
        case Opcode.jslt: Opcode.jsgt
        default: operation
        }
    }

    /// What holds where the comparison does not (`rev_opcode`).
    static func reversed(_ operation: UInt8) -> UInt8 {
        switch operation {
        case Opcode.jeq: Opcode.jne
        case Opcode.jne: Opcode.jeq
        case Opcode.jset: Opcode.notJset
        case Opcode.notJset: Opcode.jset
        case Opcode.jge: Opcode.jlt
        case Opcode.jgt: Opcode.jle
        case Opcode.jle: Opcode.jgt
        case Opcode.jlt: Opcode.jge
        case Opcode.jsge: Opcode.jslt
        case Opcode.jsgt: Opcode.jsle
        case Opcode.jsle: Opcode.jsgt
        default: Opcode.jsge
        }
    }

    /// Sharpens two scalars of which a comparison holds (`regs_refine_cond_op`); they may be one register.
    static func refine(_ first: Register, _ second: Register, _ operation: UInt8, _ is32: Bool) {
        switch operation {
        case Opcode.jge, Opcode.jgt, Opcode.jsge, Opcode.jsgt:
            refine(second, first, flipped(operation), is32)
        case Opcode.jeq:
            if is32 { setEqual32(first, second) } else { setEqual64(first, second) }
        case Opcode.jne, Opcode.jset, Opcode.notJset:
            let (value, constant) = second.isConstant(low: is32) ? (first, second) : (second, first)
            guard constant.isConstant(low: is32) else { return }
            let tnum = is32 ? constant.value.tnum.subregister : constant.value.tnum
            refine(value, constant: tnum.value, operation, is32)
        default:
            order(first, second, operation, is32)
        }
    }

    private static func setEqual32(_ a: Register, _ b: Register) {
        a.value.u32min = max(a.value.u32min, b.value.u32min)
        a.value.u32max = min(a.value.u32max, b.value.u32max)
        a.value.s32min = max(a.value.s32min, b.value.s32min)
        a.value.s32max = min(a.value.s32max, b.value.s32max)
        (b.value.u32min, b.value.u32max) = (a.value.u32min, a.value.u32max)
        (b.value.s32min, b.value.s32max) = (a.value.s32min, a.value.s32max)
        let both = a.value.tnum.subregister.intersection(b.value.tnum.subregister)
        a.value.tnum = a.value.tnum.replacingSubregister(with: both)
        b.value.tnum = b.value.tnum.replacingSubregister(with: both)
    }

    private static func setEqual64(_ a: Register, _ b: Register) {
        a.value.umin = max(a.value.umin, b.value.umin)
        a.value.umax = min(a.value.umax, b.value.umax)
        a.value.smin = max(a.value.smin, b.value.smin)
        a.value.smax = min(a.value.smax, b.value.smax)
        (b.value.umin, b.value.umax) = (a.value.umin, a.value.umax)
        (b.value.smin, b.value.smax) = (a.value.smin, a.value.smax)
        a.value.tnum = a.value.tnum.intersection(b.value.tnum)
        b.value.tnum = a.value.tnum
    }

    private static func refine(_ register: Register, constant: UInt64, _ operation: UInt8, _ is32: Bool) {
        switch operation {
        case Opcode.jne:
            exclude(register, constant, is32)
        case Opcode.jset:
            // One bit is set; of several, any may be.
            guard constant.nonzeroBitCount == 1 else { return }
            change(register, is32) { $0 | .constant(constant) }
        default:
            register.value.setUnbounded64()
            register.value.setUnbounded32()
            change(register, is32) { $0 & .constant(~constant) }
        }
    }

    private static func change(_ register: Register, _ is32: Bool, _ body: (Tnum) -> Tnum) {
        let tnum = register.value.tnum
        register.value.tnum = is32 ? tnum.replacingSubregister(with: body(tnum.subregister)) : body(tnum)
    }

    /// A limit that is excluded moves by one.
    private static func exclude(_ register: Register, _ constant: UInt64, _ is32: Bool) {
        if is32 {
            let low = UInt32(truncatingIfNeeded: constant)
            if register.value.u32min == low { register.value.u32min &+= 1 }
            if register.value.u32max == low { register.value.u32max &-= 1 }
            if register.value.s32min == Int32(bitPattern: low) { register.value.s32min &+= 1 }
            if register.value.s32max == Int32(bitPattern: low) { register.value.s32max &-= 1 }
        } else {
            if register.value.umin == constant { register.value.umin &+= 1 }
            if register.value.umax == constant { register.value.umax &-= 1 }
            if register.value.smin == Int64(bitPattern: constant) { register.value.smin &+= 1 }
            if register.value.smax == Int64(bitPattern: constant) { register.value.smax &-= 1 }
        }
    }

    /// `a <= b` or `a < b`, in one of four readings.
    private static func order(_ a: Register, _ b: Register, _ operation: UInt8, _ is32: Bool) {
        switch (operation, is32) {
        case (Opcode.jle, true):
            a.value.u32max = min(a.value.u32max, b.value.u32max)
            b.value.u32min = max(a.value.u32min, b.value.u32min)
        case (Opcode.jle, false):
            a.value.umax = min(a.value.umax, b.value.umax)
            b.value.umin = max(a.value.umin, b.value.umin)
        case (Opcode.jlt, true):
            a.value.u32max = min(a.value.u32max, b.value.u32max &- 1)
            b.value.u32min = max(a.value.u32min &+ 1, b.value.u32min)
        case (Opcode.jlt, false):
            a.value.umax = min(a.value.umax, b.value.umax &- 1)
            b.value.umin = max(a.value.umin &+ 1, b.value.umin)
        case (Opcode.jsle, true):
            a.value.s32max = min(a.value.s32max, b.value.s32max)
            b.value.s32min = max(a.value.s32min, b.value.s32min)
        case (Opcode.jsle, false):
            a.value.smax = min(a.value.smax, b.value.smax)
            b.value.smin = max(a.value.smin, b.value.smin)
        case (Opcode.jslt, true):
            a.value.s32max = min(a.value.s32max, b.value.s32max &- 1)
            b.value.s32min = max(a.value.s32min &+ 1, b.value.s32min)
        default:
            a.value.smax = min(a.value.smax, b.value.smax &- 1)
            b.value.smin = max(a.value.smin &+ 1, b.value.smin)
        }
    }
}

extension ScalarBounds {
    /// Whether a comparison holds for all values, or for none (`is_scalar_branch_taken`); nil where it depends.
    func decide(_ other: ScalarBounds, _ operation: UInt8, is32: Bool) -> Bool? {
        let (t1, t2) = is32 ? (tnum.subregister, other.tnum.subregister) : (tnum, other.tnum)
        let (umin1, umax1) = is32 ? (UInt64(u32min), UInt64(u32max)) : (umin, umax)
        let (umin2, umax2) = is32 ? (UInt64(other.u32min), UInt64(other.u32max)) : (other.umin, other.umax)
        let (smin1, smax1) = is32 ? (Int64(s32min), Int64(s32max)) : (smin, smax)
        let (smin2, smax2) = is32 ? (Int64(other.s32min), Int64(other.s32max)) : (other.smin, other.smax)
        switch operation {
        case Opcode.jeq: return isEqual(t1, t2, other, is32)
        case Opcode.jne: return isEqual(t1, t2, other, is32).map { !$0 }
        case Opcode.jset:
            let (value, mask) = t2.isConstant ? (t1, t2) : (t2, t1)
            guard mask.isConstant else { return nil }
            if ~value.mask & value.value & mask.value != 0 { return true }
            return (value.mask | value.value) & mask.value == 0 ? false : nil
        case Opcode.jgt: return umin1 > umax2 ? true : umax1 <= umin2 ? false : nil
        case Opcode.jsgt: return smin1 > smax2 ? true : smax1 <= smin2 ? false : nil
        case Opcode.jlt: return umax1 < umin2 ? true : umin1 >= umax2 ? false : nil
        case Opcode.jslt: return smax1 < smin2 ? true : smin1 >= smax2 ? false : nil
        case Opcode.jge: return umin1 >= umax2 ? true : umax1 < umin2 ? false : nil
        case Opcode.jsge: return smin1 >= smax2 ? true : smax1 < smin2 ? false : nil
        case Opcode.jle: return umax1 <= umin2 ? true : umin1 > umax2 ? false : nil
        case Opcode.jsle: return smax1 <= smin2 ? true : smin1 > smax2 ? false : nil
        default: return nil
        }
    }

    private func isEqual(_ t1: Tnum, _ t2: Tnum, _ other: ScalarBounds, _ is32: Bool) -> Bool? {
        if t1.isConstant, t2.isConstant { return t1.value == t2.value }
        if !t1.overlaps(t2) { return false }
        if !is32 {
            if umin > other.umax || umax < other.umin || smin > other.smax || smax < other.smin { return false }
        }
        if u32min > other.u32max || u32max < other.u32min || s32min > other.s32max || s32max < other.s32min {
            return false
        }
        return nil
    }
}
