import LinuxABI

/// Precision: which scalars' exact values matter. It is found backwards, from the use to the origin, so that pruning
/// may ignore the ranges of all others.
extension Verifier {
    /// The value of a scalar register matters here, and so does all it was computed from (`mark_chain_precision`).
    func markPrecise(_ register: UInt8) throws(Refusal) {
        backtrack.frame = state.frames.count - 1
        guard frame[Int(register)].isScalar else { throw Refusal(.EFAULT, "backtracing misuse") }
        backtrack.insert(register)
        try markChain()
    }

    /// What mattered after `old` matters now, on the way here (`propagate_precision`).
    func propagatePrecision(from old: VerifierState) throws(Refusal) {
        for (number, frame) in old.frames.enumerated().reversed() {
            var names: [String] = []
            for index in 0..<FrameState.framePointer {
                let register = frame[index]
                guard register.isScalar, register.isPrecise, register.live.isRead else { continue }
                if log.level.contains(.everything) { names.append("r\(index)") }
                backtrack.insert(register: index, frame: number)
            }
            for index in 0..<frame.slotCount where frame.slot(index).isSpill {
                let register = frame.spilledRegister(index)
                guard register.isScalar, register.isPrecise, register.live.isRead else { continue }
                if log.level.contains(.everything) { names.append("fp\((-index - 1) * 8)") }
                backtrack.insert(slot: index, frame: number)
            }
            if !names.isEmpty {
                log.write("frame \(number): propagating \(names.joined(separator: ","))\n")
            } else if !log.level.contains(.everything),
                backtrack.registerMask(number) != 0 || backtrack.slotMask(number) != 0
            {
                // The kernel ends a line here that it began only at the highest level.
                log.write("\n")
            }
        }
        backtrack.frame = state.frames.count - 1
        try markChain()
    }

    /// A new saved state starts with no scalar's value mattering (`mark_all_scalars_imprecise`).
    func forgetPrecision(of state: VerifierState) {
        for frame in state.frames {
            for index in 0..<FrameState.framePointer where frame[index].isScalar { frame[index].isPrecise = false }
            for index in 0..<frame.slotCount where frame.slot(index).isSpill {
                let register = frame.spilledRegister(index)
                if register.isScalar { register.isPrecise = false }
            }
        }
    }

    /// Walks back from the current instruction through the states (`__mark_chain_precision`).
    private func markChain() throws(Refusal) {
        guard !backtrack.isEmpty else { return }
        let isLogged = log.level.contains(.everything)
        var origin = state
        var firstIndex = origin.firstInstruction
        var lastIndex = instruction
        var following = -1
        // The current instruction is the one that asks.
        var isAsking = true
        while true {
            if isLogged {
                log.write(
                    "mark_precise: frame\(backtrack.frame): last_idx \(lastIndex) first_idx \(firstIndex) "
                        + "subseq_idx \(following) \n")
            }
            if lastIndex < 0 { return try reachGlobalEntry(origin) }
            var end = origin.historyEnd
            var index = lastIndex
            while true {
                if isAsking {
                    isAsking = false
                } else {
                    let entry = historyEntry(of: index, start: origin.historyStart, end: end)
                    guard try stepBack(index, following: following, entry) else {
                        markAllPrecise()
                        backtrack.reset()
                        return
                    }
                }
                if backtrack.isEmpty { return }
                following = index
                guard let previous = previousIndex(of: index, in: origin, &end) else { break }
                guard instructions.indices.contains(previous) else {
                    throw Refusal(.EFAULT, "BUG backtracking idx \(previous)")
                }
                index = previous
            }
            guard let parent = origin.parent else { break }
            origin = parent
            try markPrecise(in: origin)
            if backtrack.isEmpty { return }
            following = firstIndex
            lastIndex = origin.lastInstruction
            firstIndex = origin.firstInstruction
        }
        if !backtrack.isEmpty {
            markAllPrecise()
            backtrack.reset()
        }
    }

