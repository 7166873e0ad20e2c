import BPFInstructionSet
import LinuxABI

/// Which parts of saved states were read after them: the others do not matter to pruning.
extension Verifier {
    /// How an instruction uses a register.
    enum RegisterUse {
        case source
        /// Written; its old content is forgotten.
        case destination
        /// Written; the caller says with what.
        case destinationKept
    }

    /// The register may be used so (`check_reg_arg`).
    func checkRegister(_ number: UInt8, _ use: RegisterUse) throws(Refusal) {
        try checkRegister(Int(number), use, in: frame)
    }

    func checkRegister(_ number: Int, _ use: RegisterUse, in frame: FrameState) throws(Refusal) {
        guard number < FrameState.registerCount else { throw Refusal(.EINVAL, "R\(number) is invalid") }
        touchRegister(number)
        let register = frame[number]
        let current = instructions[instruction]
        if use == .source {
            if register.kind == .uninitialised { throw Refusal(.EACCES, "R\(number) !read_ok") }
            // The frame pointer never changes: nothing to be learnt from its reads.
            guard number != FrameState.framePointer else { return }
            markRead(register, register.parent, uses64Bits(current, use, register) ? .read64 : .read32)
        } else {
            if number == FrameState.framePointer { throw Refusal(.EACCES, "frame pointer is read only") }
            register.live.insert(.written)
            if use == .destination { register.state.setUnknown() }
        }
    }

    /// Whether an instruction uses all of a register (`is_reg64`).
    private func uses64Bits(_ current: Instruction, _ use: RegisterUse, _ register: Register) -> Bool {
        let operation = current.opcodeOperation
        switch current.opcodeClass {
        case Opcode.jmp:
            if operation == Opcode.call {
                return current.source != PseudoSource.call && use == .source
            }
            return true
        case Opcode.alu64:
            return operation != Opcode.end || current.immediate == 64
        case Opcode.alu32:
            return operation == Opcode.end && current.immediate == 64
        case Opcode.jmp32:
            return false
        case Opcode.ldx:
            return use == .source || current.isDoubleWord || current.opcodeMode == Opcode.memsx
        case Opcode.stx:
            return use == .source && !register.isScalar || current.isDoubleWord
        case Opcode.ld:
            return current.opcodeMode == Opcode.imm || use == .source
        default:
            return true
        }
    }

    /// Tells the saved states that this place came from that it was read (`mark_reg_read`).
    func markRead(_ register: Register, _ parent: Register?, _ flag: Liveness) {
        // A read of what was written here since the parent says nothing about the parent.
        var mayBeScreened = parent == register.parent
        var (place, ancestor) = (register, parent)
        var steps = 0
        while let reader = ancestor {
            if mayBeScreened, place.live.contains(.written) { break }
            if reader.live.intersection(.read) == flag || reader.live.contains(.read64) { break }
            reader.live.insert(flag)
            if flag == .read64 { reader.live.remove(.read32) }
            place = reader
            ancestor = reader.parent
            mayBeScreened = true
            steps += 1
        }
        totals.longestMarkReadWalk = max(totals.longestMarkReadWalk, steps)
    }

    /// What was read after `old` will be read after `current`, which is safe because of it (`propagate_liveness`).
    func propagateLiveness(from old: VerifierState, to current: VerifierState) {
        func propagate(_ register: Register, _ parent: Register) {
            let (read, known) = (register.live.intersection(.read), parent.live.intersection(.read))
            guard known != .read64, !read.isEmpty, known != read else { return }
            markRead(register, parent, read)
        }
        for (number, (from, to)) in zip(old.frames, current.frames).enumerated() {
            for register in (number + 1 < old.frames.count ? 6 : 0)..<FrameState.framePointer {
                propagate(from[register], to[register])
            }
            for slot in 0..<min(from.slotCount, to.slotCount) {
                propagate(from.spilledRegister(slot), to.spilledRegister(slot))
            }
        }
    }

    /// Forgets what was never read after states that are fully explored (`clean_live_states`).
    func cleanFinishedStates(in bucket: Int) {
        for saved in explored[bucket].reversed() {
            let old = saved.state
            guard old.branches == 0, old.instruction == instruction, old.hasSameCallSites(as: state),
                !old.frames[0][0].live.contains(.done)
            else { continue }
            for frame in old.frames { clean(frame) }
        }
    }

    private func clean(_ frame: FrameState) {
        for number in 0..<FrameState.framePointer {
            let register = frame[number]
            let wasRead = register.live.isRead
            register.live.insert(.done)
            if !wasRead { register.state.setUninitialised() }
        }
        for slot in 0..<frame.slotCount {
            let register = frame.spilledRegister(slot)
            let wasRead = register.live.isRead
            register.live.insert(.done)
            if !wasRead {
                register.state.setUninitialised()
                frame.setSlot(slot, .untouched)
            }
        }
    }
}
