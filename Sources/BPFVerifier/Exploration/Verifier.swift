import BPFInstructionSet
import LinuxABI

/// One verification: what `struct bpf_verifier_env` holds.
///
/// The steps are in files by subject: ControlFlow prepares, Exploration follows the paths, Instructions check each
/// instruction, Helpers and Context know the kernel's interface.
final class Verifier {
    let program: ProgramToVerify
    let instructions: [Instruction]
    let log: VerifierLog

    /// The program's maps, then the templates of their inner maps.
    let maps: [MapDescriptor]
    /// For each map the index of its inner maps' template.
    let innerMaps: [Int?]

    /// Functions in order of their start.
    var subprograms: [SubprogramRecord] = []
    var records: [InstructionRecord]

    // Exploration
    var state: VerifierState
    /// The frame that runs: the last of ``state``.
    var frame: FrameState
    var instruction = 0
    var previousInstruction = -1
    /// Branches to follow later, the next one last.
    var pending: [PendingBranch] = []
    /// Saved states by hash of instruction and call site, the newest last.
    var explored: [[ExploredState]]
    var history: [HistoryEntry] = []
    /// The current instruction's entry in ``history``.
    var currentHistory: Int?
    var lastID: UInt32 = 0
    var backtrack = Backtrack()
    /// Scratch memory of state comparison.
    var idMap = IDMap()
    /// Scratch registers, for constants that are compared with registers.
    let scratch = FrameState(callSite: -1, number: 0, subprogram: 0)

    // Counters
    var jumpsProcessed = 0
    var previousProcessed = 0
    var previousJumps = 0
    var totals = VerifiedProgram.Totals()

    // Findings about the whole program
    var writesPacketDirectly = false
    var usesTimestampType = false

    // Log
    /// Registers and stack slots that changed since the log last showed them.
    var touchedRegisters: UInt32 = .max
    var touchedSlots: UInt64 = .max
    var lastLine: Int?
    var positionAfterInstruction = 0
    var instructionTextLength = 0
    private var isAccepted = false
    /// Whether ``instruction`` says where a refusal happened.
    var isFollowingPaths = false

    /// Instructions that a verification may follow; the kernel's limit, but for tests.
    let instructionLimit: Int
    /// BPF_COMPLEXITY_LIMIT_INSNS
    static let instructionLimit = 1_000_000
    /// Branches that may wait (BPF_COMPLEXITY_LIMIT_JMP_SEQ).
    static let pendingLimit = 8192
    /// Limit of pointer offsets and of variable sizes (BPF_MAX_VAR_OFF, BPF_MAX_VAR_SIZ).
    static let offsetLimit: Int64 = 1 << 29

    init(_ program: ProgramToVerify, log level: LogLevel, instructionLimit: Int = Verifier.instructionLimit) {
        self.program = program
        self.instructionLimit = instructionLimit
        instructions = program.instructions
        log = VerifierLog(level: level)
        var maps = program.maps
        var innerMaps: [Int?] = []
        for map in program.maps {
            innerMaps.append(map.inner == nil ? nil : maps.count)
            if let inner = map.inner { maps.append(inner.descriptor) }
        }
        self.maps = maps
        self.innerMaps = innerMaps + Array(repeating: nil, count: maps.count - innerMaps.count)
        records = Array(repeating: InstructionRecord(), count: program.instructions.count)
        explored = Array(repeating: [], count: max(program.instructions.count, 1))
        frame = FrameState(callSite: -1, number: 0, subprogram: 0)
        state = VerifierState(first: frame)
    }

    /// All checks in the kernel's order (`bpf_check`).
    func checkProgram() throws(Refusal) {
        try checkType()
        try checkLength()
        defer { writeTotals() }
        do throws(Refusal) {
            try findSubprograms()
            writeSubprograms()
            try checkJumps()
            try checkFunctionRecords()
            try checkSourceLines()
            try checkEncoding()
            try checkControlFlow()
            findFastCalls()
            try exploreProgram()
            releaseFastCallStack()
            try checkStackDepth()
            isAccepted = true
        } catch {
            if !error.isInLog { for line in error.lines { log.write(line + "\n") } }
            throw error
        }
    }

