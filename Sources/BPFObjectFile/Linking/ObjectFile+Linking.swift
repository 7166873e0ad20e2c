import Wording

extension ObjectFile {
    /// Links a program: appends the subprograms that it reaches, resolves calls, and names the maps that it uses.
    ///
    /// - Throws: for a relocation that contradicts the object, and by name for what is not modelled: CO-RE, externs
    ///   (`.kconfig`, `.ksyms`), kernel functions, legacy map definitions, arenas, struct_ops, exception callbacks.
    public func link(_ program: ProgramSpecification) throws(ObjectFileError) -> LinkedProgram {
        if program.section.typeName == "struct_ops" {
            throw .notModelled(.program(program.name), "programs of type struct_ops")
        }
        var linker = ProgramLinker(object: self, program: program)
        return try linker.link()
    }

    /// Links the program of this name.
    ///
    /// - Throws: ``ObjectFileError/Category/notFound`` with the nearest name; else as ``link(_:)``.
    public func link(programNamed name: String) throws(ObjectFileError) -> LinkedProgram {
        guard let program = program(named: name) else {
            let hint: String
            if let nearest = nearestWord(to: name, among: programs.map(\.name)) {
                hint = "did you mean '\(nearest)'?"
            } else if programs.isEmpty {
                hint = "the object has no programs"
            } else {
                hint =
                    "it has " + programs.prefix(8).map(\.name).joined(separator: ", ")
                    + (programs.count > 8 ? " …" : "")
            }
            throw ObjectFileError(.notFound, at: .program(name), "no such program in the object; \(hint)")
        }
        return try link(program)
    }
}
