import LinuxABI

/// Pruning: a path that comes to an instruction in a state that was seen to be safe there need not be followed.
extension Verifier {
    /// Whether the rest of this path is known to be safe; otherwise may save the state (`is_state_visited`).
    func isVisited() throws(Refusal) -> Bool {
        // A long history makes precision expensive.
        let isForced = state.historyEnd - state.historyStart > 40
        var isAdding =
            isForced
            || jumpsProcessed - previousJumps >= 2 && totals.processedInstructions - previousProcessed >= 8
        let bucket = bucket(of: instruction)
        cleanFinishedStates(in: bucket)
        var count = 0
        var index = explored[bucket].count - 1
        while index >= 0 {
            let saved = explored[bucket][index]
            count += 1
            defer { index -= 1 }
            guard saved.state.instruction == instruction else { continue }
            if saved.state.branches > 0 {
                if mayLoop(saved.state), isEqual(saved.state, state, exactly: true) {
                    throw infiniteLoop(saved.state)
                }
                // In a loop that is being followed: states of the same round are not worth saving.
                if !isForced, jumpsProcessed - previousJumps < 20,
                    totals.processedInstructions - previousProcessed < 100
                {
                    isAdding = false
                }
            } else if isEqual(saved.state, state, exactly: false) {
                saved.hits += 1
                propagateLiveness(from: saved.state, to: state)
                // The history has to tell precision how this path came here.
                if records[instruction].isJumpPoint { pushHistory() }
                try propagatePrecision(from: saved.state)
                return true
            }
            if isAdding { saved.misses += 1 }
            if saved.misses > saved.hits * 3 + 3 {
                // Compared often, equal seldom: not worth keeping.
                explored[bucket].remove(at: index)
                if saved.state.frames[0][0].live.contains(.done) { totals.peakStates -= 1 }
            }
        }
        totals.maxStatesPerInstruction = max(totals.maxStatesPerInstruction, count)
        if isAdding { saveState(in: bucket) }
        return false
    }

    /// `explored_state`
    private func bucket(of instruction: Int) -> Int {
        let hash = UInt32(bitPattern: Int32(instruction) ^ Int32(frame.callSite))
        return Int(hash % UInt32(explored.count))
    }

    /// Equal registers in the running frame: cheap, and nearly always false (`states_maybe_looping`).
    private func mayLoop(_ old: VerifierState) -> Bool {
        guard old.frames.count == state.frames.count else { return false }
        let oldFrame = old.current
        for number in 0..<FrameState.registerCount {
            let (a, b) = (oldFrame[number], frame[number])
            guard a.id == b.id, a.state.isSameContent(as: b.state) else { return false }
        }
        return true
    }

    private func infiniteLoop(_ old: VerifierState) -> Refusal {
        writeSourceLine(of: instruction, prefix: "; ")
        let message = "infinite loop detected at insn \(instruction)"
        log.write(message + "\ncur state:")
        writeState(of: frame, all: true)
        log.write("old state:")
        writeState(of: old.current, all: true)
        var refusal = Refusal(.EINVAL, message)
        refusal.isInLog = true
        return refusal
    }

    /// Keeps a copy of the state, which becomes the parent of what follows.
    private func saveState(in bucket: Int) {
        totals.totalStates += 1
        totals.peakStates += 1
        previousJumps = jumpsProcessed
        previousProcessed = totals.processedInstructions
        forgetPrecision(of: state)
        let saved = VerifierState(copying: state)
        saved.instruction = instruction
        explored[bucket].append(ExploredState(saved))
        state.parent = saved
        state.firstInstruction = instruction
        state.historyStart = state.historyEnd
        for (number, (current, parent)) in zip(state.frames, saved.frames).enumerated() {
            for register in (number + 1 < state.frames.count ? 6 : 0)..<FrameState.framePointer {
                current[register].parent = parent[register]
            }
            for register in 0..<FrameState.framePointer { current[register].live = .none }
            for slot in 0..<current.slotCount {
                current.spilledRegister(slot).live = .none
                current.spilledRegister(slot).parent = parent.spilledRegister(slot)
            }
        }
    }
}
