/// How a run ended that didn't reach its exit: a verified program never does this, so each one is a fault of the program
/// (where nothing verified it), of the verifier, or of a helper.
public struct MachineFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Reason: Hashable, Sendable {
        /// No readable region holds these bytes.
        case loadOutOfBounds(address: UInt64, byteCount: Int)
        /// No writable region holds these bytes.
        case storeOutOfBounds(address: UInt64, byteCount: Int)
        /// More jumps were taken than the run was given.
        case budgetExhausted
        /// The environment doesn't know this helper.
        case unknownHelper(UInt32)
        /// A call would have opened a ninth frame.
        case callDepthExceeded
        /// A helper called a subprogram at a slot where no instruction starts.
        case noSubprogram(at: Int)
        /// The run went past the last instruction.
        case fellOffTheEnd
        /// A helper or the runtime ended the run, for the reason given.
        case refused(String)
    }

    /// The slot, in the original program, of the instruction that was running.
    public let instructionIndex: Int
    /// What went wrong there.
    public let reason: Reason

    /// A fault of the instruction in slot `instructionIndex`.
    public init(instructionIndex: Int, reason: Reason) {
        self.instructionIndex = instructionIndex
        self.reason = reason
    }

    /// One line for people.
    public var description: String { "instruction \(instructionIndex): \(reason)" }
}

extension MachineFault.Reason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .loadOutOfBounds(let address, let byteCount):
            "load of \(byteCount) bytes at 0x\(String(address, radix: 16)), which no readable region holds"
        case .storeOutOfBounds(let address, let byteCount):
            "store of \(byteCount) bytes at 0x\(String(address, radix: 16)), which no writable region holds"
        case .budgetExhausted: "the budget of taken jumps is used up"
        case .unknownHelper(let number): "call of helper \(number), which this environment doesn't have"
        case .callDepthExceeded: "call nested deeper than \(ExecutionEnvironment.maximumFrames) frames"
        case .noSubprogram(let index): "call of a subprogram at slot \(index), where no instruction starts"
        case .fellOffTheEnd: "ran past the last instruction"
        case .refused(let text): text
        }
    }
}
