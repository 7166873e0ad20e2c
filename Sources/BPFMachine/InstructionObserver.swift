/// Told of every instruction that is executed; the empty one compiles to nothing.
protocol InstructionObserver {
    func executed(_ instruction: UnsafeMutablePointer<DecodedInstruction>)
}

/// Observes nothing.
struct Unobserved: InstructionObserver {
    @inline(__always)
    func executed(_ instruction: UnsafeMutablePointer<DecodedInstruction>) {}
}

/// Counts the instructions of a run, callbacks included.
@safe struct InstructionCounter: InstructionObserver {
    let state: UnsafeMutablePointer<RunState>

    @inline(__always)
    func executed(_ instruction: UnsafeMutablePointer<DecodedInstruction>) {
        unsafe state.pointee.executedInstructions &+= 1
    }
}
