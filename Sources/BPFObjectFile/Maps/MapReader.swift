internal import LinuxABI

/// Collects an object's maps and global variables.
struct MapReader {
    let image: ELFImage
    let btf: BTF?
    let layouts: DataSectionLayouts
    let objectName: String

    private(set) var maps: [MapSpecification] = []
    private(set) var indices: [ObjectFile.MapPosition: Int] = [:]
    private(set) var globals: [GlobalVariable] = []
    /// The definitions in `.maps`: where each starts and ends, and where its slots start.
    private var definitions: [(index: Int, range: Range<UInt64>, slots: UInt64?)] = []
    private var globalDataBytes: UInt64 = 0

    init(image: ELFImage, btf: BTF?, layouts: DataSectionLayouts, objectName: String) {
        self.image = image
        self.btf = btf
        self.layouts = layouts
        self.objectName = objectName
    }

    /// Maps that `.maps` declares (libbpf: bpf_object__init_user_btf_maps).
    mutating func readDefinitions() throws(ObjectFileError) {
        guard let section = image.section(named: ".maps"), section.size > 0 else { return }
        guard section.size <= ObjectFileLimits.globalDataBytes else {
            throw .malformed(.section(".maps", offset: 0), "\(section.size) bytes of map definitions")
        }
        guard let btf, btf.dataSection(named: ".maps") != nil else {
            throw .malformed(
                .section(".maps", offset: 0), "maps are declared and BTF does not describe them; compile with -g")
        }
        for variable in try layouts.layout(of: section).variables {
            let place = ObjectFileError.Place.map(variable.name)
            guard !variable.name.isEmpty else {
                throw .malformed(.section(".maps", offset: variable.offset), "a map without a name")
            }
            guard case .variable(_, let type, .global)? = variable.declarationID.flatMap({ btf[$0] }) else {
                throw .malformed(place, "not a global variable; a map cannot be static or extern")
            }
            let (definitionID, definitionType) = try btf.withoutModifiers(type)
            guard case .structure(let definition) = definitionType else {
                throw .malformed(place, "a map is declared as \(btf.description(of: definitionID)), expected a struct")
            }
            guard UInt64(definition.byteCount) <= variable.byteCount else {
                throw .malformed(
                    place, "a definition of \(definition.byteCount) bytes in a variable of \(variable.byteCount)")
            }
            let parsed = try BTFMapDefinition(definition, name: variable.name, isInner: false, in: btf)
            let position = ObjectFile.MapPosition(section: section.index, offset: variable.offset)
            guard indices.updateValue(maps.count, forKey: position) == nil else {
                throw .malformed(place, "a second map at offset \(variable.offset) of .maps")
            }
            definitions.append(
                (
                    maps.count, variable.offset..<variable.offset + variable.byteCount,
                    parsed.valuesOffset.map { variable.offset + UInt64($0) }
                ))
            maps.append(parsed.specification())
        }
    }

    /// Maps behind `.rodata`, `.data`, `.bss` and their custom-named kin (libbpf: bpf_object__init_global_data_maps).
    mutating func readGlobalData() throws(ObjectFileError) {
        for section in image.sections where section.size > 0 {
            guard let origin = Self.origin(of: section) else { continue }
            globalDataBytes = globalDataBytes.addingReportingOverflow(section.size).partialValue
            guard section.size <= ObjectFileLimits.globalDataBytes,
                globalDataBytes <= ObjectFileLimits.globalDataBytes
            else {
                throw .notModelled(
                    .section(section.name, offset: 0),
                    "\(section.size) bytes of global data, at most \(ObjectFileLimits.globalDataBytes) in all")
            }
            let (id, variables) = try layouts.layout(of: section)
            var flags: MapFlags = origin == .readOnlyData ? .readOnlyProgram : []
            if id != nil, variables.contains(where: { !$0.isStatic }) { flags.insert(.mmapable) }
            let map = MapSpecification(
                name: ObjectName.globalDataMap(object: objectName, section: section.name), sectionName: section.name,
                origin: origin, type: .array, keySize: 4, valueSize: UInt32(section.size), maxEntries: 1, flags: flags,
                valueTypeID: id ?? 0,
                initialValue: origin == .zeroedData
                    ? [UInt8](repeating: 0, count: Int(section.size))
                    : try section.content.array(at: 0, count: Int(section.size)))
            indices[ObjectFile.MapPosition(section: section.index, offset: 0)] = maps.count
            for variable in variables {
                globals.append(
                    GlobalVariable(
                        name: variable.name, sectionName: section.name, mapIndex: maps.count, mapName: map.name,
                        offset: Int(variable.offset), byteCount: Int(variable.byteCount), typeID: variable.typeID,
                        isStatic: variable.isStatic))
            }
            maps.append(map)
            guard globals.count <= ObjectFileLimits.globalVariables else {
                throw .notModelled(
                    .section(section.name, offset: 0), "more than \(ObjectFileLimits.globalVariables) global variables")
            }
        }
    }

