import Wording

extension ObjectFile {
    /// The bytes that a variable holds now, nil where no variable has the name.
    public func globalBytes(_ name: String) -> [UInt8]? {
        guard let variable = globals.first(where: { $0.name == name }),
            let value = maps[variable.mapIndex].initialValue
        else { return nil }
        return Array(value[variable.offset..<variable.offset + variable.byteCount])
    }

    /// Sets the initial value of a variable of `.rodata`, `.data` or `.bss`.
    ///
    /// - Throws: ``ObjectFileError/Category/notFound`` with the nearest name where no variable has the name, and
    ///   ``ObjectFileError/Category/invalidValue`` where the value does not fit its type.
    public mutating func setGlobal(_ name: String, _ value: GlobalValue) throws(ObjectFileError) {
        let matches = globals.filter { $0.name == name }
        guard let variable = matches.first else {
            let hint: String
            if let nearest = nearestWord(to: name, among: globals.map(\.name)) {
                hint = "did you mean '\(nearest)'?"
            } else if globals.isEmpty {
                hint = "the object has no global variables"
            } else {
                hint =
                    "it has " + globals.prefix(8).map(\.name).joined(separator: ", ") + (globals.count > 8 ? " …" : "")
            }
            throw ObjectFileError(.notFound, at: .variable(name), "no such global variable in the object; \(hint)")
        }
        guard matches.count == 1 else {
            throw ObjectFileError(
                .notFound, at: .variable(name),
                "ambiguous: \(matches.map(\.sectionName).joined(separator: " and ")) have one each")
        }
        let bytes: [UInt8]
        switch value {
        case .bytes(let given):
            guard given.count == variable.byteCount else {
                throw ObjectFileError(
                    .invalidValue, at: .variable(name),
                    "\(given.count) bytes given, \(typeDescription(variable)) has \(variable.byteCount)")
            }
            bytes = given
        case .integer(let integer):
            bytes = try encode(integer, for: variable)
        }
        maps[variable.mapIndex].initialValue?
            .replaceSubrange(variable.offset..<variable.offset + variable.byteCount, with: bytes)
    }

    /// The variable's type as C writes it.
    public func typeDescription(_ variable: GlobalVariable) -> String {
        guard let btf, let id = variable.typeID else { return "a variable of \(variable.byteCount) bytes" }
        return btf.description(of: id)
    }

    private func encode(_ integer: Int128, for variable: GlobalVariable) throws(ObjectFileError) -> [UInt8] {
        let place = ObjectFileError.Place.variable(variable.name)
        let bits: Int
        // Without a type, or for an enum, either reading of the bits may be meant.
        var isSigned: Bool?
        if let btf, let id = variable.typeID {
            switch try btf.withoutModifiers(id).type {
            case .integer(let type):
                bits = type.encoding == .boolean ? 1 : Int(type.bits)
                isSigned = type.encoding == .signed
                if type.encoding == .character { isSigned = nil }
            case .enumeration(let type):
                bits = Int(type.byteCount) * 8
                isSigned = type.isSigned
            default:
                throw ObjectFileError(
                    .invalidValue, at: place,
                    "an integer given for \(typeDescription(variable)); give its \(variable.byteCount) bytes")
            }
        } else {
            bits = variable.byteCount * 8
        }
        guard variable.byteCount <= 8, bits <= variable.byteCount * 8 else {
            throw ObjectFileError(
                .invalidValue, at: place,
                "an integer given for a variable of \(variable.byteCount) bytes; give them one by one")
        }
        let least: Int128 = isSigned == false ? 0 : -(Int128(1) << (bits - 1))
        let greatest: Int128 = (Int128(1) << (isSigned == true ? bits - 1 : bits)) - 1
        guard integer >= least, integer <= greatest else {
            throw ObjectFileError(
                .invalidValue, at: place,
                "\(integer) does not fit into \(typeDescription(variable)), expected \(least) to \(greatest)")
        }
        return (0..<variable.byteCount).map { UInt8(truncatingIfNeeded: integer >> (8 * $0)) }
    }
}
