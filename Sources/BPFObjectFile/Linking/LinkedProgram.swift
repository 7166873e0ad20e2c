public import BPFInstructionSet
public import LinuxABI

/// A program with the subprograms that it reaches, as bpf(2) takes it but for map descriptors and BTF ids.
///
/// Its own instructions come first, then each subprogram in the order of first use, depth first, as libbpf appends them.
/// Calls and callback addresses are distances in instructions.
public struct LinkedProgram: Sendable {
    public let name: String
    public let section: SectionName
    /// The `license` section's text, empty where there is none.
    public let licence: String
    /// At most a million.
    public let instructions: [Instruction]
    /// Where map descriptors belong, by instruction.
    public let mapReferences: [MapReference]
    /// The program and its subprograms by start; the first one starts at 0.
    public let functions: [FunctionRecord]
    /// Source lines by instruction, empty in an object without `.BTF.ext`.
    public let lines: [LineRecord]

    /// Makes a program by hand, such as from assembler text; ``ObjectFile/link(_:)`` makes it from an object.
    public init(
        name: String, section: SectionName, licence: String, instructions: [Instruction],
        mapReferences: [MapReference] = [], functions: [FunctionRecord] = [], lines: [LineRecord] = []
    ) {
        self.name = name
        self.section = section
        self.licence = licence
        self.instructions = instructions
        self.mapReferences = mapReferences
        self.functions = functions
        self.lines = lines
    }

    /// The instructions with each map's descriptor in place, as bpf(2) takes them.
    ///
    /// - Parameter descriptor: the descriptor of the map at this index of ``ObjectFile/maps``.
    public func instructions<Failure>(
        binding descriptor: (_ mapIndex: Int) throws(Failure) -> Int32
    ) throws(Failure) -> [Instruction] {
        var bound = instructions
        for reference in mapReferences {
            bound[reference.instructionIndex].immediate = try descriptor(reference.mapIndex)
        }
        return bound
    }

    public var sectionName: String { section.text }
    public var type: ProgramType? { section.type }
    public var attachType: AttachType? { section.attachType }
    /// What the kernel keeps of the name: 15 bytes.
    public var kernelName: String { ObjectName.truncated(name) }
}

/// An `LDDW` that loads a map's address, or an address inside the only value of a map of global data.
///
/// Its source register already says which (``PseudoSource/mapFD``, ``PseudoSource/mapValue``); the first immediate, for the
/// descriptor, is 0, the second is the offset.
public struct MapReference: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case address
        case value(offset: UInt32)
    }

    public let instructionIndex: Int
    /// Index into ``ObjectFile/maps``.
    public let mapIndex: Int
    public let mapName: String
    public let kind: Kind

    public init(instructionIndex: Int, mapIndex: Int, mapName: String, kind: Kind) {
        self.instructionIndex = instructionIndex
        self.mapIndex = mapIndex
        self.mapName = mapName
        self.kind = kind
    }
}

/// A function of a linked program (what bpf(2) calls func_info).
public struct FunctionRecord: Hashable, Sendable {
    public let startInstruction: Int
    public let instructionCount: Int
    public let name: String
    /// Whether the verifier treats it as global: proven once, for any arguments. Hidden functions count as static.
    public let isGlobal: Bool
    /// The function's BTF type, nil where the object says none.
    public let typeID: UInt32?
    public let prototype: FunctionPrototype?

    public init(
        startInstruction: Int, instructionCount: Int, name: String, isGlobal: Bool, typeID: UInt32? = nil,
        prototype: FunctionPrototype? = nil
    ) {
        self.startInstruction = startInstruction
        self.instructionCount = instructionCount
        self.name = name
        self.isGlobal = isGlobal
        self.typeID = typeID
        self.prototype = prototype
    }
}

/// The source line that instructions from here on come from (what bpf(2) calls line_info).
public struct LineRecord: Hashable, Sendable {
    public let instructionIndex: Int
    /// As given to the compiler.
    public let file: String
    /// The source text, with its indentation.
    public let text: String
    /// From 1.
    public let line: Int
    /// From 1; 0 where unknown.
    public let column: Int

    public init(instructionIndex: Int, file: String, text: String, line: Int, column: Int) {
        self.instructionIndex = instructionIndex
        self.file = file
        self.text = text
        self.line = line
        self.column = column
    }
}
