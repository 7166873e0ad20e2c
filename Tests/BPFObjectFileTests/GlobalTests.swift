import BPFObjectFile
import Testing

@Suite struct GlobalTests {
    /// Name, section, bytes, and the type as C writes it.
    @Test(
        "LOAD-41: variables are found with section, type and bytes",
        arguments: [
            ("nic_ifindex", ".rodata", [2, 0, 0, 0], "__u32"),
            ("mac", ".rodata", [2, 0, 0, 0, 0, 1], "__u8[6]"),
            ("next_hop", ".rodata", [1, 2, 3, 4, 5, 6, 53, 0, 1, 0, 0, 10], "struct target"),
            ("enabled", ".rodata", [1], "bool"),
            ("mode", ".rodata", [7, 0, 0, 0], "enum mode"),
            ("threshold", ".data", [0xFB, 0xFF], "__s16"),
            ("packets", ".bss", [0, 0, 0, 0, 0, 0, 0, 0], "__u64"),
            ("bytes_seen", ".bss", [0, 0, 0, 0, 0, 0, 0, 0], "__u64"),
            ("configured", ".data.settings", [9, 0, 0, 0], "__u32"),
            ("limit", ".rodata.config", [0xDC, 5, 0, 0], "__u32"),
            ("seen", ".bss.counters", [0, 0, 0, 0, 0, 0, 0, 0], "__u64"),
        ] as [(String, String, [UInt8], String)])
    func variablesAreFound(name: String, section: String, bytes: [UInt8], type: String) throws {
        let object = try Fixture.object("globals")
        let variable = try #require(object.globals.first { $0.name == name })
        #expect(variable.sectionName == section)
        #expect(variable.byteCount == bytes.count)
        #expect(object.globalBytes(name) == bytes)
        #expect(object.typeDescription(variable) == type)
        #expect(variable.isStatic == (name == "bytes_seen"))
    }

    @Test(
        arguments: [
            ("nic_ifindex", .integer(0xFFFF_FFFF), [0xFF, 0xFF, 0xFF, 0xFF]),
            ("threshold", .integer(-32768), [0, 0x80]),
            ("enabled", .integer(0), [0]),
            ("mode", .integer(1), [1, 0, 0, 0]),
            ("packets", .integer(0xFFFF_FFFF_FFFF_FFFE), [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            ("mac", .bytes([9, 8, 7, 6, 5, 4]), [9, 8, 7, 6, 5, 4]),
            ("next_hop", .bytes([UInt8](repeating: 3, count: 12)), [UInt8](repeating: 3, count: 12)),
        ] as [(String, GlobalValue, [UInt8])])
    func valuesAreSet(name: String, value: GlobalValue, bytes: [UInt8]) throws {
        var object = try Fixture.object("globals")
        let before = object.globals.filter { $0.name != name }.map { object.globalBytes($0.name) }
        try object.setGlobal(name, value)
        #expect(object.globalBytes(name) == bytes)
        #expect(object.globals.filter { $0.name != name }.map { object.globalBytes($0.name) } == before)
        let variable = try #require(object.globals.first { $0.name == name })
        let whole = try #require(object.maps[variable.mapIndex].initialValue)
        #expect(Array(whole[variable.offset..<variable.offset + bytes.count]) == bytes)
    }

    @Test(
        "LOAD-43: values of the wrong size are refused",
        arguments: [
            ("nic_ifindex", .integer(-1), "variable nic_ifindex: -1 does not fit into __u32, expected 0 to 4294967295"),
            ("nic_ifindex", .integer(1 << 32), "expected 0 to 4294967295"),
            ("threshold", .integer(32768), "expected -32768 to 32767"),
            ("enabled", .integer(2), "2 does not fit into bool, expected 0 to 1"),
            ("mac", .integer(1), "an integer given for __u8[6]; give its 6 bytes"),
            ("mac", .bytes([1]), "1 bytes given, __u8[6] has 6"),
            ("nic_ifindx", .integer(1), "no such global variable in the object; did you mean 'nic_ifindex'?"),
            ("zebra_zebra", .integer(1), "it has nic_ifindex, "),
        ] as [(String, GlobalValue, String)])
    func badValuesAreRefused(name: String, value: GlobalValue, expected: String) throws {
        var object = try Fixture.object("globals")
        let error = try #require(throws: ObjectFileError.self) { try object.setGlobal(name, value) }
        #expect(error.description.contains(expected), "\(error)")
    }
}
