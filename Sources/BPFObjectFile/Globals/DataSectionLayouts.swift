/// Where the variables of a section lie: BTF's data section, with the offsets that clang leaves to ELF symbols.
struct DataSectionLayouts {
    struct Variable {
        let name: String
        /// Of the variable's declaration, and of its type; nil without BTF.
        let declarationID: UInt32?
        let typeID: UInt32?
        let offset: UInt64
        let byteCount: UInt64
        let isStatic: Bool
    }

    private struct SymbolKey: Hashable {
        let section: Int
        let name: String
    }

    private let btf: BTF?
    private var globalSymbols: [SymbolKey: ELFImage.Symbol] = [:]
    private var objectsBySection: [Int: [ELFImage.Symbol]] = [:]

    init(_ image: ELFImage, _ btf: BTF?) {
        self.btf = btf
        for symbol in image.symbols where symbol.type == SymbolType.object {
            objectsBySection[symbol.section, default: []].append(symbol)
            guard symbol.binding == SymbolBinding.global || symbol.binding == SymbolBinding.weak else { continue }
            globalSymbols[SymbolKey(section: symbol.section, name: symbol.name)] = symbol
        }
    }

    /// The variables by offset, and the number of BTF's data section.
    ///
    /// - Throws: for a variable outside the section, and for one whose symbol is missing.
    func layout(of section: ELFImage.Section) throws(ObjectFileError) -> (id: UInt32?, variables: [Variable]) {
        var variables: [Variable] = []
        var id: UInt32?
        if let btf, let dataSection = btf.dataSection(named: section.name) {
            id = dataSection.id
            for entry in dataSection.variables {
                variables.append(
                    try variable(entry, of: section, in: btf, offsetsAreFinal: dataSection.byteCount != 0))
            }
        } else if btf == nil {
            for symbol in objectsBySection[section.index] ?? [] {
                variables.append(
                    Variable(
                        name: symbol.name, declarationID: nil, typeID: nil, offset: symbol.value,
                        byteCount: symbol.size, isStatic: symbol.binding == SymbolBinding.local))
            }
        }
        for variable in variables {
            let (end, overflow) = variable.offset.addingReportingOverflow(variable.byteCount)
            guard !overflow, end <= section.size else {
                throw .malformed(
                    .section(section.name, offset: variable.offset),
                    "variable '\(variable.name)' of \(variable.byteCount) bytes ends after the section's \(section.size)"
                )
            }
        }
        return (id, variables.sorted { $0.offset < $1.offset })
    }

    private func variable(
        _ entry: BTFType.SectionVariable, of section: ELFImage.Section, in btf: BTF, offsetsAreFinal: Bool
    ) throws(ObjectFileError) -> Variable {
        guard case .variable(let name, let type, let linkage) = try btf.type(entry.type) else {
            throw .malformed(
                .type(entry.type), "a \(try btf.type(entry.type).kindName) in section \(section.name), expected a var")
        }
        var offset = UInt64(entry.offset)
        var isStatic = linkage == .static
        if !isStatic {
            if let symbol = globalSymbols[SymbolKey(section: section.index, name: name)] {
                if !offsetsAreFinal { offset = symbol.value }
                isStatic = symbol.visibility == 1 || symbol.visibility == 2
            } else if !offsetsAreFinal {
                throw .malformed(.symbol(name), "missing, though BTF declares the variable in \(section.name)")
            }
        }
        return Variable(
            name: name, declarationID: entry.type, typeID: type, offset: offset, byteCount: UInt64(entry.byteCount),
            isStatic: isStatic)
    }
}
