import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// What is looked for before an instruction, given what is looked for after it (`backtrack_insn`); false where that
    /// cannot be said.
    func stepBack(_ index: Int, following: Int, _ entry: HistoryEntry?) throws(Refusal) -> Bool {
        let current = instructions[index]
        // The second half of a 64-bit constant.
        guard current.opcode != 0 else { return true }
        if log.level.contains(.everything) {
            log.write(
                "mark_precise: frame\(backtrack.frame): regs=\(Backtrack.text(registers: backtrack.registerMask)) "
                    + "stack=\(Backtrack.text(slots: backtrack.slotMask)) before "
                    + "\(index): \(text(of: current, at: index))\n")
        }
        backtrack.insertLinked(of: entry)
        let isDone: Bool
        switch current.opcodeClass {
        case Opcode.alu32, Opcode.alu64:
            isDone = stepBackArithmetic(current)
        case Opcode.ldx:
            isDone = stepBackLoad(into: current.destination, entry)
        case Opcode.stx, Opcode.st:
            if current.isAtomicFetch {
                isDone = stepBackLoad(
                    into: current.immediate == Opcode.compareExchange ? 0 : current.source, entry)
            } else {
                // A store through a scalar: what the kernel's own tables could make, no program.
                if backtrack.contains(current.destination) { return false }
                isDone = stepBackStore(current, entry)
            }
        case Opcode.jmp, Opcode.jmp32:
            isDone = try stepBackJump(current, index, following, entry)
        default:
            guard current.opcodeMode == Opcode.imm else {
                if backtrack.contains(current.destination) { return false }
                // The load failed and left the function.
                if following != index + 1 { try enterCallee() }
                return true
            }
            backtrack.remove(current.destination)
            isDone = true
        }
        if !isDone { backtrack.insertLinked(of: entry) }
        return true
    }

    /// True where the instruction has nothing to do with what is looked for.
    private func stepBackArithmetic(_ current: Instruction) -> Bool {
        guard backtrack.contains(current.destination) else { return true }
        switch current.opcodeOperation {
        case Opcode.end, Opcode.neg:
            return true
        case Opcode.mov:
            backtrack.remove(current.destination)
            if current.usesSourceRegister, current.source != FrameState.framePointer {
                backtrack.insert(current.source)
            }
        default:
            if current.usesSourceRegister, current.source != FrameState.framePointer {
                backtrack.insert(current.source)
            }
        }
        return false
    }

    private func stepBackLoad(into register: UInt8, _ entry: HistoryEntry?) -> Bool {
        guard backtrack.contains(register) else { return true }
        backtrack.remove(register)
        // Only the stack keeps scalars that are tracked.
        guard let access = entry?.stackAccess else { return true }
        backtrack.insert(slot: access.slot, frame: access.frame)
        return false
    }

    private func stepBackStore(_ current: Instruction, _ entry: HistoryEntry?) -> Bool {
        guard let access = entry?.stackAccess, backtrack.contains(slot: access.slot, frame: access.frame) else {
            return true
        }
        backtrack.remove(slot: access.slot, frame: access.frame)
        if current.opcodeClass == Opcode.stx { backtrack.insert(current.source) }
        return false
    }

    private func stepBackJump(
        _ current: Instruction, _ index: Int, _ following: Int, _ entry: HistoryEntry?
    ) throws(Refusal) -> Bool {
        if current.isSubprogramCall {
            try stepBackCall(index + Int(current.immediate) + 1)
            return true
        }
        switch current.opcodeOperation {
        case Opcode.call where current.opcodeClass == Opcode.jmp:
            backtrack.remove(0)
            if backtrack.registerMask & Backtrack.arguments != 0 { throw backtrackBug() }
        case Opcode.exit where current.opcodeClass == Opcode.jmp:
            let isReturn = following >= 1 && instructions[following - 1].isSubprogramCall
            let isResultWanted = isReturn && backtrack.contains(0)
            if isReturn, backtrack.registerMask & Backtrack.arguments != 0 { throw backtrackBug() }
            backtrack.remove(0)
            try enterCallee()
            if isResultWanted { backtrack.insert(0) }
            return true
        default:
            guard current.usesSourceRegister else { return false }
            guard backtrack.contains(current.destination) || backtrack.contains(current.source) else { return true }
            // Both sides of a comparison decided.
            if !(entry?.sourceIsStack ?? false) { backtrack.insert(current.source) }
            if !(entry?.destinationIsStack ?? false) { backtrack.insert(current.destination) }
        }
        return false
    }

    /// From a function's start to its call: arguments are looked for in the caller.
    private func stepBackCall(_ target: Int) throws(Refusal) {
        if subprograms[subprogram(containing: target)].isGlobal {
            if backtrack.registerMask & Backtrack.arguments != 0 { throw backtrackBug() }
            backtrack.remove(0)
            return
        }
        if backtrack.registerMask & ~Backtrack.arguments != 0 { throw backtrackBug() }
        if backtrack.slotMask != 0 {
            throw Refusal(.EFAULT, "BUG stack slots \(String(backtrack.slotMask, radix: 16))")
        }
        guard backtrack.frame > 0 else { throw Refusal(.EFAULT, "BUG subprog exit from frame 0") }
        for register in 1...5 where backtrack.contains(register: register, frame: backtrack.frame) {
            backtrack.remove(register: register, frame: backtrack.frame)
            backtrack.insert(register: register, frame: backtrack.frame - 1)
        }
        backtrack.frame -= 1
    }

    private func enterCallee() throws(Refusal) {
        guard backtrack.frame < VerifierState.frameLimit - 1 else {
            throw Refusal(.EFAULT, "BUG subprog enter from frame \(backtrack.frame)")
        }
        backtrack.frame += 1
    }

    private func backtrackBug() -> Refusal {
        Refusal(.EFAULT, "BUG regs \(String(backtrack.registerMask, radix: 16))")
    }
}
