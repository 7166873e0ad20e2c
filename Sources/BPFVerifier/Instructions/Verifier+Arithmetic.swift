import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// Arithmetic, moves and byte swaps (`check_alu_op`).
    func checkArithmetic(_ current: Instruction) throws(Refusal) {
        switch current.opcodeOperation {
        case Opcode.end, Opcode.neg: try checkUnary(current)
        case Opcode.mov: try checkMove(current)
        case 0xe0, 0xf0:
            let code = String(current.opcodeOperation, radix: 16)
            throw Refusal(.EINVAL, "invalid BPF_ALU opcode \(code)")
        default: try checkBinary(current)
        }
        checkInvariants(frame[Int(current.destination)], "alu")
    }

    private func checkUnary(_ current: Instruction) throws(Refusal) {
        if current.opcodeOperation == Opcode.neg {
            guard !current.usesSourceRegister, current.source == 0, current.offset == 0, current.immediate == 0 else {
                throw Refusal(.EINVAL, "BPF_NEG uses reserved fields")
            }
        } else {
            guard current.source == 0, current.offset == 0, [16, 32, 64].contains(current.immediate),
                current.opcodeClass == Opcode.alu32 || !current.usesSourceRegister
            else { throw Refusal(.EINVAL, "BPF_END uses reserved fields") }
        }
        try checkRegister(current.destination, .source)
        try checkRegister(current.destination, .destination)
    }

    private func checkMove(_ current: Instruction) throws(Refusal) {
        let is64 = current.opcodeClass == Opcode.alu64
        if current.usesSourceRegister {
            if is64, current.offset == 1 {
                guard current.immediate == 1 || current.immediate == 1 << 16 else {
                    throw Refusal(
                        .EINVAL, "addr_space_cast insn can only convert between address space 1 and 0")
                }
                throw Refusal(
                    .EINVAL, "addr_space_cast insn can only be used in a program that has an associated arena")
            }
            let widths: [Int16] = is64 ? [0, 8, 16, 32] : [0, 8, 16]
            guard widths.contains(current.offset), current.immediate == 0 else {
                throw Refusal(.EINVAL, "BPF_MOV uses reserved fields")
            }
            try checkRegister(current.source, .source)
        } else {
            guard current.source == 0, current.offset == 0 else {
                throw Refusal(.EINVAL, "BPF_MOV uses reserved fields")
            }
        }
        try checkRegister(current.destination, .destinationKept)
        let destination = frame[Int(current.destination)]
        guard current.usesSourceRegister else {
            destination.state.setUnknown()
            destination.state.setKnown(
                is64
                    ? UInt64(bitPattern: Int64(current.immediate)) : UInt64(UInt32(bitPattern: current.immediate)))
            return
        }
        let source = frame[Int(current.source)]
        if is64 {
            move64(from: source, to: destination, width: current.offset)
        } else {
            move32(from: source, to: destination, width: current.offset)
        }
    }

    private func move64(from source: Register, to destination: Register, width: Int16) {
        if width == 0 {
            linkBeforeCopy(source)
            copy(source, to: destination)
        } else if source.isScalar {
            // Where sign extension changes nothing, the copy is the same scalar.
            let isSame = source.value.umax < UInt64(1) << UInt64(width - 1)
            if isSame { linkBeforeCopy(source) }
            copy(source, to: destination)
            if !isSame { destination.state.clearLink() }
            destination.value.signExtend(fromBytes: Int(width) / 8)
        } else {
            destination.state.setUnknown()
        }
    }

    private func move32(from source: Register, to destination: Register, width: Int16) {
        if source.isScalar {
            let isSame =
                width == 0 ? source.value.width <= 32 : source.value.umax < UInt64(1) << UInt64(width - 1)
            if isSame { linkBeforeCopy(source) }
            copy(source, to: destination)
            if !isSame { destination.state.clearLink() }
            if width != 0 { destination.value.signExtendSubregister(fromBytes: Int(width) / 8) }
        } else {
            destination.state.setUnknown()
        }
        destination.value.zeroExtendSubregister()
        destination.value.synchronise()
    }

    private func copy(_ source: Register, to destination: Register) {
        let state = source.state
        destination.state.copyContent(of: state)
        destination.live.insert(.written)
    }

    /// Gives a scalar an id that its copy will share, so that what is learnt of one holds for both
    /// (`assign_scalar_id_before_mov`).
    func linkBeforeCopy(_ source: Register) {
        guard source.isScalar else { return }
        if source.state.isLinkedByAddition { source.state.clearLink() }
        if source.id == 0, !source.value.isConstant { source.id = nextID() }
    }

    private func checkBinary(_ current: Instruction) throws(Refusal) {
        let operation = current.opcodeOperation
        let isDivision = operation == Opcode.mod || operation == Opcode.div
        guard current.offset == 0 || current.offset == 1 && isDivision,
            current.usesSourceRegister ? current.immediate == 0 : current.source == 0
        else { throw Refusal(.EINVAL, "BPF_ALU uses reserved fields") }
        if current.usesSourceRegister { try checkRegister(current.source, .source) }
        try checkRegister(current.destination, .source)
        if !current.usesSourceRegister {
            if isDivision, current.immediate == 0 { throw Refusal(.EINVAL, "div by zero") }
            let bits: Int32 = current.opcodeClass == Opcode.alu64 ? 64 : 32
            if [Opcode.lsh, Opcode.rsh, Opcode.arsh].contains(operation),
                current.immediate < 0 || current.immediate >= bits
            {
                throw Refusal(.EINVAL, "invalid shift \(current.immediate)")
            }
        }
        try checkRegister(current.destination, .destinationKept)
        try adjust(current)
    }

    /// The result of an operation, by the operands' types (`adjust_reg_min_max_vals`).
    private func adjust(_ current: Instruction) throws(Refusal) {
        let destination = frame[Int(current.destination)]
        let operand: RegisterState
        if current.usesSourceRegister {
            let source = frame[Int(current.source)]
            if !source.isScalar {
                guard destination.isScalar else {
                    if current.opcodeOperation == Opcode.sub {
                        destination.state.setUnknown()
                        return
                    }
                    let sign = Opcode.arithmeticSign(current.opcodeOperation)
                    throw Refusal(.EACCES, "R\(current.destination) pointer \(sign) pointer prohibited")
                }
                // A pointer's offset is always precise.
                try markPrecise(current.destination)
                let offset = destination.state
                return try adjustPointer(current, source, offset)
            }
            if !destination.isScalar {
                try markPrecise(current.source)
                return try adjustPointer(current, destination, source.state)
            }
            if destination.isPrecise { try markPrecise(current.source) }
            operand = source.state
        } else {
            operand = .constant(UInt64(bitPattern: Int64(current.immediate)))
            if !destination.isScalar { return try adjustPointer(current, destination, operand) }
        }
        try adjustScalar(current, destination, operand.value)
        let isLinkable =
            current.opcode & 0xf7 == Opcode.alu64 | Opcode.add && destination.id != 0 && operand.value.isConstant
            && !(current.usesSourceRegister && current.source == current.destination)
        guard isLinkable, !destination.state.isLinkedByAddition,
            operand.value.tnum.value <= UInt64(Int32.max)
        else {
            destination.state.clearLink()
            return
        }
        destination.id |= RegisterState.addedConstant
        destination.offset = Int32(truncatingIfNeeded: operand.value.tnum.value)
    }

    /// `adjust_scalar_min_max_vals`
    private func adjustScalar(
        _ current: Instruction, _ destination: Register, _ operand: ScalarBounds
    ) throws(Refusal) {
        let is32 = current.opcodeClass != Opcode.alu64
        let operation = current.opcodeOperation
        guard isComputable(operation, operand, is32) else {
            destination.state.setUnknown()
            return
        }
        let count = operand.umin
        switch operation {
        case Opcode.add: destination.value.add(operand)
        case Opcode.sub: destination.value.subtract(operand)
        case Opcode.mul: destination.value.multiply(operand)
        case Opcode.and:
            if operand.isConstant { try forkMask(current, destination) }
            destination.value.and(operand)
        case Opcode.or:
            if operand.isConstant { try forkMask(current, destination) }
            destination.value.or(operand)
        case Opcode.xor: destination.value.xor(operand)
        case Opcode.lsh:
            if is32 {
                destination.value.shiftLeftSubregister(by: count)
            } else {
                destination.value.shiftLeft(by: count)
            }
        case Opcode.rsh:
            if is32 {
                destination.value.shiftRightSubregister(by: count)
            } else {
                destination.value.shiftRight(by: count)
            }
        default:
            if is32 {
                destination.value.arithmeticShiftRightSubregister(by: count)
            } else {
                destination.value.arithmeticShiftRight(by: count)
            }
        }
        if is32 { destination.value.zeroExtendSubregister() }
        destination.value.synchronise()
    }

    /// Whether the domain says anything of the result (`is_safe_to_compute_dst_reg_range`).
    private func isComputable(_ operation: UInt8, _ operand: ScalarBounds, _ is32: Bool) -> Bool {
        switch operation {
        case Opcode.add, Opcode.sub, Opcode.and, Opcode.xor, Opcode.or, Opcode.mul:
            return true
        case Opcode.lsh, Opcode.rsh, Opcode.arsh:
            let isConstant =
                is32
                ? operand.tnum.hasConstantSubregister && operand.s32min == operand.s32max
                    && operand.u32min == operand.u32max
                : operand.isConstant && operand.smin == operand.smax && operand.umin == operand.umax
            return isConstant && operand.umax < (is32 ? 32 : 64)
        default:
            return false
        }
    }

    /// A mask of a value that is 0 or -1 selects one of two constants: both are followed (`maybe_fork_scalars`).
    private func forkMask(_ current: Instruction, _ destination: Register) throws(Refusal) {
        let is64 = destination.value.smin == -1 && destination.value.smax == 0
        guard is64 || destination.value.s32min == -1 && destination.value.s32max == 0 else { return }
        let other = try pushBranch(to: instruction).current[Int(current.destination)]
        if is64 {
            other.state.setKnown(0)
            destination.state.setKnown(.max)
        } else {
            other.value.setSubregister(0)
            destination.value.setSubregister(.max)
        }
    }

    /// A contradiction in what is known means that no value comes here; the kernel then assumes nothing
    /// (`reg_bounds_sanity_check`).
    func checkInvariants(_ register: Register, _ place: String) {
        guard let contradiction = register.value.contradiction else { return }
        let value = register.value
        func hex(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16) }
        log.write(
            "REG INVARIANTS VIOLATION (\(place)): \(contradiction) u64=[\(hex(value.umin)), \(hex(value.umax))] "
                + "s64=[\(hex(UInt64(bitPattern: value.smin))), \(hex(UInt64(bitPattern: value.smax)))] "
                + "u32=[\(hex(value.u32min)), \(hex(value.u32max))] "
                + "s32=[\(hex(UInt32(bitPattern: value.s32min))), \(hex(UInt32(bitPattern: value.s32max)))] "
                + "var_off=(\(hex(value.tnum.value)), \(hex(value.tnum.mask)))\n")
        register.value.setUnbounded64()
        register.value.setUnbounded32()
    }
}
