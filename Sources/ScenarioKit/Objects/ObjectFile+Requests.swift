import BPFInstructionSet
import BPFObjectFile
import KernelControl
import LinuxABI

extension MapCreate {
    /// BPF_MAP_CREATE's attributes as libbpf fills them from a map's specification.
    init(_ map: MapSpecification) {
        self.init(
            type: map.type, name: map.kernelName, keySize: map.keySize, valueSize: map.valueSize,
            maxEntries: map.maxEntries, flags: map.flags)
    }
}

extension FunctionInfo {
    /// What bpf(2) is told of a linked function.
    init(_ record: FunctionRecord) {
        self.init(
            start: record.startInstruction, name: record.name, isGlobal: record.isGlobal,
            parameters: record.prototype?.parameters.map { parameter in
                switch parameter.kind {
                case .scalar: .scalar
                case .context: .context
                case .memory(let byteCount, _): .memory(byteCount: Int(byteCount))
                case .dynamicPointer, .pointerOfUnknownSize, .other: .unsupported(parameter.typeDescription)
                }
            })
    }
}

extension ObjectFile {
    /// BPF_PROG_LOAD's attributes of a linked program, its map references filled with descriptors.
    func load(of program: LinkedProgram, maps: [Descriptor], logLevel: UInt32) throws(LoadError) -> ProgramLoad {
        guard let type = program.type else {
            throw .object(
                ObjectFileError(
                    .notModelled, at: .program(program.name), "programs of section '\(program.sectionName)'"))
        }
        var instructions = program.instructions
        for reference in program.mapReferences {
            instructions[reference.instructionIndex].immediate = maps[reference.mapIndex].rawValue
        }
        return ProgramLoad(
            type: type, name: program.kernelName, instructions: instructions, licence: program.licence,
            functions: program.functions.map { FunctionInfo($0) },
            lines: program.lines.map {
                LineInfo(
                    instruction: $0.instructionIndex, file: $0.file, text: $0.text, line: $0.line, column: $0.column)
            }, logLevel: logLevel)
    }
}
