import BPFObjectFile
import Testing

/// Broken files give an error or an object, never a crash or a hang; libelf accepts nearly anything.
@Suite struct HostileInputTests {
    /// Does with an object whatever a user can do with it.
    private static func exercise(_ bytes: [UInt8]) {
        guard var object = try? ObjectFile(parsing: bytes, objectName: "hostile") else { return }
        for program in object.programs { _ = try? object.link(program) }
        for variable in object.globals {
            _ = object.typeDescription(variable)
            try? object.setGlobal(variable.name, .integer(1))
            try? object.setGlobal(variable.name, .bytes([UInt8](repeating: 1, count: variable.byteCount)))
        }
        guard let btf = object.btf else { return }
        for id in btf.types.indices {
            _ = btf.description(of: UInt32(id))
            _ = try? btf.byteCount(of: UInt32(id))
        }
    }

    /// Every 97th byte, each of its bits in turn.
    @Test(arguments: Fixture.all)
    func flippedBits(name: String) throws {
        let original = try Fixture.bytes(name)
        for (round, position) in stride(from: 0, to: original.count, by: 97).enumerated() {
            var bytes = original
            bytes[position] ^= 1 << (round % 8)
            Self.exercise(bytes)
        }
    }

    @Test(arguments: Fixture.all)
    func truncations(name: String) throws {
        let original = try Fixture.bytes(name)
        for count in stride(from: 0, to: original.count, by: 97) {
            let bytes = Array(original.prefix(count))
            // The section headers stand at the end: nothing shorter is whole.
            #expect(throws: ObjectFileError.self) { try ObjectFile(parsing: bytes) }
        }
    }

    /// Words that are wrong in the worst way: every field of every section header set to what overflows or points astray.
    @Test(arguments: ["maps", "subprograms"], [0, 0x8000_0000, 0xFFFF_FFFF] as [UInt32])
    func wildSectionHeaders(name: String, value: UInt32) throws {
        let original = try Fixture.bytes(name)
        let table = original.count - 64 * Int(original[60])
        for position in stride(from: table, to: original.count, by: 4) {
            var bytes = original
            for index in 0..<4 { bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
            Self.exercise(bytes)
        }
    }
}
