import BPFObjectFile
import Testing

/// Objects that no compiler makes: fixtures with a name or a field changed in place.
@Suite struct PatchedObjectTests {
    /// The fixture with one string replaced wherever it ends; the new one is filled up with zero bytes.
    private static func replacing(_ old: String, _ new: String, in fixture: String) throws -> [UInt8] {
        var bytes = try Fixture.bytes(fixture)
        let pattern = Array(old.utf8) + [0]
        let replacement = Array(new.utf8) + [UInt8](repeating: 0, count: pattern.count - new.utf8.count)
        var replaced = 0
        for start in 0...bytes.count - pattern.count
        where bytes[start..<start + pattern.count].elementsEqual(pattern) {
            bytes.replaceSubrange(start..<start + pattern.count, with: replacement)
            replaced += 1
        }
        try #require(replaced > 0)
        return bytes
    }

    @Test(arguments: [
        ("map_flags", "map_flagz", "map flows_with_a_long_name: unknown member 'map_flagz', expected type, "),
        ("value_size", "key_size", "map sizes: 'key_size' says 24 bytes"),
        ("numa_node", "values", "map flows_with_a_long_name: 'values' in a map of type hash, expected"),
        ("max_entries", "pinning", "map outer.inner: an inner map cannot have 'pinning'"),
        ("values", "valuez", "unknown member 'valuez'"),
        (".maps", ".mapz", "section .mapz"),
        (".BTF", ".BTG", "maps are declared and BTF does not describe them; compile with -g"),
        (".symtab", ".symtax", ""),
    ])
    func mapDefinitionsAreChecked(old: String, new: String, expected: String) throws {
        let bytes = try Self.replacing(old, new, in: "maps")
        do {
            let object = try ObjectFile(parsing: bytes)
            for program in object.programs { _ = try object.link(program) }
            #expect(expected.isEmpty, "parsed and linked")
        } catch {
            #expect(error.description.contains(expected), "\(error)")
            #expect(!expected.isEmpty)
        }
    }

    @Test func withoutALicenceSectionThereIsNoLicence() throws {
        let bytes = try Self.replacing("license", "licence", in: "maps")
        #expect(try ObjectFile(parsing: bytes).licence == "")
    }

    /// Compilers before LLVM 9 gave functions no type: the section is one program, named by the symbol at its start.
    @Test func functionsWithoutATypeAreFound() throws {
        var bytes = try Fixture.bytes("sections")
        let names = try ObjectFile(parsing: bytes).programs.map(\.name)
        // STT_FUNC with global binding becomes STT_NOTYPE: in a symbol the byte after the name's four.
        let table = Self.offsetOfSymbols(bytes)
        for symbol in stride(from: table.lowerBound, to: table.upperBound, by: 24) where bytes[symbol + 4] == 0x12 {
            bytes[symbol + 4] = 0x10
        }
        let object = try ObjectFile(parsing: bytes)
        #expect(object.programs.map(\.name) == names)
        #expect(try object.link(programNamed: "netkit_peer").instructions.count == 2)
    }

    /// Where the section header of type SHT_SYMTAB says that the symbols are.
    private static func offsetOfSymbols(_ bytes: [UInt8]) -> Range<Int> {
        func number(_ offset: Int) -> Int {
            (0..<8).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        for header in stride(from: number(40), to: bytes.count, by: 64) where bytes[header + 4] == 2 {
            return number(header + 24)..<number(header + 24) + number(header + 32)
        }
        return 0..<0
    }

    @Test func relocationsPointingAstrayAreNamed() throws {
        // The weak function's symbol moved by an instruction.
        var bytes = try Fixture.bytes("subprograms")
        let table = Self.offsetOfSymbols(bytes)
        for symbol in stride(from: table.lowerBound, to: table.upperBound, by: 24)
        where bytes[symbol + 4] == 0x22 { bytes[symbol + 8] += 8; bytes[symbol + 16] -= 8 }
        let object = try ObjectFile(parsing: bytes)
        #expect {
            try object.link(programNamed: "second_outgoing")
        } throws: {
            "\($0)" == "function hook, instruction 0: no function record in .BTF.ext, "
                + "though program second_outgoing has one"
        }
        for symbol in stride(from: table.lowerBound, to: table.upperBound, by: 24)
        where bytes[symbol + 4] == 0x22 { bytes[symbol + 16] = 4 }
        let error = try #require(throws: ObjectFileError.self) { try ObjectFile(parsing: bytes) }
        #expect(error.description.hasPrefix("symbol hook: a function of 4 bytes at .text+216"), "\(error)")
    }
}
