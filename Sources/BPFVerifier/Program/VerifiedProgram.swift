/// A program that was proven safe, and what the proof found out. Only ``BPFVerifier`` makes one.
public struct VerifiedProgram: Sendable {
    public let source: ProgramToVerify
    /// One per instruction slot.
    public let facts: [InstructionFact]
    public let subprograms: [Subprogram]
    /// A store through a packet pointer was seen: the kernel then unclones the packet before the program runs
    /// (`seen_direct_write`).
    public let writesPacketDirectly: Bool
    /// The program reads `tstamp_type`, which changes what `tstamp` means in it (`tstamp_type_access`).
    public let usesTimestampType: Bool
    public let totals: Totals
    public let log: String

    /// What the proof knows of one instruction.
    public struct InstructionFact: Hashable, Sendable {
        /// Some path reached it; the kernel removes the others as dead code.
        public var isSeen = false
        /// What a load, store or atomic goes through; nil for other instructions.
        public var access: AccessFact?
        /// For a map helper or a tail call: index into ``ProgramToVerify/maps`` where every path names the same map.
        public var map: Int?
        /// For a tail call whose index is the same constant on every path.
        public var constantKey: UInt32?

        public init() {}
    }

    /// What kind of memory an access goes to; one instruction has one, except that stack, packet and map value may mix.
    public enum AccessFact: Hashable, Sendable {
        /// A field of `struct __sk_buff`: its offset, and the bytes accessed.
        case context(offset: Int, size: Int)
        case packet
        case stack
        case mapValue
        /// The memory that a global function was given.
        case memory
        /// A field of `struct bpf_sock` or `struct bpf_tcp_sock`.
        case socket(offset: Int, size: Int)
        /// Different paths use pointers of different kinds, all of them plain memory.
        case mixed
    }

    public struct Subprogram: Hashable, Sendable {
        /// Instruction slots.
        public let range: Range<Int>
        public let name: String?
        public let isGlobal: Bool
        /// Deepest stack use in bytes, a multiple of 8.
        public let stackDepth: Int
        /// Calling it invalidates packet pointers.
        public let changesPacketData: Bool
        public let hasTailCall: Bool
    }

    /// The figures of the log's last line.
    public struct Totals: Hashable, Sendable {
        public var processedInstructions = 0
        public var maxStatesPerInstruction = 0
        public var totalStates = 0
        public var peakStates = 0
        public var longestMarkReadWalk = 0

        public init() {}
    }

    init(
        source: ProgramToVerify, facts: [InstructionFact], subprograms: [Subprogram], writesPacketDirectly: Bool,
        usesTimestampType: Bool, totals: Totals, log: String
    ) {
        self.source = source
        self.facts = facts
        self.subprograms = subprograms
        self.writesPacketDirectly = writesPacketDirectly
        self.usesTimestampType = usesTimestampType
        self.totals = totals
        self.log = log
    }
}
