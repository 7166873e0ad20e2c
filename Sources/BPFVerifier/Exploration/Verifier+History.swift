/// One step of the way to the current instruction (`struct bpf_insn_hist_entry`).
struct HistoryEntry {
    let instruction: Int
    let previousInstruction: Int
    /// The stack slot that the instruction spilled to or filled from.
    var stackAccess: StackAccess?
    /// The compared registers point to the stack: nothing to be made precise.
    var destinationIsStack = false
    var sourceIsStack = false
    /// Scalars that a condition refined together.
    var linked: LinkedRegisters?

    struct StackAccess: Hashable {
        let frame: Int
        let slot: Int
    }
}

/// Places that hold the same scalar, up to a constant (`struct linked_regs`).
struct LinkedRegisters: Hashable {
    struct Place: Hashable {
        let frame: Int
        /// Register number or stack slot.
        let index: Int
        let isRegister: Bool
    }

    var places: [Place] = []

    /// More places than this lose the link (LINKED_REGS_MAX).
    static let limit = 6
}

extension Verifier {
    /// Notes the current instruction in the history, once; `change` adds to the entry (`push_insn_history`).
    func pushHistory(_ change: (inout HistoryEntry) -> Void = { _ in }) {
        if let currentHistory {
            change(&history[currentHistory])
            return
        }
        var entry = HistoryEntry(instruction: instruction, previousInstruction: previousInstruction)
        change(&entry)
        // What lies beyond belonged to a path that is finished.
        if history.count > state.historyEnd { history.removeLast(history.count - state.historyEnd) }
        history.append(entry)
        currentHistory = state.historyEnd
        state.historyEnd += 1
    }
}
