public import BPFInstructionSet
public import LinuxABI

/// A linked program as BPF_PROG_LOAD receives it, its maps found.
public struct ProgramToVerify: Sendable {
    public var name: String
    public var type: ProgramType
    /// The main function, then its subprograms. In an `LDDW` with source 1 (map) or 2 (map value) the first immediate
    /// is an index into ``maps``, the second an offset into the value.
    public var instructions: [Instruction]
    public var maps: [MapDescriptor]
    /// The functions in order of their start, the main one first (func_info); empty where there is no BTF.
    public var functions: [FunctionRecord]
    /// In order of their instruction (line_info); empty where there is none.
    public var lines: [SourceLine]
    /// Whether the licence lets the program call GPL-only helpers.
    public var isGPLCompatible: Bool
    /// Refuse misaligned packet, map value and context accesses (BPF_F_STRICT_ALIGNMENT).
    public var requiresStrictAlignment: Bool
    /// CPUs that the kernel may have (`nr_cpu_ids`): what `bpf_get_smp_processor_id` returns is below.
    public var possibleCPUs: Int

    public init(
        name: String, type: ProgramType = .schedCls, instructions: [Instruction], maps: [MapDescriptor] = [],
        functions: [FunctionRecord] = [], lines: [SourceLine] = [], isGPLCompatible: Bool = true,
        requiresStrictAlignment: Bool = false, possibleCPUs: Int = 1
    ) {
        self.name = name
        self.type = type
        self.instructions = instructions
        self.maps = maps
        self.functions = functions
        self.lines = lines
        self.isGPLCompatible = isGPLCompatible
        self.requiresStrictAlignment = requiresStrictAlignment
        self.possibleCPUs = possibleCPUs
    }
}

/// One function of a program, from its BTF.
public struct FunctionRecord: Hashable, Sendable {
    public var startInstruction: Int
    public var name: String
    /// Whether it is verified alone, by its parameters' types, and callers trust the prototype (BTF_FUNC_GLOBAL).
    public var isGlobal: Bool
    /// What its prototype says of each argument; only a global function's are used.
    public var parameters: [Parameter]
    /// Whether it returns an integer or enumeration; a global function must.
    public var returnsScalar: Bool

    public init(
        startInstruction: Int, name: String, isGlobal: Bool, parameters: [Parameter] = [], returnsScalar: Bool = true
    ) {
        self.startInstruction = startInstruction
        self.name = name
        self.isGlobal = isGlobal
        self.parameters = parameters
        self.returnsScalar = returnsScalar
    }

    /// An argument as `btf_prepare_func_args` understands its type.
    public enum Parameter: Hashable, Sendable {
        /// An integer or enumeration.
        case scalar
        /// A pointer to the program type's context, such as `struct __sk_buff *`.
        case context
        /// A pointer to data of this size; it may be NULL unless tagged `arg:nonnull`.
        case memory(size: UInt32, mayBeNull: Bool)
        /// Anything else, with its BTF kind and what it is.
        case unsupported(String)
    }
}

/// A source line, of the instruction where its code begins (`struct bpf_line_info`).
public struct SourceLine: Hashable, Sendable {
    public var instruction: Int
    public var file: String
    public var text: String
    /// Counted from 1.
    public var line: Int
    public var column: Int

    public init(instruction: Int, file: String, text: String, line: Int, column: Int) {
        self.instruction = instruction
        self.file = file
        self.text = text
        self.line = line
        self.column = column
    }
}