    private static func origin(of section: ELFImage.Section) -> MapSpecification.Origin? {
        func isNamed(_ name: String) -> Bool { section.name == name || section.name.hasPrefix(name + ".") }
        switch section.type {
        case SectionType.progbits where section.flags & SectionFlag.executable == 0:
            return isNamed(".data") ? .data : isNamed(".rodata") ? .readOnlyData : nil
        case SectionType.nobits: return isNamed(".bss") ? .zeroedData : nil
        default: return nil
        }
    }

    /// Slots that `values = { … }` fills: relocations of `.maps` (libbpf: bpf_object__collect_map_relos).
    mutating func readInitialSlots(
        programs: [ProgramSpecification], functions: FunctionTable
    ) throws(ObjectFileError) {
        guard let section = image.section(named: ".maps"),
            let relocationSection = image.sections.first(where: {
                $0.type == SectionType.relocations && Int($0.info) == section.index
            })
        else { return }
        var programNames: [Int: String] = [:]
        for program in programs { programNames[program.function] = program.name }
        var slots: [Int: [UInt32: String]] = [:]
        for (number, relocation) in try image.relocations(in: relocationSection).enumerated() {
            let place = ObjectFileError.Place.section(relocationSection.name, offset: UInt64(number * 16))
            guard let definition = definition(at: relocation.offset), let start = definition.slots,
                relocation.offset >= start, (relocation.offset - start) % 8 == 0
            else {
                throw .malformed(place, "changes .maps+\(relocation.offset), which is no slot of a map's 'values'")
            }
            let slot = (relocation.offset - start) / 8
            guard slot < ObjectFileLimits.initialSlots else {
                throw .malformed(place, "fills slot \(slot), expected fewer than \(ObjectFileLimits.initialSlots)")
            }
            let target = try slotTarget(
                image.symbols[relocation.symbol], for: maps[definition.index], programNames, functions)
            slots[definition.index, default: [:]][UInt32(slot)] = target
        }
        for (index, byNumber) in slots {
            maps[index].initialSlots = byNumber.sorted { $0.key < $1.key }.map {
                MapSpecification.Slot(index: $0.key, target: $0.value)
            }
        }
    }

    /// The definition that a whole pointer at this offset belongs to; definitions are in the order of their offsets.
    private func definition(at offset: UInt64) -> (index: Int, range: Range<UInt64>, slots: UInt64?)? {
        var low = 0
        var high = definitions.count
        while low < high {
            let middle = (low + high) / 2
            if definitions[middle].range.upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        guard low < definitions.count, definitions[low].range.contains(offset),
            definitions[low].range.upperBound - offset >= 8
        else { return nil }
        return definitions[low]
    }

    private func slotTarget(
        _ symbol: ELFImage.Symbol, for map: MapSpecification, _ programNames: [Int: String],
        _ functions: FunctionTable
    ) throws(ObjectFileError) -> String {
        let place = ObjectFileError.Place.map(map.name)
        if map.type == .programArray {
            guard symbol.value % 8 == 0,
                let index = functions.index(section: symbol.section, start: Int(clamping: symbol.value / 8)),
                let program = programNames[index]
            else {
                throw .malformed(place, "a slot holds '\(symbol.name)', expected a program (an entry point)")
            }
            return program
        }
        if map.type == .hashOfMaps, map.keySize != 4 {
            throw .malformed(place, "slots in a hash_of_maps with keys of \(map.keySize) bytes, expected 4")
        }
        let position = ObjectFile.MapPosition(section: symbol.section, offset: symbol.value)
        guard let index = indices[position], maps[index].origin == .definition else {
            throw .malformed(place, "a slot holds '\(symbol.name)', expected a map declared in .maps")
        }
        return maps[index].name
    }
}
