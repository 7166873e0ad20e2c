public import SimulationCore

/// What a program runs in: its memory, its stack, and the answers to its helper calls.
///
/// The runtime subclasses it (final, so that calls stay cheap) and overrides ``call(helper:_:_:_:_:_:)`` and
/// ``tailCallTarget(map:index:)``. One environment runs one program at a time: a helper that runs another program (a
/// redirect into a device with programs) does so in another environment. One thread.
@safe open class ExecutionEnvironment {
    /// A program and its subprograms open at most this many frames (MAX_CALL_FRAMES).
    public static let maximumFrames = 8
    /// The stack below R10 of each frame, in bytes (MAX_BPF_STACK).
    public static let frameByteCount = 512
    /// A run makes at most this many tail calls; a further one falls through (MAX_TAIL_CALL_CNT).
    public static let maximumTailCalls = 33

    /// The memory that programs may touch. The interpreter sets the slot ``MemoryRegions/Slot/stack``.
    public let regions = MemoryRegions()

    let state: UnsafeMutablePointer<RunState>
    /// The caller's side of each open call.
    let frames: UnsafeMutablePointer<Frame>
    /// Eleven registers for each level of entry (one, and one more for each callback that a helper makes), 16 apart.
    let registers: UnsafeMutablePointer<UInt64>
    /// The stack region as the program sees it at each depth: from the bottom of the current frame to the top.
    let stackEntries: UnsafeMutablePointer<MemoryRegions.Entry>
    /// R10 of the first frame.
    let stackTop: UInt64
    /// Programs that tail calls of this run reached; they live until it ends, as under the kernel's RCU.
    @safe @exclusivity(unchecked) var tailCalledPrograms: [DecodedProgram] = []
    /// The fault of a callback, which ends the run whatever the helper that made it returns.
    @safe @exclusivity(unchecked) var callbackFault: MachineFault?

    private let arena: MemoryArena
    private let stack: UnsafeMutableRawPointer

    /// An environment whose stack is one block of `arena`, which must have 4 KiB left.
    ///
    /// The stack isn't cleared between runs: the verifier sees to it that programs read only what they wrote.
    public init(arena: MemoryArena) {
        let byteCount = Self.maximumFrames * Self.frameByteCount
        guard let block = unsafe arena.allocate(byteCount) else {
            preconditionFailure("the arena has no room for a stack of \(byteCount) bytes")
        }
        self.arena = arena
        unsafe stack = block
        stackTop = UInt64(UInt(bitPattern: block)) + UInt64(byteCount)
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: RunState())
        unsafe frames = .allocate(capacity: Self.maximumFrames)
        unsafe registers = .allocate(capacity: Self.maximumFrames * Registers.stride)
        unsafe registers.initialize(repeating: 0, count: Self.maximumFrames * Registers.stride)
        unsafe stackEntries = .allocate(capacity: Self.maximumFrames)
        for depth in 0..<Self.maximumFrames {
            let used = UInt64((depth + 1) * Self.frameByteCount)
            unsafe (stackEntries + depth).initialize(
                to: MemoryRegions.Entry(base: stackTop - used, byteCount: used, isWritable: true))
        }
        tailCalledPrograms.reserveCapacity(Self.maximumTailCalls)
    }

    deinit {
        unsafe arena.free(stack, Self.maximumFrames * Self.frameByteCount)
        unsafe state.deallocate()
        unsafe frames.deallocate()
        unsafe registers.deallocate()
        unsafe stackEntries.deallocate()
    }

    /// Answers `call helper` with R1 to R5 as arguments; the result goes to R0.
    ///
    /// To end the run instead, set ``pendingFault``; the one here does that for every helper.
    open func call(
        helper: UInt32, _ r1: UInt64, _ r2: UInt64, _ r3: UInt64, _ r4: UInt64, _ r5: UInt64
    ) -> UInt64 {
        pendingFault = .unknownHelper(helper)
        return 0
    }

    /// The program in slot `index` of the program array whose address the program has in R2, or nil where there is none
    /// (index out of range, empty slot): then the call falls through, with R0 as it was (JMP_TAIL_CALL in
    /// kernel/bpf/core.c).
    open func tailCallTarget(map: UInt64, index: UInt32) -> DecodedProgram? { nil }

    /// The `byteCount` (1, 2, 4) packet bytes from `offset`, in host order, for LD_ABS and LD_IND; `context` is R6.
    ///
    /// Nil ends the program with R0 = 0 (bpf_gen_ld_abs in net/core/filter.c). Offsets are signed: negative ones address
    /// SKF_NET_OFF and SKF_LL_OFF.
    open func loadAbsolute(context: UInt64, byteCount: Int, offset: Int32) -> UInt64? { nil }

    /// Set by a helper to end the run with this reason.
    public final var pendingFault: MachineFault.Reason? {
        didSet { unsafe state.pointee.hasPendingFault = pendingFault != nil || callbackFault != nil }
    }

    /// How many instructions the last run executed, if it was run to be counted.
    public final var executedInstructions: Int { unsafe state.pointee.executedInstructions }

    /// Runs the subprogram in slot `at` of the running program on a frame of its own, for helpers that call back
    /// (bpf_loop, bpf_for_each_map_elem); returns its R0.
    ///
    /// It uses up the budget of the run. Only during a helper call.
    ///
    /// - Throws: the callback's ``MachineFault``, which also ends the run once the helper returns.
    public final func callSubprogram(
        at index: Int, _ r1: UInt64 = 0, _ r2: UInt64 = 0, _ r3: UInt64 = 0, _ r4: UInt64 = 0, _ r5: UInt64 = 0
    ) throws(MachineFault) -> UInt64 {
        do {
            return try Interpreter.callBack(at: index, (r1, r2, r3, r4, r5), in: self)
        } catch {
            callbackFault = error
            unsafe state.pointee.hasPendingFault = true
            throw error
        }
    }
}
