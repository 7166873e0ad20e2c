public import BPFInstructionSet
public import LinuxABI

/// BPF_MAP_CREATE's attributes.
public struct MapCreate: Sendable {
    public var type: MapType
    public var name: String
    public var keySize: UInt32
    public var valueSize: UInt32
    public var maxEntries: UInt32
    public var flags: MapFlags
    /// The template of a map of maps.
    public var inner: Descriptor?

    public init(
        type: MapType, name: String, keySize: UInt32, valueSize: UInt32, maxEntries: UInt32, flags: MapFlags = [],
        inner: Descriptor? = nil
    ) {
        self.type = type
        self.name = name
        self.keySize = keySize
        self.valueSize = valueSize
        self.maxEntries = maxEntries
        self.flags = flags
        self.inner = inner
    }
}

/// A function's place in a program, from its symbol and BTF func_info.
public struct FunctionInfo: Hashable, Sendable {
    /// What a global function's parameter may be, from its BTF prototype.
    public enum Parameter: Hashable, Sendable {
        case scalar
        case context
        /// A pointer to that many bytes.
        case memory(byteCount: Int)
        /// Something that the verifier names and refuses.
        case unsupported(String)
    }

    public var start: Int
    public var name: String
    public var isGlobal: Bool
    /// Nil without BTF.
    public var parameters: [Parameter]?

    public init(start: Int, name: String, isGlobal: Bool, parameters: [Parameter]? = nil) {
        self.start = start
        self.name = name
        self.isGlobal = isGlobal
        self.parameters = parameters
    }
}

/// The source line that an instruction and those after it come from (BTF line_info).
public struct LineInfo: Hashable, Sendable {
    public var instruction: Int
    public var file: String
    public var text: String
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

/// BPF_PROG_LOAD's attributes; map references stand in the instructions as descriptors (``PseudoSource/mapFD``).
public struct ProgramLoad: Sendable {
    public var type: ProgramType
    public var name: String
    public var instructions: [Instruction]
    public var licence: String
    public var functions: [FunctionInfo]
    public var lines: [LineInfo]
    /// 0 no log, 1 as libbpf asks after a failure, 2 every instruction.
    public var logLevel: UInt32

    public init(
        type: ProgramType, name: String, instructions: [Instruction], licence: String, functions: [FunctionInfo] = [],
        lines: [LineInfo] = [], logLevel: UInt32 = 1
    ) {
        self.type = type
        self.name = name
        self.instructions = instructions
        self.licence = licence
        self.functions = functions
        self.lines = lines
        self.logLevel = logLevel
    }
}

/// BPF_PROG_ATTACH, BPF_LINK_CREATE and their kin: where in a chain of programs one is to stand.
public struct AttachPosition: Hashable, Sendable {
    /// `BPF_F_REPLACE`, `BEFORE`, `AFTER`, `ID`, `LINK` of include/uapi/linux/bpf.h, and whatever else a caller sets.
    public var flags: UInt32
    /// The program to replace, with BPF_F_REPLACE.
    public var replace: Descriptor?
    /// A program's or link's descriptor, or its id with BPF_F_ID; 0 for none.
    public var relative: UInt32
    /// 0 for any.
    public var expectedRevision: UInt64

    public init(flags: UInt32 = 0, replace: Descriptor? = nil, relative: UInt32 = 0, expectedRevision: UInt64 = 0) {
        self.flags = flags
        self.replace = replace
        self.relative = relative
        self.expectedRevision = expectedRevision
    }

    public static let replaceFlag: UInt32 = 1 << 2
    public static let beforeFlag: UInt32 = 1 << 3
    public static let afterFlag: UInt32 = 1 << 4
    public static let idFlag: UInt32 = 1 << 5
    public static let linkFlag: UInt32 = 1 << 13
}

/// BPF_PROG_QUERY's answer.
public struct ChainInfo: Hashable, Sendable {
    public var revision: UInt64
    /// In the order of execution.
    public var programIDs: [UInt32]
    /// 0 where the program is attached without a link.
    public var linkIDs: [UInt32]

    public init(revision: UInt64, programIDs: [UInt32], linkIDs: [UInt32]) {
        self.revision = revision
        self.programIDs = programIDs
        self.linkIDs = linkIDs
    }
}

/// BPF_PROG_TEST_RUN's attributes.
public struct TestRun: Sendable {
    public var dataIn: [UInt8]
    /// `struct __sk_buff` bytes; nil for none.
    public var contextIn: [UInt8]?
    public var `repeat`: UInt32

    public init(dataIn: [UInt8], contextIn: [UInt8]? = nil, repeat: UInt32 = 1) {
        self.dataIn = dataIn
        self.contextIn = contextIn
        self.repeat = `repeat`
    }
}

/// BPF_PROG_TEST_RUN's answer.
public struct TestRunResult: Sendable {
    public var returnValue: UInt32
    public var dataOut: [UInt8]
    /// 192 bytes; nil where no context was passed.
    public var contextOut: [UInt8]?
    /// Mean of all repeats, in nanoseconds: virtual in a simulation.
    public var duration: UInt32

    public init(returnValue: UInt32, dataOut: [UInt8], contextOut: [UInt8]?, duration: UInt32) {
        self.returnValue = returnValue
        self.dataOut = dataOut
        self.contextOut = contextOut
        self.duration = duration
    }
}
