/// What the interpreter keeps in memory during a run because helpers and faults need it; the rest is in its locals.
@safe struct RunState {
    /// The program whose instructions run now; tail calls change it. It is retained by the run's caller or by
    /// ``ExecutionEnvironment/tailCalledPrograms``.
    var program: Unmanaged<DecodedProgram>?
    /// The instruction that makes the current helper call.
    var instruction: UnsafeMutablePointer<DecodedInstruction>?
    /// How many calls are open.
    var depth = 0
    /// The depth at which the innermost interpreter loop was entered: an exit there leaves it.
    var entryDepth = 0
    /// How many more jumps the run may take, as of the last helper call.
    var remainingJumps = 0
    var tailCalls = 0
    var executedInstructions = 0
    var isRunning = false
    var isCounting = false
    /// Mirrors whether the environment has a fault, where the interpreter can see it without a class property's cost.
    var hasPendingFault = false
}

/// What a subprogram's caller gets back when it returns (R0 to R5 are the callee's).
@safe struct Frame {
    var program: Unmanaged<DecodedProgram>?
    var returnsTo: UnsafeMutablePointer<DecodedInstruction>
    var r6: UInt64
    var r7: UInt64
    var r8: UInt64
    var r9: UInt64
}
