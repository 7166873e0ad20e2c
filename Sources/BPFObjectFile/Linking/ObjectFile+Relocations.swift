internal import BPFInstructionSet

/// What a relocated instruction refers to.
enum RelocationTarget {
    /// Index into the object's functions.
    case function(Int)
    /// Index into ``ObjectFile/maps``.
    case map(Int)
    case mapValue(Int, offset: UInt32)
}

extension ObjectFile {
    /// Finds what a relocation means, as libbpf's bpf_program__record_reloc decides it.
    func target(
        of relocation: Relocation, _ instruction: Instruction, _ site: RelocationSite
    ) throws(ObjectFileError) -> RelocationTarget {
        let symbol = image.symbols[relocation.symbol]
        guard instruction.opcode == Opcode.call || instruction.opcode == Opcode.loadDoubleWord else {
            throw .malformed(
                site.place,
                "opcode 0x\(String(instruction.opcode, radix: 16)) has a relocation (type \(relocation.type)) against "
                    + "\(label(symbol)), expected a call or a 64-bit load")
        }
        if instruction.opcode == Opcode.loadDoubleWord, site.instruction + 1 >= site.function.count {
            throw .malformed(site.place, "a 64-bit load without its second half")
        }
        if symbol.isExtern { throw externRefusal(symbol, instruction, site) }
        guard symbol.section > 0, symbol.section < image.sections.count else {
            throw .malformed(
                site.place,
                "refers to \(label(symbol)) in special section 0x\(String(symbol.section, radix: 16)); "
                    + "is a global variable not initialised?")
        }
        let section = image.sections[symbol.section]
        if instruction.opcode == Opcode.call {
            return .function(try calledFunction(symbol, section, instruction, site))
        }
        if section.isExecutable {
            // A global function: the symbol's value. A static one: the section's symbol, and the offset in the immediate.
            let (offset, overflow) = symbol.value.addingReportingOverflow(
                UInt64(UInt32(bitPattern: instruction.immediate)))
            guard !overflow, offset % 8 == 0, offset < section.size else {
                throw .malformed(
                    site.place, "the address of \(label(symbol))+\(instruction.immediate), expected a function's start")
            }
            return .function(try function(inSection: section.index, at: Int64(offset / 8), for: site))
        }
        return try mapTarget(symbol, section, instruction, site)
    }

    /// The function that starts at this instruction of the section.
    func function(inSection section: Int, at start: Int64, for site: RelocationSite) throws(ObjectFileError) -> Int {
        if let start = Int(exactly: start), let index = functions.index(section: section, start: start) { return index }
        throw .malformed(
            site.place, "refers to \(image.sections[section].name), instruction \(start), where no function starts")
    }

    private func calledFunction(
        _ symbol: ELFImage.Symbol, _ section: ELFImage.Section, _ instruction: Instruction, _ site: RelocationSite
    ) throws(ObjectFileError) -> Int {
        guard instruction.source == PseudoSource.call else {
            throw .malformed(
                site.place, "a call of \(label(symbol)) with pseudo source \(instruction.source), expected 1")
        }
        guard section.isExecutable, symbol.value % 8 == 0, symbol.value <= section.size else {
            throw .malformed(
                site.place, "a call of \(label(symbol)) at \(section.name)+\(symbol.value), expected a function")
        }
        return try function(
            inSection: section.index, at: Int64(symbol.value / 8) + Int64(instruction.immediate) + 1, for: site)
    }

    private func mapTarget(
        _ symbol: ELFImage.Symbol, _ section: ELFImage.Section, _ instruction: Instruction, _ site: RelocationSite
    ) throws(ObjectFileError) -> RelocationTarget {
        switch section.name {
        case ".maps":
            guard let index = mapIndices[MapPosition(section: section.index, offset: symbol.value)] else {
                throw .malformed(
                    site.place, "refers to \(label(symbol)) at .maps+\(symbol.value), where no map starts")
            }
            return .map(index)
        case "maps":
            throw .notModelled(
                site.place, "map '\(symbol.name)' in the legacy 'maps' section (declare it in .maps)")
        case ".arena.1": throw .notModelled(site.place, "variable '\(symbol.name)' in an arena")
        default: break
        }
        guard let index = mapIndices[MapPosition(section: section.index, offset: 0)] else {
            throw .malformed(
                site.place,
                "refers to \(label(symbol)) in section \(section.name), expected a map, global data or a function")
        }
        let offset = UInt32(truncatingIfNeeded: symbol.value) &+ UInt32(bitPattern: instruction.immediate)
        return .mapValue(index, offset: offset)
    }

    private func externRefusal(
        _ symbol: ELFImage.Symbol, _ instruction: Instruction, _ site: RelocationSite
    ) -> ObjectFileError {
        if instruction.opcode == Opcode.call {
            let hint =
                symbol.name == "__bpf_trap"
                ? ", which ends unreachable code (compile with -mllvm -bpf-disable-trap-unreachable)" : ""
            return .notModelled(site.place, "a call of the kernel function '\(symbol.name)'\(hint)")
        }
        for name in [".kconfig", ".ksyms"] {
            for variable in btf?.dataSection(named: name)?.variables ?? []
            where btf?[variable.type]?.name == symbol.name {
                return .notModelled(site.place, "extern variable '\(symbol.name)' in \(name)")
            }
        }
        return .malformed(site.place, "refers to '\(symbol.name)', which is declared extern and defined nowhere")
    }

    /// A symbol's name; a section's symbol has none of its own.
    private func label(_ symbol: ELFImage.Symbol) -> String {
        guard symbol.name.isEmpty else { return "'\(symbol.name)'" }
        return image.sections.indices.contains(symbol.section)
            ? "section \(image.sections[symbol.section].name)" : "a symbol without a name"
    }
}
