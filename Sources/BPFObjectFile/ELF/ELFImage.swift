/// The parts of an ELF file that matter for BPF: sections and the symbol table, every index and offset checked.
struct ELFImage: Sendable {
    struct Section: Sendable {
        let index: Int
        let name: String
        /// `sh_type`: ``SectionType``.
        let type: UInt32
        /// `sh_flags`: ``SectionFlag``.
        let flags: UInt64
        /// `sh_link`, `sh_info`: other sections, by a meaning that depends on the type.
        let link: UInt32
        let info: UInt32
        let entrySize: UInt64
        /// Bytes that the section stands for; a NOBITS section has no content in the file.
        let size: UInt64
        let content: BoundedBytes

        var isExecutable: Bool { type == SectionType.progbits && flags & SectionFlag.executable != 0 }
    }

    struct Symbol: Sendable {
        let name: String
        /// `STT_*`: ``SymbolType``.
        let type: UInt8
        /// `STB_*`: ``SymbolBinding``.
        let binding: UInt8
        /// `STV_*`: default 0, internal 1, hidden 2.
        let visibility: UInt8
        /// A section's index, 0 for undefined, or a special number from ``reservedSections`` on.
        let section: Int
        let value: UInt64
        let size: UInt64

        /// Declared here and defined elsewhere (libbpf's sym_is_extern).
        var isExtern: Bool {
            section == 0 && type == SymbolType.none
                && (binding == SymbolBinding.global || binding == SymbolBinding.weak)
        }
    }

    /// SHN_LORESERVE: numbers from here on are not sections (SHN_ABS, SHN_COMMON).
    static let reservedSections = 0xFF00

    let sections: [Section]
    let symbols: [Symbol]

    func section(named name: String) -> Section? { sections.first { $0.name == name } }
}

/// Section types of the ELF specification that BPF objects use.
enum SectionType {
    static let progbits: UInt32 = 1
    static let symbolTable: UInt32 = 2
    static let stringTable: UInt32 = 3
    static let relocationsWithAddend: UInt32 = 4
    static let nobits: UInt32 = 8
    static let relocations: UInt32 = 9
}

/// Section flags of the ELF specification.
enum SectionFlag {
    static let executable: UInt64 = 4
}

/// Symbol types of the ELF specification.
enum SymbolType {
    static let none: UInt8 = 0
    static let object: UInt8 = 1
    static let function: UInt8 = 2
    static let section: UInt8 = 3
}

/// Symbol bindings of the ELF specification.
enum SymbolBinding {
    static let local: UInt8 = 0
    static let global: UInt8 = 1
    static let weak: UInt8 = 2
}

/// One entry of a `.rel…` section.
struct Relocation: Sendable {
    /// Bytes from the start of the section that it changes.
    let offset: UInt64
    /// Index into ``ELFImage/symbols``; checked.
    let symbol: Int
    /// `R_BPF_*`: 1 for a 16-byte load, 10 for a call, 2 for data.
    let type: UInt32
}
