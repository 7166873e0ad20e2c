/// The records of `.BTF.ext`: which function, source line and CO-RE relocation stands at which instruction.
struct BTFExtension: Sendable {
    struct Function: Sendable {
        /// Instructions from the section's start.
        let instruction: Int
        let type: UInt32
    }

    struct Line: Sendable {
        let instruction: Int
        /// Offsets into the strings of `.BTF`.
        let file: UInt32
        let text: UInt32
        let line: UInt32
        let column: UInt32
    }

    struct CORERelocation: Sendable {
        let instruction: Int
        let type: UInt32
        /// Offset into the strings of `.BTF`: such as `0:1:2`.
        let access: UInt32
        /// `enum bpf_core_relo_kind`.
        let kind: UInt32
    }

    /// By section name, in the order of instructions.
    private(set) var functions: [String: [Function]] = [:]
    private(set) var lines: [String: [Line]] = [:]
    private(set) var relocations: [String: [CORERelocation]] = [:]

    init() {}

    /// Reads the section; `strings` are those of `.BTF`.
    init(parsing content: BoundedBytes, strings: inout StringTable) throws(ObjectFileError) {
        let header = try BTFHeader(content)
        guard header.length >= 24 else {
            throw .malformed(
                .section(content.sectionName, offset: 4), "a header of \(header.length) bytes, expected 24")
        }
        try Self.records(content, header, field: 8, atLeast: 8, &strings) { section, bytes throws(ObjectFileError) in
            functions[section, default: []].append(
                Function(
                    instruction: try Self.instruction(bytes), type: try bytes.word(at: 4)))
        }
        try Self.records(content, header, field: 16, atLeast: 16, &strings) { section, bytes throws(ObjectFileError) in
            let position = try bytes.word(at: 12)
            lines[section, default: []].append(
                Line(
                    instruction: try Self.instruction(bytes), file: try bytes.word(at: 4), text: try bytes.word(at: 8),
                    line: position >> 10, column: position & 0x3FF))
        }
        if header.length >= 32 {
            try Self.records(content, header, field: 24, atLeast: 16, &strings) {
                section, bytes throws(ObjectFileError) in
                relocations[section, default: []].append(
                    CORERelocation(
                        instruction: try Self.instruction(bytes), type: try bytes.word(at: 4),
                        access: try bytes.word(at: 8), kind: try bytes.word(at: 12)))
            }
        }
        for (section, records) in functions { functions[section] = records.sorted { $0.instruction < $1.instruction } }
        for (section, records) in lines { lines[section] = records.sorted { $0.instruction < $1.instruction } }
        for (section, records) in relocations {
            relocations[section] = records.sorted { $0.instruction < $1.instruction }
        }
    }

    private static func instruction(_ record: BoundedBytes) throws(ObjectFileError) -> Int {
        let offset = try record.word(at: 0)
        guard offset % 8 == 0 else {
            throw .malformed(
                .section(record.sectionName, offset: 0), "a record for offset \(offset), which is inside an instruction"
            )
        }
        return Int(offset / 8)
    }

    /// Calls `body` with each record of the part whose offset and length stand at `field`.
    private static func records(
        _ content: BoundedBytes, _ header: BTFHeader, field: Int, atLeast least: Int, _ strings: inout StringTable,
        _ body: (String, BoundedBytes) throws(ObjectFileError) -> Void
    ) throws(ObjectFileError) {
        let part = try content.part(at: header.partStart(at: field), count: Int(content.word(at: field + 4)))
        guard part.count > 0 else { return }
        let recordSize = Int(try part.word(at: 0))
        guard recordSize >= least, recordSize % 4 == 0 else {
            throw .malformed(
                .section(content.sectionName, offset: UInt64(field)),
                "records of \(recordSize) bytes, expected at least \(least) and a multiple of 4")
        }
        var offset = 4
        while offset < part.count {
            let section = try strings.string(at: part.word(at: offset))
            let count = Int(try part.word(at: offset + 4))
            guard count <= (part.count - offset) / recordSize else {
                throw .malformed(
                    .section(content.sectionName, offset: UInt64(field)),
                    "\(count) records of \(recordSize) bytes for \(section) in \(part.count) bytes")
            }
            let records = try part.part(at: offset + 8, count: count * recordSize)
            for index in 0..<count {
                try body(section, records.part(at: index * recordSize, count: recordSize))
            }
            offset += 8 + records.count
        }
    }
}

extension BTFExtension.CORERelocation {
    /// libbpf's word for the kind.
    var kindName: String {
        let names = [
            "byte_off", "byte_sz", "field_exists", "signed", "lshift_u64", "rshift_u64", "local_type_id",
            "target_type_id", "type_exists", "type_size", "enumval_exists", "enumval_value", "type_matches",
        ]
        return Int(kind) < names.count ? names[Int(kind)] : "kind \(kind)"
    }
}
