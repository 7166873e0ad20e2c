/// All functions of an object by section and start.
struct FunctionTable: Sendable {
    private(set) var functions: [ObjectFunction] = []
    private var indexByPosition: [Int: [Int: Int]] = [:]

    /// Reads the function symbols of the executable sections, as libbpf's bpf_object__add_programs.
    ///
    /// Old compilers gave functions no type: a section without any function symbol is one function, named by a global
    /// symbol at its start.
    init(_ image: ELFImage) throws(ObjectFileError) {
        var found: [ObjectFunction] = []
        var hasFunction: Set<Int> = []
        for symbol in image.symbols where symbol.type == SymbolType.function {
            guard image.sections.indices.contains(symbol.section), image.sections[symbol.section].isExecutable else {
                continue
            }
            let section = image.sections[symbol.section]
            guard symbol.value % 8 == 0, symbol.size % 8 == 0, symbol.size > 0,
                symbol.value <= section.size, symbol.size <= section.size - symbol.value
            else {
                throw .malformed(
                    .symbol(symbol.name),
                    "a function of \(symbol.size) bytes at \(section.name)+\(symbol.value); "
                        + "expected whole instructions inside the section's \(section.size) bytes")
            }
            hasFunction.insert(section.index)
            found.append(
                ObjectFunction(
                    name: symbol.name, section: section.index, start: Int(symbol.value / 8),
                    count: Int(symbol.size / 8), isGlobal: symbol.binding != SymbolBinding.local,
                    isHidden: symbol.visibility == 1 || symbol.visibility == 2))
        }
        for symbol in image.symbols where symbol.type == SymbolType.none && symbol.binding == SymbolBinding.global {
            guard image.sections.indices.contains(symbol.section), symbol.value == 0 else { continue }
            let section = image.sections[symbol.section]
            guard section.isExecutable, section.content.count > 0, section.content.count % 8 == 0,
                hasFunction.insert(section.index).inserted
            else { continue }
            found.append(
                ObjectFunction(
                    name: symbol.name, section: section.index, start: 0, count: section.content.count / 8,
                    isGlobal: true, isHidden: false))
        }
        found.sort { ($0.section, $0.start) < ($1.section, $1.start) }
        functions = found
        for (index, function) in found.enumerated() where indexByPosition[function.section]?[function.start] == nil {
            indexByPosition[function.section, default: [:]][function.start] = index
        }
    }

    /// The function that starts at this instruction of the section.
    func index(section: Int, start: Int) -> Int? { indexByPosition[section]?[start] }
}
