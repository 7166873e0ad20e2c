/// Runs decoded programs: one loop over 16-byte instructions that checks every access to memory.
///
/// Each combination of policies has an entry of its own that isn't inlined, so that the loop is compiled once for each.
public enum Interpreter {
    /// A number of jumps that no test takes and no person waits for twice.
    public static let defaultBudget = 1 << 32

    /// Runs `program` from its first instruction until it exits, and returns R0.
    ///
    /// - Parameters:
    ///   - r1: the first argument, a context's address as a rule.
    ///   - r2: the second, which only the conformance suite uses (the context's length).
    ///   - budget: how many jumps and calls may be taken before the run is a fault, so that no run hangs.
    ///   - countsInstructions: whether ``ExecutionEnvironment/executedInstructions`` is kept, which takes time.
    /// - Throws: ``MachineFault`` where the program does what no verified program does, or a helper ends the run.
    public static func run(
        _ program: DecodedProgram, r1: UInt64, r2: UInt64 = 0, environment: ExecutionEnvironment,
        budget: Int = defaultBudget, countsInstructions: Bool = false
    ) throws(MachineFault) -> UInt64 {
        let state = unsafe environment.state
        precondition(unsafe !state.pointee.isRunning, "an environment runs one program at a time")
        unsafe state.initialize(to: RunState())
        unsafe state.pointee.program = Unmanaged.passUnretained(program)
        unsafe state.pointee.remainingJumps = budget
        unsafe state.pointee.isCounting = countsInstructions
        unsafe state.pointee.isRunning = true
        defer { finish(environment) }
        let registers = unsafe Registers(base: environment.registers)
        for index in 0..<10 as Range<UInt8> { registers[index] = 0 }
        registers[1] = r1
        registers[2] = r2
        registers[10] = environment.stackTop
        return unsafe try enter(program.code, registers, environment)
    }

    /// Runs the subprogram in slot `index` for a helper.
    static func callBack(
        at index: Int, _ arguments: (UInt64, UInt64, UInt64, UInt64, UInt64), in environment: ExecutionEnvironment
    ) throws(MachineFault) -> UInt64 {
        let state = unsafe environment.state
        guard unsafe state.pointee.isRunning, let caller = unsafe state.pointee.program,
            let instruction = unsafe state.pointee.instruction
        else { preconditionFailure("a callback outside a helper call") }
        let program = unsafe caller.takeUnretainedValue()
        func fault(_ reason: MachineFault.Reason) -> MachineFault {
            unsafe MachineFault(instructionIndex: instruction - program.code, reason: reason)
        }
        guard program.hasInstruction(at: index) else { throw fault(.noSubprogram(at: index)) }
        let depth = unsafe state.pointee.depth + 1
        let entryDepth = unsafe state.pointee.entryDepth
        guard depth < ExecutionEnvironment.maximumFrames else { throw fault(.callDepthExceeded) }
        unsafe state.pointee.remainingJumps -= 1
        guard unsafe state.pointee.remainingJumps >= 0 else { throw fault(.budgetExhausted) }
        unsafe state.pointee.depth = depth
        unsafe state.pointee.entryDepth = depth
        defer {
            unsafe state.pointee.depth = depth - 1
            unsafe state.pointee.entryDepth = entryDepth
            unsafe state.pointee.program = caller
            unsafe state.pointee.instruction = instruction
            environment.showStack(depth: depth - 1)
        }
        let registers = unsafe Registers(base: environment.registers + depth * Registers.stride)
        for register in 6..<10 as Range<UInt8> { registers[register] = 0 }
        registers[0] = 0
        registers[1] = arguments.0
        registers[2] = arguments.1
        registers[3] = arguments.2
        registers[4] = arguments.3
        registers[5] = arguments.4
        registers[10] = environment.stackTop - UInt64(depth * ExecutionEnvironment.frameByteCount)
        return unsafe try enter(program.code + index, registers, environment)
    }

    /// Chooses the loop's compiled form.
    private static func enter(
        _ instruction: UnsafeMutablePointer<DecodedInstruction>, _ registers: Registers,
        _ environment: ExecutionEnvironment
    ) throws(MachineFault) -> UInt64 {
        unsafe environment.showStack(depth: environment.state.pointee.depth)
        return unsafe environment.state.pointee.isCounting
            ? try executeCounting(instruction, registers, environment)
            : try executeUnobserved(instruction, registers, environment)
    }

    @inline(never)
    private static func executeUnobserved(
        _ instruction: UnsafeMutablePointer<DecodedInstruction>, _ registers: Registers,
        _ environment: ExecutionEnvironment
    ) throws(MachineFault) -> UInt64 {
        unsafe try execute(instruction, registers, environment, Unobserved())
    }

    @inline(never)
    private static func executeCounting(
        _ instruction: UnsafeMutablePointer<DecodedInstruction>, _ registers: Registers,
        _ environment: ExecutionEnvironment
    ) throws(MachineFault) -> UInt64 {
        unsafe try execute(instruction, registers, environment, InstructionCounter(state: environment.state))
    }

    private static func finish(_ environment: ExecutionEnvironment) {
        unsafe environment.state.pointee.isRunning = false
        if unsafe environment.state.pointee.tailCalls > 0 {
            environment.tailCalledPrograms.removeAll(keepingCapacity: true)
        }
        if unsafe environment.state.pointee.hasPendingFault {
            environment.callbackFault = nil
            environment.pendingFault = nil
        }
    }
}
