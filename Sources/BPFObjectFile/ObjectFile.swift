internal import BPFInstructionSet

/// A compiled BPF object, parsed: programs, maps, global variables, types. Nothing of it has run.
///
/// Any bytes may be given: what contradicts the format is an ``ObjectFileError``. A program that needs what nksim does
/// not do (CO-RE, externs, kernel functions, legacy maps) is refused by name when it is linked; the others stay usable.
public struct ObjectFile: Sendable {
    /// The name that begins the names of maps of global data, such as `program` in `program.rodata`.
    public let name: String
    /// Entry points by section and position: global functions outside `.text`.
    public let programs: [ProgramSpecification]
    /// Declared maps in the order of `.maps`, then maps of global data in the order of sections, as libbpf.
    public internal(set) var maps: [MapSpecification]
    /// Variables of the sections of global data, by section and offset.
    public let globals: [GlobalVariable]
    /// The `license` section's text, empty where there is none.
    public let licence: String
    /// The object's types, nil where it was compiled without `-g`.
    public let btf: BTF?

    let image: ELFImage
    let functions: FunctionTable
    let btfExtension: BTFExtension
    let btfStrings: StringTable?
    /// By changed section, then by instruction.
    let relocations: [Int: [Int: Relocation]]
    /// Index into ``maps`` by section and offset in bytes.
    let mapIndices: [MapPosition: Int]

    struct MapPosition: Hashable, Sendable {
        let section: Int
        let offset: UInt64
    }

    /// Parses an object file.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - objectName: see ``name``; ``ObjectName/object(ofPath:)`` makes it from a file's path as libbpf does.
    /// - Throws: for anything but a sound 64-bit little-endian BPF object. Big-endian ones are not modelled.
    public init(parsing bytes: [UInt8], objectName: String = "object") throws(ObjectFileError) {
        let image = try ELFImage(parsing: bytes)
        self.image = image
        name = objectName
        licence = try Self.readLicence(image)

        var btf: BTF?
        var strings: StringTable?
        var btfExtension = BTFExtension()
        if let section = image.section(named: ".BTF"), section.content.count > 0 {
            btf = try BTF(parsing: section.content)
            var table = try BTF.strings(of: section.content)
            if let extensionSection = image.section(named: ".BTF.ext"), extensionSection.content.count > 0 {
                btfExtension = try BTFExtension(parsing: extensionSection.content, strings: &table)
            }
            strings = table
        }
        self.btf = btf
        self.btfExtension = btfExtension
        btfStrings = strings

        functions = try FunctionTable(image)
        programs = try Self.readPrograms(image, functions)
        relocations = try Self.readRelocations(image)

        let layouts = DataSectionLayouts(image, btf)
        var reader = MapReader(image: image, btf: btf, layouts: layouts, objectName: objectName)
        try reader.readDefinitions()
        try reader.readGlobalData()
        try reader.readInitialSlots(programs: programs, functions: functions)
        maps = reader.maps
        mapIndices = reader.indices
        globals = reader.globals
    }

    private static func readLicence(_ image: ELFImage) throws(ObjectFileError) -> String {
        guard let section = image.section(named: "license") else { return "" }
        let bytes = try section.content.array(at: 0, count: min(section.content.count, 63))
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func readPrograms(
        _ image: ELFImage, _ functions: FunctionTable
    ) throws(ObjectFileError) -> [ProgramSpecification] {
        var programs: [ProgramSpecification] = []
        var total = 0
        for (index, function) in functions.functions.enumerated() {
            let section = image.sections[function.section]
            guard section.name != ".text", function.isGlobal else { continue }
            total += function.count
            guard total <= 4 * ObjectFileLimits.linkedInstructions else {
                throw .malformed(
                    .program(function.name),
                    "programs of more than \(4 * ObjectFileLimits.linkedInstructions) instructions in all")
            }
            programs.append(
                ProgramSpecification(
                    name: function.name, section: SectionName(section.name),
                    instructions: try section.instructions(of: function), sectionInstruction: function.start,
                    function: index))
        }
        return programs
    }

    private static func readRelocations(_ image: ELFImage) throws(ObjectFileError) -> [Int: [Int: Relocation]] {
        var bySection: [Int: [Int: Relocation]] = [:]
        var total = 0
        for section in image.sections {
            let target = Int(section.info)
            guard section.type == SectionType.relocations || section.type == SectionType.relocationsWithAddend,
                image.sections.indices.contains(target), image.sections[target].isExecutable
            else { continue }
            let place = ObjectFileError.Place.section(section.name, offset: 0)
            guard section.type == SectionType.relocations else {
                throw .malformed(place, "relocations with addends (RELA), expected REL")
            }
            guard bySection[target] == nil else {
                throw .malformed(place, "a second relocation section for \(image.sections[target].name)")
            }
            total += section.content.count / 16
            guard total <= ObjectFileLimits.relocations else {
                throw .malformed(place, "more than \(ObjectFileLimits.relocations) relocations in all")
            }
            var byInstruction: [Int: Relocation] = [:]
            for (index, relocation) in try image.relocations(in: section).enumerated() {
                let entry = ObjectFileError.Place.section(section.name, offset: UInt64(index * 16))
                guard relocation.offset % 8 == 0 else {
                    throw .malformed(entry, "changes offset \(relocation.offset), which is inside an instruction")
                }
                guard byInstruction.updateValue(relocation, forKey: Int(relocation.offset / 8)) == nil else {
                    throw .malformed(entry, "a second relocation of instruction \(relocation.offset / 8)")
                }
            }
            bySection[target] = byInstruction
        }
        return bySection
    }

    /// The program of this name, nil where there is none.
    public func program(named name: String) -> ProgramSpecification? { programs.first { $0.name == name } }

    /// The map of this name, or the one behind the section of global data of this name (`.rodata`); nil where there is
    /// none (libbpf: bpf_object__find_map_by_name).
    public func map(named name: String) -> MapSpecification? {
        maps.first { $0.name == name || $0.origin != .definition && $0.sectionName == name }
    }
}

extension ELFImage.Section {
    /// The instructions of a function, which was checked to lie inside.
    func instructions(of function: ObjectFunction) throws(ObjectFileError) -> [Instruction] {
        let code = try content.part(at: function.start * 8, count: function.count * 8)
        var instructions: [Instruction] = []
        instructions.reserveCapacity(function.count)
        for offset in stride(from: 0, to: code.count, by: 8) {
            let low = try code.word(at: offset)
            instructions.append(
                Instruction(
                    opcode: UInt8(truncatingIfNeeded: low), destination: UInt8(truncatingIfNeeded: low >> 8) & 0xF,
                    source: UInt8(truncatingIfNeeded: low >> 12) & 0xF,
                    offset: Int16(truncatingIfNeeded: low >> 16),
                    immediate: Int32(bitPattern: try code.word(at: offset + 4))))
        }
        return instructions
    }
}
