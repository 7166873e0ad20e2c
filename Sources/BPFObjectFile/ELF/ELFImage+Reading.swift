internal import CLibELF

extension ELFImage {
    /// Reads a relocatable, little-endian, 64-bit BPF object.
    ///
    /// libelf finds the headers; it accepts nearly anything, so that every number it returns is checked here, and contents
    /// are taken from `bytes` by checked offsets.
    init(parsing bytes: [UInt8]) throws(ObjectFileError) {
        try Self.checkIdentification(bytes)
        let headers = try Self.readHeaders(bytes)

        let namesIndex = headers.names
        guard headers.sections.indices.contains(namesIndex),
            headers.sections[namesIndex].sh_type == SectionType.stringTable
        else {
            throw .malformed(.object, "section \(namesIndex) should hold the section names and doesn't")
        }
        var names = StringTable(
            try Self.content(of: headers.sections[namesIndex], named: "section names", in: bytes))
        var sections: [Section] = []
        sections.reserveCapacity(headers.sections.count)
        for (index, header) in headers.sections.enumerated() {
            let name = index == 0 ? "" : try names.string(at: header.sh_name)
            sections.append(
                Section(
                    index: index, name: name, type: header.sh_type, flags: header.sh_flags, link: header.sh_link,
                    info: header.sh_info, entrySize: header.sh_entsize, size: header.sh_size,
                    content: index == 0
                        ? BoundedBytes([], sectionName: "")
                        : try Self.content(of: header, named: name, in: bytes)))
        }
        self.sections = sections
        self.symbols = try Self.readSymbols(sections)
    }

    private static func checkIdentification(_ bytes: [UInt8]) throws(ObjectFileError) {
        guard bytes.count >= 4, bytes[0..<4] == [0x7F, 0x45, 0x4C, 0x46] else {
            throw .malformed(.object, "not an ELF file: \(bytes.count) bytes without the ELF magic at the start")
        }
        guard bytes.count >= 64 else {
            throw .malformed(.object, "an ELF header is 64 bytes, the file has \(bytes.count)")
        }
        guard bytes[4] == 2 else { throw .malformed(.object, "ELF class \(bytes[4]), expected 2 (64 bits)") }
        guard bytes[5] != 2 else { throw .notModelled(.object, "a big-endian object (bpfeb)") }
        guard bytes[5] == 1 else {
            throw .malformed(.object, "ELF data encoding \(bytes[5]), expected 1 (little endian)")
        }
        let header = BoundedBytes(bytes[0..<64], sectionName: "ELF header")
        let type = try header.half(at: 16)
        let machine = try header.half(at: 18)
        guard type == 1 else { throw .malformed(.object, "ELF type \(type), expected 1 (relocatable)") }
        // Compilers before LLVM 5 wrote no machine; libbpf accepts both.
        guard machine == 247 || machine == 0 else {
            throw .malformed(.object, "ELF machine \(machine), expected 247 (BPF)")
        }
        let entrySize = try header.half(at: 58)
        guard entrySize == 64 else {
            throw .malformed(.object, "section headers of \(entrySize) bytes, expected 64")
        }
    }

    /// The section headers as libelf reads them, and the index of the one that holds the names.
    private static func readHeaders(
        _ bytes: [UInt8]
    ) throws(ObjectFileError) -> (sections: [Elf64_Shdr], names: Int) {
        // libelf may write to the image that it is given.
        var image = bytes
        let read = unsafe image.withUnsafeMutableBytes { buffer -> Result<([Elf64_Shdr], Int), ObjectFileError> in
            guard elf_version(UInt32(EV_CURRENT)) != UInt32(EV_NONE) else {
                return .failure(.malformed(.object, "libelf does not know the current ELF version"))
            }
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            guard let elf = unsafe elf_memory(start, buffer.count) else {
                return .failure(.malformed(.object, "libelf: \(lastError())"))
            }
            defer { _ = unsafe elf_end(elf) }
            guard unsafe elf_kind(elf) == ELF_K_ELF else {
                return .failure(.malformed(.object, "libelf sees no ELF object"))
            }
            var count = 0
            var names = 0
            guard unsafe elf_getshdrnum(elf, &count) == 0, unsafe elf_getshdrstrndx(elf, &names) == 0 else {
                return .failure(.malformed(.object, "section header table: \(lastError())"))
            }
            guard count > 0, count <= buffer.count / 64 else {
                return .failure(
                    .malformed(.object, "\(count) section headers in a file of \(buffer.count) bytes"))
            }
            var headers: [Elf64_Shdr] = []
            headers.reserveCapacity(count)
            for index in 0..<count {
                guard let section = unsafe elf_getscn(elf, index), let header = unsafe elf64_getshdr(section) else {
                    return .failure(.malformed(.object, "section header \(index) of \(count): \(lastError())"))
                }
                unsafe headers.append(header.pointee)
            }
            return .success((headers, names))
        }
        let (sections, names) = try read.get()
        return (sections, names)
    }

