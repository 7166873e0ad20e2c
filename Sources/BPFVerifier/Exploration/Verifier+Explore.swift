import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// The main function, then every global function that something calls (`do_check_main`, `do_check_subprogs`).
    func exploreProgram() throws(Refusal) {
        try exploreFunction(0)
        var hasNew = true
        while hasNew {
            hasNew = false
            for number in subprograms.indices.dropFirst() {
                let subprogram = subprograms[number]
                guard subprogram.isGlobal, subprogram.isCalled, !subprogram.isVerified else { continue }
                try exploreFunction(number)
                if log.level.writesInstructions {
                    log.write(
                        "Func#\(number) ('\(functionName(number))') is safe for any args that match its prototype\n")
                }
                subprograms[number].isVerified = true
                hasNew = true
            }
        }
    }

    func functionName(_ number: Int) -> String { subprograms[number].function?.name ?? "" }

    /// Follows every path of a function from its start (`do_check_common`).
    private func exploreFunction(_ number: Int) throws(Refusal) {
        lastLine = nil
        frame = FrameState(callSite: -1, number: 0, subprogram: number)
        state = VerifierState(first: frame)
        instruction = subprograms[number].start
        state.firstInstruction = instruction
        pending.removeAll()
        history.removeAll(keepingCapacity: true)
        for bucket in explored.indices where !explored[bucket].isEmpty { explored[bucket].removeAll() }
        touchEverything()
        if number == 0 {
            frame[1].state.setKnown(0)
            frame[1].type = .context
            if subprograms[0].function.map({ $0.parameters != [.context] }) ?? false {
                subprograms[0].isUnreliable = true
            }
        } else {
            log.write("Validating \(functionName(number))() func#\(number)...\n")
            try prepareArguments(ofGlobal: number)
        }
        isFollowingPaths = true
        try followPaths()
        isFollowingPaths = false
        if !log.level.contains(.everything) { log.reset(to: 0) }
    }

    /// Instruction by instruction, until no branch is left (`do_check`).
    private func followPaths() throws(Refusal) {
        var previous = -1
        var mustPrintState = false
        while true {
            currentHistory = nil
            previousInstruction = previous
            guard instructions.indices.contains(instruction) else {
                throw Refusal(.EFAULT, "invalid insn idx \(instruction) insn_cnt \(instructions.count)")
            }
            totals.processedInstructions += 1
            if totals.processedInstructions > instructionLimit {
                throw Refusal(
                    .E2BIG, "BPF program is too large. Processed \(totals.processedInstructions) insn")
            }
            state.lastInstruction = previousInstruction
            if records[instruction].isPrunePoint, try isVisited() {
                if log.level.writesInstructions {
                    log.write(
                        mustPrintState
                            ? "\nfrom \(previousInstruction) to \(instruction): safe\n" : "\(instruction): safe\n")
                }
                guard finishPath(&previous) else { return }
                mustPrintState = true
                continue
            }
            if records[instruction].isJumpPoint { pushHistory() }
            let current = instructions[instruction]
            if log.level.writesInstructions { writeInstruction(current, &mustPrintState) }
            records[instruction].fact.isSeen = true
            previous = instruction
            switch try step(current) {
            case .next:
                instruction += 1
            case .moved:
                break
            case .returned:
                mustPrintState = true
            case .ended:
                guard finishPath(&previous) else { return }
                mustPrintState = true
            }
        }
    }

    /// How the path goes on.
    enum Continuation {
        /// At the instruction after ``Verifier/instruction``.
        case next
        /// At ``Verifier/instruction``, which the step has set.
        case moved
        /// There too, in the caller.
        case returned
        case ended
    }

    private func step(_ current: Instruction) throws(Refusal) -> Continuation {
        switch current.opcodeClass {
        case Opcode.alu32, Opcode.alu64:
            try checkArithmetic(current)
        case Opcode.ldx:
            try checkLoad(current)
        case Opcode.stx:
            if current.opcodeMode == Opcode.atomic {
                try checkAtomic(current)
            } else {
                guard current.opcodeMode == Opcode.mem, current.immediate == 0 else {
                    throw Refusal(.EINVAL, "BPF_STX uses reserved fields")
                }
                try checkStore(current)
            }
        case Opcode.st:
            guard current.opcodeMode == Opcode.mem, current.source == 0 else {
                throw Refusal(.EINVAL, "BPF_ST uses reserved fields")
            }
            try checkStoreOfConstant(current)
        case Opcode.jmp, Opcode.jmp32:
            jumpsProcessed += 1
            return try checkJump(current)
        default:
            if current.opcodeMode == Opcode.imm {
                try checkLoadImmediate(current)
                instruction += 1
                records[instruction].fact.isSeen = true
            } else {
                return try checkLegacyPacketLoad(current)
            }
        }
        return .next
    }

    private func checkJump(_ current: Instruction) throws(Refusal) -> Continuation {
        switch current.opcodeOperation {
        case Opcode.call:
            guard current.offset == 0 || current.source == PseudoSource.kernelFunction, current.source <= 2,
                current.destination == 0
            else { throw Refusal(.EINVAL, "BPF_CALL uses reserved fields") }
            if current.source == PseudoSource.call {
                try checkSubprogramCall(current)
            } else {
                try checkHelperCall(current)
            }
            touchRegister(0)
            return .next
        case Opcode.ja:
            let isLong = current.opcodeClass == Opcode.jmp32
            guard current.source == 0, current.destination == 0,
                isLong ? current.offset == 0 : current.immediate == 0
            else { throw Refusal(.EINVAL, "BPF_JA uses reserved fields") }
            instruction += 1 + (isLong ? Int(current.immediate) : Int(current.offset))
            return .moved
        case Opcode.exit:
            guard current.immediate == 0, current.source == 0, current.destination == 0 else {
                throw Refusal(.EINVAL, "BPF_EXIT uses reserved fields")
            }
            if state.frames.count > 1 {
                try returnToCaller()
                return .returned
            }
            try checkReturnValue()
            return .ended
        default:
            try checkConditionalJump(current)
            return .next
        }
    }

    /// Takes up the next branch; false where there is none (`process_bpf_exit`).
    private func finishPath(_ previous: inout Int) -> Bool {
        touchEverything()
        var finished: VerifierState? = state
        while let state = finished {
            state.branches -= 1
            if state.branches > 0 { break }
            finished = state.parent
        }
        guard let branch = pending.popLast() else { return false }
        if !log.level.contains(.everything) { log.reset(to: branch.logPosition) }
        state = branch.state
        frame = state.current
        instruction = branch.instruction
        previous = branch.previousInstruction
        return true
    }

    /// Puts a copy of the state aside, to go on from it at `target` later (`push_stack`).
    func pushBranch(to target: Int) throws(Refusal) -> VerifierState {
        let branch = VerifierState(copying: state)
        pending.append(
            PendingBranch(
                state: branch, instruction: target, previousInstruction: instruction, logPosition: log.position))
        guard pending.count <= Self.pendingLimit else {
            throw Refusal(.E2BIG, "The sequence of \(pending.count) jumps is too complex.")
        }
        branch.parent?.branches += 1
        return branch
    }

    private func writeInstruction(_ current: Instruction, _ mustPrintState: inout Bool) {
        if log.level.contains(.everything), mustPrintState {
            log.write("\nfrom \(previousInstruction) to \(instruction):")
            writeState(of: frame, all: true)
            mustPrintState = false
        }
        if touchedRegisters != 0 || touchedSlots != 0 { writeInstructionState() }
        writeSourceLine(of: instruction, prefix: "; ")
        let start = log.position
        log.write("\(instruction): \(text(of: current, at: instruction))\n")
        instructionTextLength = log.position - start
        positionAfterInstruction = log.position
    }
}
