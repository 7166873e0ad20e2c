internal import BPFInstructionSet

/// Links one program (libbpf: bpf_object__reloc_code and bpf_object__relocate_data).
///
/// Subprograms nest as deep as a hostile file likes, so that what is being scanned stands on a stack of our own.
struct ProgramLinker {
    let object: ObjectFile
    let program: ProgramSpecification
    private var strings: StringTable?

    private var instructions: [Instruction] = []
    private var mapReferences: [MapReference] = []
    private var functions: [FunctionRecord] = []
    private var lines: [LineRecord] = []
    /// Where a function of the object starts in ``instructions``.
    private var placed: [Int: Int] = [:]

    /// A function whose instructions are being scanned.
    private struct Frame {
        let index: Int
        let function: ObjectFunction
        let start: Int
        var next = 0
    }

    init(object: ObjectFile, program: ProgramSpecification) {
        self.object = object
        self.program = program
        self.strings = object.btfStrings
    }

    mutating func link() throws(ObjectFileError) -> LinkedProgram {
        var frames = [try place(program.function)]
        while var frame = frames.popLast() {
            var called: Frame?
            while frame.next < frame.function.count {
                let site = RelocationSite(function: frame.function, instruction: frame.next)
                guard let target = try resolve(site, at: frame.start + frame.next) else {
                    frame.next += 1
                    continue
                }
                // The instruction is looked at again once its target has a place.
                guard let start = placed[target] else {
                    called = try place(target)
                    break
                }
                instructions[frame.start + frame.next].immediate = Int32(start - (frame.start + frame.next) - 1)
                frame.next += 1
            }
            if let called {
                frames.append(frame)
                frames.append(called)
            }
        }
        return LinkedProgram(
            name: program.name, section: program.section, licence: object.licence, instructions: instructions,
            mapReferences: mapReferences.sorted { $0.instructionIndex < $1.instructionIndex }, functions: functions,
            lines: lines)
    }

    private mutating func place(_ index: Int) throws(ObjectFileError) -> Frame {
        let function = object.functions.functions[index]
        let section = object.image.sections[function.section]
        let start = instructions.count
        guard start + function.count <= ObjectFileLimits.linkedInstructions else {
            throw .malformed(
                .program(program.name),
                "more than \(ObjectFileLimits.linkedInstructions) instructions with its subprograms")
        }
        try refuseCORE(function, section.name)
        instructions += try section.instructions(of: function)
        placed[index] = start
        try appendFunctionRecord(function, section.name, start)
        try appendLines(function, section.name, start)
        return Frame(index: index, function: function, start: start)
    }

    /// Works on one instruction. Returns the function whose distance belongs into it, nil where there is none.
    private mutating func resolve(_ site: RelocationSite, at index: Int) throws(ObjectFileError) -> Int? {
        let instruction = instructions[index]
        let sectionPosition = site.function.start + site.instruction
        if let relocation = object.relocations[site.function.section]?[sectionPosition] {
            switch try object.target(of: relocation, instruction, site) {
            case .function(let target):
                if instruction.opcode == Opcode.loadDoubleWord {
                    instructions[index].source = PseudoSource.function
                    instructions[index + 1].immediate = 0
                }
                return target
            case .map(let map):
                instructions[index].source = PseudoSource.mapFD
                instructions[index].immediate = 0
                refer(to: map, .address, from: index)
            case .mapValue(let map, let offset):
                instructions[index].source = PseudoSource.mapValue
                instructions[index].immediate = 0
                instructions[index + 1].immediate = Int32(bitPattern: offset)
                refer(to: map, .value(offset: offset), from: index)
            }
            return nil
        }
        if instruction.opcode == Opcode.call {
            switch instruction.source {
            case PseudoSource.call:
                // Without a relocation the distance is one inside the section.
                return try object.function(
                    inSection: site.function.section, at: Int64(sectionPosition) + Int64(instruction.immediate) + 1,
                    for: site)
            case PseudoSource.kernelFunction:
                throw .notModelled(
                    site.place, "a kernel function call without a name (BTF id \(instruction.immediate))")
            default: return nil
            }
        }
        if instruction.opcode == Opcode.loadDoubleWord, instruction.source != 0 {
            throw .malformed(
                site.place,
                "a 64-bit load with pseudo source \(instruction.source) and no relocation that names its object")
        }
        return nil
    }