    private static func lastError() -> String {
        guard let text = unsafe elf_errmsg(-1) else { return "no reason given" }
        return unsafe String(cString: text)
    }

    private static func content(
        of header: Elf64_Shdr, named name: String, in bytes: [UInt8]
    ) throws(ObjectFileError) -> BoundedBytes {
        guard header.sh_type != SectionType.nobits, header.sh_type != 0, header.sh_size > 0 else {
            return BoundedBytes([], sectionName: name)
        }
        let (end, overflow) = header.sh_offset.addingReportingOverflow(header.sh_size)
        guard !overflow, end <= UInt64(bytes.count) else {
            throw .malformed(
                .section(name, offset: 0),
                "\(header.sh_size) bytes at file offset \(header.sh_offset), the file has \(bytes.count)")
        }
        return BoundedBytes(bytes[Int(header.sh_offset)..<Int(end)], sectionName: name)
    }

    private static func readSymbols(_ sections: [Section]) throws(ObjectFileError) -> [Symbol] {
        let tables = sections.filter { $0.type == SectionType.symbolTable }
        guard let table = tables.first else {
            throw .malformed(.object, "no symbol table; was the object stripped?")
        }
        guard tables.count == 1 else {
            throw .malformed(.object, "\(tables.count) symbol tables, expected one")
        }
        guard table.entrySize == 24, table.content.count % 24 == 0 else {
            throw .malformed(
                .section(table.name, offset: 0),
                "\(table.content.count) bytes in entries of \(table.entrySize), expected entries of 24")
        }
        guard sections.indices.contains(Int(table.link)),
            sections[Int(table.link)].type == SectionType.stringTable
        else {
            throw .malformed(
                .section(table.name, offset: 0), "symbol names in section \(table.link), which is no string table")
        }
        var names = StringTable(sections[Int(table.link)].content)
        var symbols: [Symbol] = []
        symbols.reserveCapacity(table.content.count / 24)
        for start in stride(from: 0, to: table.content.count, by: 24) {
            let name = try names.string(at: table.content.word(at: start))
            let info = try table.content.byte(at: start + 4)
            let section = Int(try table.content.half(at: start + 6))
            guard section < sections.count || section >= reservedSections else {
                throw .malformed(
                    .section(table.name, offset: UInt64(start)),
                    "symbol '\(name)' lies in section \(section), there are \(sections.count)")
            }
            symbols.append(
                Symbol(
                    name: name, type: info & 0xF, binding: info >> 4,
                    visibility: try table.content.byte(at: start + 5) & 3, section: section,
                    value: try table.content.doubleWord(at: start + 8),
                    size: try table.content.doubleWord(at: start + 16)))
        }
        return symbols
    }

    /// The entries of a relocation section; symbols exist, and offsets lie inside the section that is changed.
    func relocations(in section: Section) throws(ObjectFileError) -> [Relocation] {
        guard section.entrySize == 16, section.content.count % 16 == 0 else {
            throw .malformed(
                .section(section.name, offset: 0),
                "\(section.content.count) bytes in entries of \(section.entrySize), expected entries of 16")
        }
        guard sections.indices.contains(Int(section.info)) else {
            throw .malformed(
                .section(section.name, offset: 0),
                "changes section \(section.info), there are \(sections.count)")
        }
        let target = sections[Int(section.info)]
        var relocations: [Relocation] = []
        relocations.reserveCapacity(section.content.count / 16)
        for start in stride(from: 0, to: section.content.count, by: 16) {
            let place = ObjectFileError.Place.section(section.name, offset: UInt64(start))
            let offset = try section.content.doubleWord(at: start)
            let type = try section.content.word(at: start + 8)
            let symbol = try section.content.word(at: start + 12)
            guard symbol < symbols.count else {
                throw .malformed(place, "refers to symbol \(symbol), there are \(symbols.count)")
            }
            guard offset < target.size else {
                throw .malformed(place, "changes \(target.name)+\(offset), which has \(target.size) bytes")
            }
            relocations.append(Relocation(offset: offset, symbol: Int(symbol), type: type))
        }
        return relocations
    }
}