    /// Other types have other contexts, helpers and results.
    private func checkType() throws(Refusal) {
        guard program.type == .schedCls || program.type == .schedAct else {
            throw .notModelled("program type \(program.type.name)")
        }
    }

    private func checkLength() throws(Refusal) {
        guard !instructions.isEmpty, instructions.count <= Self.instructionLimit else {
            throw Refusal(
                .E2BIG, "a program has 1 to \(Self.instructionLimit) instructions, this one has \(instructions.count)")
        }
    }

    /// The log's last lines (`print_verification_stats`).
    private func writeTotals() {
        if log.level.contains(.statistics) {
            // From an accepted program the kernel has removed functions that no path reaches.
            let kept = subprograms.filter { !isAccepted || records[$0.start..<$0.end].contains { $0.fact.isSeen } }
            log.write("stack depth " + kept.map { String($0.stackDepth) }.joined(separator: "+") + "\n")
        }
        log.write(
            """
            processed \(totals.processedInstructions) insns (limit \(Self.instructionLimit)) \
            max_states_per_insn \(totals.maxStatesPerInstruction) total_states \(totals.totalStates) \
            peak_states \(totals.peakStates) mark_read \(totals.longestMarkReadWalk)

            """)
    }

    func nextID() -> UInt32 {
        lastID += 1
        return lastID
    }

    func error(for refusal: Refusal) -> VerifierError {
        let place = isFollowingPaths ? instruction : nil
        return VerifierError(
            errno: refusal.errno, instruction: place, message: refusal.lines.joined(separator: "; "),
            line: place.flatMap { lineIndex(of: $0) }.map { program.lines[$0] }, log: log.text,
            isNotModelled: refusal.isNotModelled)
    }

    func verifiedProgram() -> VerifiedProgram {
        VerifiedProgram(
            source: program, facts: records.map(\.fact),
            subprograms: subprograms.map {
                VerifiedProgram.Subprogram(
                    range: $0.start..<$0.end, name: $0.function?.name, isGlobal: $0.isGlobal,
                    stackDepth: $0.stackDepth, changesPacketData: $0.changesPacketData, hasTailCall: $0.hasTailCall)
            },
            writesPacketDirectly: writesPacketDirectly, usesTimestampType: usesTimestampType, totals: totals,
            log: log.text)
    }
}

/// A branch not taken yet (`struct bpf_verifier_stack_elem`).
struct PendingBranch {
    let state: VerifierState
    let instruction: Int
    let previousInstruction: Int
    let logPosition: Int
}

/// A state saved at an instruction, to be compared with later ones (`struct bpf_verifier_state_list`).
final class ExploredState {
    let state: VerifierState
    var hits = 0
    var misses = 0

    init(_ state: VerifierState) { self.state = state }
}

/// What is kept for one instruction across all paths (`struct bpf_insn_aux_data`).
struct InstructionRecord {
    /// States are compared here.
    var isPrunePoint = false
    /// The way here is written to the history.
    var isJumpPoint = false
    /// Some jump or call comes here.
    var isJumpTarget = false
    /// A spill or fill around a call that the kernel inlines, or would.
    var isFastCallPattern = false
    /// Of an inlined call: the pairs of spill and fill around it.
    var fastCallPairs = 0
    /// Type of the pointer of a load, store or atomic, of the path that came first.
    var pointerType: RegisterType?
    /// Different paths used different maps.
    var hasSeveralMaps = false
    /// The index of a tail call is not one constant on every path.
    var hasSeveralKeys = false
    var fact = VerifiedProgram.InstructionFact()
}

/// A function of the program (`struct bpf_subprog_info`).
struct SubprogramRecord {
    let start: Int
    var end = 0
    var stackDepth = 0
    var hasTailCall = false
    var hasLegacyLoad = false
    var changesPacketData = false
    /// Below this, the stack is used by the spills around inlined calls only.
    var fastCallStackOffset = 0
    /// Some of those spills are around calls that are not inlined.
    var keepsFastCallStack = false
    var function: FunctionRecord?
    /// For a global function: some path calls it, so it has to be verified.
    var isCalled = false
    var isVerified = false
    /// A call did not fit the prototype.
    var isUnreliable = false

    var isGlobal: Bool { function?.isGlobal ?? false }
}