    private mutating func refer(to map: Int, _ kind: MapReference.Kind, from index: Int) {
        mapReferences.append(
            MapReference(instructionIndex: index, mapIndex: map, mapName: object.maps[map].name, kind: kind))
    }

    private func refuseCORE(_ function: ObjectFunction, _ section: String) throws(ObjectFileError) {
        let records = object.btfExtension.relocations[section] ?? []
        let range = records.range(of: function, \.instruction)
        guard let record = records[range].first, let btf = object.btf else { return }
        var strings = strings
        let access = try strings?.string(at: record.access) ?? ""
        throw .notModelled(
            .function(function.name, instruction: record.instruction - function.start),
            "CO-RE relocation \(record.kindName) of \(btf.description(of: record.type)), access \(access)")
    }

    private mutating func appendFunctionRecord(
        _ function: ObjectFunction, _ section: String, _ start: Int
    ) throws(ObjectFileError) {
        let records = object.btfExtension.functions[section] ?? []
        let typeID = records[records.range(of: function, \.instruction)].first?.type
        var prototype: FunctionPrototype?
        if let typeID, let btf = object.btf {
            prototype = try FunctionPrototype(function: typeID, in: btf)
            for tag in btf.tags(on: typeID) where tag.hasPrefix("exception_callback:") {
                throw .notModelled(.function(function.name, instruction: 0), "exception callbacks (tag '\(tag)')")
            }
        } else if let first = functions.first, first.typeID != nil {
            throw .malformed(
                .function(function.name, instruction: 0),
                "no function record in .BTF.ext, though program \(first.name) has one")
        }
        functions.append(
            FunctionRecord(
                startInstruction: start, instructionCount: function.count, name: function.name,
                isGlobal: function.isGlobal && !function.isHidden, typeID: typeID, prototype: prototype))
    }

    private mutating func appendLines(
        _ function: ObjectFunction, _ section: String, _ start: Int
    ) throws(ObjectFileError) {
        guard strings != nil, let records = object.btfExtension.lines[section] else { return }
        for record in records[records.range(of: function, \.instruction)] {
            guard lines.count < ObjectFileLimits.linkedInstructions else {
                throw .malformed(.program(program.name), "more line records than a program can have instructions")
            }
            lines.append(
                LineRecord(
                    instructionIndex: record.instruction - function.start + start,
                    file: try strings?.string(at: record.file) ?? "", text: try strings?.string(at: record.text) ?? "",
                    line: Int(record.line), column: Int(record.column)))
        }
    }
}

/// The opcodes that relocations change (RFC 9669).
enum Opcode {
    static let call: UInt8 = 0x85
    static let loadDoubleWord: UInt8 = 0x18
}

/// An instruction of a function, as errors name it.
struct RelocationSite {
    let function: ObjectFunction
    /// Counted from the function's start.
    let instruction: Int

    var place: ObjectFileError.Place { .function(function.name, instruction: instruction) }
}

extension Array {
    /// The elements, sorted by instruction, that lie in the function.
    func range(of function: ObjectFunction, _ instruction: (Element) -> Int) -> Range<Int> {
        func firstIndex(notBefore bound: Int) -> Int {
            var low = 0
            var high = count
            while low < high {
                let middle = (low + high) / 2
                if instruction(self[middle]) < bound { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return firstIndex(notBefore: function.start)..<firstIndex(notBefore: function.start + function.count)
    }
}
