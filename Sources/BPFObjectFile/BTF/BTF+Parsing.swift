extension BTF {
    /// Reads a `.BTF` section: header, types of kinds 1 to 19, strings.
    ///
    /// - Throws: for a bad magic or version, for types and strings outside their parts, and for a number of a type that
    ///   does not exist.
    init(parsing content: BoundedBytes) throws(ObjectFileError) {
        let header = try BTFHeader(content)
        guard header.length >= 24 else {
            throw .malformed(
                .section(content.sectionName, offset: 4), "a header of \(header.length) bytes, expected 24")
        }
        let typeBytes = try content.part(at: header.partStart(at: 8), count: Int(content.word(at: 12)))
        let stringBytes = try content.part(at: header.partStart(at: 16), count: Int(content.word(at: 20)))
        guard stringBytes.count > 0, try stringBytes.byte(at: 0) == 0,
            try stringBytes.byte(at: stringBytes.count - 1) == 0
        else {
            throw .malformed(
                .section(content.sectionName, offset: 16), "strings that do not start and end with a zero byte")
        }
        var parser = BTFTypeParser(bytes: typeBytes, strings: StringTable(stringBytes))
        try parser.run()
        try Self.checkReferences(parser.types)
        self.init(types: parser.types, bytes: try content.array(at: 0, count: content.count))
    }

    private static func checkReferences(_ types: [BTFType]) throws(ObjectFileError) {
        let count = UInt32(types.count)
        for (index, type) in types.enumerated() {
            func check(_ id: UInt32) throws(ObjectFileError) {
                guard id < count else {
                    throw .malformed(
                        .type(UInt32(index)), "a \(type.kindName) that names type [\(id)]; the last is [\(count - 1)]")
                }
            }
            switch type {
            case .void, .integer, .enumeration, .forward, .float: break
            case .pointer(let id), .typedef(_, let id), .volatile(let id), .const(let id), .restrict(let id),
                .typeTag(_, let id), .declarationTag(_, let id, _), .variable(_, let id, _):
                try check(id)
            case .function(let name, let prototype, _):
                try check(prototype)
                guard case .functionPrototype = types[Int(prototype)] else {
                    throw .malformed(
                        .type(UInt32(index)),
                        "function '\(name)' has a \(types[Int(prototype)].kindName) for a prototype")
                }
            case .array(let element, let indexType, _):
                try check(element)
                try check(indexType)
            case .structure(let composite), .union(let composite):
                for member in composite.members { try check(member.type) }
            case .functionPrototype(let result, let parameters):
                try check(result)
                for parameter in parameters { try check(parameter.type) }
            case .dataSection(_, _, let variables):
                for variable in variables { try check(variable.type) }
            }
        }
    }
}

/// What `.BTF` and `.BTF.ext` begin with: magic, version, flags, header length; parts are counted from the header's end.
struct BTFHeader {
    let length: Int
    private let content: BoundedBytes

    init(_ content: BoundedBytes) throws(ObjectFileError) {
        let place = ObjectFileError.Place.section(content.sectionName, offset: 0)
        let magic = try content.half(at: 0)
        guard magic == 0xEB9F else {
            throw .malformed(place, "magic 0x\(String(magic, radix: 16)), expected 0xeb9f")
        }
        let version = try content.byte(at: 2)
        guard version == 1 else { throw .malformed(place, "BTF version \(version), expected 1") }
        self.content = content
        self.length = Int(try content.word(at: 4))
        guard length <= content.count else {
            throw .malformed(place, "a header of \(length) bytes in \(content.count)")
        }
    }

    /// Where a part starts whose offset stands at `field`.
    func partStart(at field: Int) throws(ObjectFileError) -> Int { length + Int(try content.word(at: field)) }
}

extension BTF {
    /// The strings of a `.BTF` section that was parsed before.
    static func strings(of content: BoundedBytes) throws(ObjectFileError) -> StringTable {
        let header = try BTFHeader(content)
        return StringTable(try content.part(at: header.partStart(at: 16), count: Int(content.word(at: 20))))
    }
}