    /// The walk came to the start of a global function: its arguments are unknown scalars anyway.
    private func reachGlobalEntry(_ origin: VerifierState) throws(Refusal) {
        let entry = origin.frames[0]
        guard origin.frames.count == 1, entry.subprogram > 0, backtrack.slotMask == 0,
            backtrack.registerMask & ~Backtrack.arguments == 0
        else {
            throw Refusal(
                .EFAULT,
                "BUG backtracking func entry subprog \(entry.subprogram) "
                    + "reg_mask \(String(backtrack.registerMask, radix: 16)) "
                    + "stack_mask \(String(backtrack.slotMask, radix: 16))")
        }
        for register in 1...5 where backtrack.contains(register: register, frame: 0) {
            backtrack.remove(register: register, frame: 0)
            if entry[register].isScalar { entry[register].isPrecise = true }
        }
    }

    /// Marks what is looked for in a saved state; what was precise already has been followed before.
    private func markPrecise(in origin: VerifierState) throws(Refusal) {
        for number in (0...backtrack.frame).reversed() {
            let frame = origin.frames[number]
            for index in 0..<FrameState.registerCount where backtrack.contains(register: index, frame: number) {
                let register = frame[index]
                if !register.isScalar || register.isPrecise {
                    backtrack.remove(register: index, frame: number)
                } else {
                    register.isPrecise = true
                }
            }
            let slots = backtrack.slotMask(number)
            for index in 0..<64 where slots & 1 << UInt64(index) != 0 {
                guard index < frame.slotCount else {
                    throw Refusal(
                        .EFAULT, "BUG backtracking (stack slot \(index), total slots \(frame.slotCount))")
                }
                let register = frame.spilledRegister(index)
                if !frame.slot(index).isSpill || !register.isScalar || register.isPrecise {
                    backtrack.remove(slot: index, frame: number)
                } else {
                    register.isPrecise = true
                }
            }
            if log.level.contains(.everything) {
                log.write(
                    "mark_precise: frame\(number): parent state "
                        + "regs=\(Backtrack.text(registers: backtrack.registerMask(number))) "
                        + "stack=\(Backtrack.text(slots: backtrack.slotMask(number))): ")
                writeState(of: frame, all: true)
            }
        }
    }

    /// Where the way back cannot be followed, every scalar of every ancestor matters (`mark_all_scalars_precise`).
    private func markAllPrecise() {
        let isLogged = log.level.contains(.everything)
        if isLogged {
            log.write(
                "mark_precise: frame\(state.frames.count - 1): falling back to forcing all scalars precise\n")
        }
        var ancestor = state.parent
        while let origin = ancestor {
            for (number, frame) in origin.frames.enumerated() {
                func force(_ register: Register, _ name: String) {
                    guard register.isScalar, !register.isPrecise else { return }
                    register.isPrecise = true
                    if isLogged { log.write("force_precise: frame\(number): forcing \(name) to be precise\n") }
                }
                for index in 0..<FrameState.framePointer { force(frame[index], "r\(index)") }
                for index in 0..<frame.slotCount where frame.slot(index).isSpill {
                    force(frame.spilledRegister(index), "fp\((-index - 1) * 8)")
                }
            }
            ancestor = origin.parent
        }
    }

    /// `get_insn_hist_entry`
    private func historyEntry(of index: Int, start: Int, end: Int) -> HistoryEntry? {
        guard end > start, history[end - 1].instruction == index else { return nil }
        return history[end - 1]
    }

    /// The instruction that was followed before `index`; nil at the state's beginning (`get_prev_insn_idx`).
    private func previousIndex(of index: Int, in origin: VerifierState, _ end: inout Int) -> Int? {
        let (start, count) = (origin.historyStart, end - origin.historyStart)
        if index == origin.firstInstruction {
            if count == 0 || count == 1 && history[start].instruction == index { return nil }
        }
        if count > 0, history[end - 1].instruction == index {
            end -= 1
            return history[end].previousInstruction
        }
        return index - 1
    }
}
