import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// Conditional jumps: decided where possible, else both ways, each with what it tells (`check_cond_jmp_op`).
    func checkConditionalJump(_ current: Instruction) throws(Refusal) {
        let operation = current.opcodeOperation
        if operation == Opcode.jcond { throw .notModelled("may_goto") }
        guard operation != Opcode.ja, operation < Opcode.jcond else {
            throw Refusal(.EINVAL, "invalid BPF_JMP/JMP32 opcode \(String(operation, radix: 16))")
        }
        try checkRegister(current.destination, .source)
        let destination = frame[Int(current.destination)]
        let source: Register
        if current.usesSourceRegister {
            guard current.immediate == 0 else { throw Refusal(.EINVAL, "BPF_JMP/JMP32 uses reserved fields") }
            try checkRegister(current.source, .source)
            source = frame[Int(current.source)]
        } else {
            guard current.source == 0 else { throw Refusal(.EINVAL, "BPF_JMP/JMP32 uses reserved fields") }
            source = scratch[0]
            source.state = .constant(UInt64(bitPattern: Int64(current.immediate)))
        }
        noteStackOperands(destination, current.usesSourceRegister ? source : nil)
        let is32 = current.opcodeClass == Opcode.jmp32
        if let isTaken = decide(destination, source, operation, is32) {
            if destination.isScalar { try markPrecise(current.destination) }
            if current.usesSourceRegister, source.isScalar { try markPrecise(current.source) }
            writeInstructionState()
            if isTaken { instruction += Int(current.offset) }
            return
        }
        let linked = collectLinked(destination, current.usesSourceRegister ? source : nil)
        let other = try pushBranch(to: instruction + Int(current.offset) + 1)
        let otherDestination = other.current[Int(current.destination)]
        let otherSource: Register
        if current.usesSourceRegister {
            otherSource = other.current[Int(current.source)]
            refine(otherDestination, otherSource, destination, source, operation, is32)
        } else {
            otherSource = scratch[1]
            otherSource.state = source.state
            refine(otherDestination, source, destination, otherSource, operation, is32)
        }
        if current.usesSourceRegister, source.isScalar, source.id != 0, source.id == otherSource.id {
            syncLinked(linked, with: source, in: state)
            syncLinked(linked, with: otherSource, in: other)
        }
        if destination.isScalar, destination.id != 0, destination.id == otherDestination.id {
            syncLinked(linked, with: destination, in: state)
            syncLinked(linked, with: otherDestination, in: other)
        }
        if !is32, current.usesSourceRegister {
            learnFromEqualPointers(current, destination, source, other)
        }
        if !is32, !current.usesSourceRegister, current.immediate == 0, destination.type.mayBeNull,
            operation == Opcode.jeq || operation == Opcode.jne
        {
            let id = destination.id
            resolveNull(id, in: state, isNull: operation == Opcode.jne)
            resolveNull(id, in: other, isNull: operation == Opcode.jeq)
        } else if current.usesSourceRegister, !is32 {
            comparePacketPointers(current, destination, source, other)
        }
        writeInstructionState()
    }

    private func noteStackOperands(_ destination: Register, _ source: Register?) {
        let (isDestination, isSource) = (destination.kind == .stack, source?.kind == .stack)
        guard isDestination || isSource else { return }
        pushHistory {
            $0.destinationIsStack = isDestination
            $0.sourceIsStack = isSource
        }
    }

    // MARK: Decided jumps

    /// Whether the jump is taken, where that is certain (`is_branch_taken`).
    private func decide(_ first: Register, _ second: Register, _ operation: UInt8, _ is32: Bool) -> Bool? {
        if first.type.isAnyPacketPointer, second.type.isAnyPacketPointer, !is32 {
            return decidePacket(first, second, operation)
        }
        guard first.isScalar, second.isScalar else {
            if is32 { return nil }
            let (pointer, constant) = second.isConstant(low: false) ? (first, second) : (second, first)
            guard constant.isConstant(low: false), constant.value.tnum.value == 0, isNotNull(pointer) else {
                return nil
            }
            return operation == Opcode.jeq ? false : operation == Opcode.jne ? true : nil
        }
        return first.value.decide(second.value, operation, is32: is32)
    }

    /// A packet pointer that an earlier comparison has placed at or beyond the end (`is_pkt_ptr_branch_taken`).
    private func decidePacket(_ first: Register, _ second: Register, _ operation: UInt8) -> Bool? {
        let range: Int32
        let comparison: UInt8
        if second.kind == .packetEnd {
            (range, comparison) = (first.state.range, operation)
        } else if first.kind == .packetEnd {
            (range, comparison) = (second.state.range, Condition.flipped(operation))
        } else {
            return nil
        }
        guard range < 0 else { return nil }
        switch comparison {
        case Opcode.jle, Opcode.jgt: return range == RegisterState.beyondEnd ? comparison == Opcode.jgt : nil
        case Opcode.jlt, Opcode.jge: return comparison == Opcode.jge
        default: return nil
        }
    }

    /// A pointer that cannot be NULL at any offset it may have (`reg_not_null`).
    private func isNotNull(_ register: Register) -> Bool {
        guard !register.type.mayBeNull, register.value.smin > -Self.offsetLimit,
            register.value.smax < Self.offsetLimit
        else { return false }
        switch register.kind {
        case .socket, .tcpSocket, .socketCommon, .mapValue, .memory, .mapPointer: return true
        default: return false
        }
    }

    // MARK: What a jump tells

    /// Scalars on both sides: their values where the jump is taken, and where not (`reg_set_min_max`).
    private func refine(
        _ taken1: Register, _ taken2: Register, _ passed1: Register, _ passed2: Register, _ operation: UInt8,
        _ is32: Bool
    ) {
        guard passed1.isScalar, passed2.isScalar else { return }
        Condition.refine(passed1, passed2, Condition.reversed(operation), is32)
        passed1.value.synchronise()
        passed2.value.synchronise()
        Condition.refine(taken1, taken2, operation, is32)
        taken1.value.synchronise()
        taken2.value.synchronise()
        checkInvariants(taken1, "true_reg1")
        checkInvariants(taken2, "true_reg2")
        checkInvariants(passed1, "false_reg1")
        checkInvariants(passed2, "false_reg2")
    }

    /// A pointer equal to one that is not NULL is not NULL.
    private func learnFromEqualPointers(
        _ current: Instruction, _ destination: Register, _ source: Register, _ other: VerifierState
    ) {
        guard !destination.isScalar, !source.isScalar else { return }
        let equal: FrameState
        switch current.opcodeOperation {
        case Opcode.jeq: equal = other.current
        case Opcode.jne: equal = frame
        default: return
        }
        if isNotNull(destination), source.type.mayBeNull { setNotNull(equal[Int(current.source)]) }
        if isNotNull(source), destination.type.mayBeNull { setNotNull(equal[Int(current.destination)]) }
    }

    /// Every copy of a pointer that was compared with NULL (`mark_ptr_or_null_regs`).
    private func resolveNull(_ id: UInt32, in state: VerifierState, isNull: Bool) {
        state.forEachRegister { register in
            guard register.type.mayBeNull, register.id == id else { return }
            if isNull {
                register.type = .scalar
            } else {
                setNotNull(register)
            }
            register.id = 0
        }
    }

    /// `mark_ptr_not_null_reg`
    func setNotNull(_ register: Register) {
        if register.kind == .mapValue, let inner = innerMaps[register.state.map] {
            register.type = .mapPointer
            register.state.map = inner
        } else {
            register.type.mayBeNull = false
        }
    }
}
