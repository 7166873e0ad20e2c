import BPFObjectFile
import LinuxABI
import Testing

@Suite struct MapTests {
    struct Expectation: Sendable, CustomTestStringConvertible {
        let name: String
        let type: MapType
        let sizes: [UInt32]
        var flags: MapFlags = []
        var testDescription: String { name }
    }

    /// Key, value and entries of every declared map.
    @Test(arguments: [
        Expectation(name: "first", type: .array, sizes: [4, 8, 4]),
        Expectation(name: "second", type: .array, sizes: [4, 8, 4]),
        Expectation(name: "flows_with_a_long_name", type: .hash, sizes: [12, 16, 1024], flags: .noPrealloc),
        Expectation(name: "sizes", type: .perCPUArray, sizes: [4, 24, 3]),
        Expectation(name: "events", type: .ringBuffer, sizes: [0, 0, 8192]),
        Expectation(name: "outer", type: .arrayOfMaps, sizes: [4, 4, 8]),
        Expectation(name: "jumps", type: .programArray, sizes: [4, 4, 4]),
    ])
    func definitions(expected: Expectation) throws {
        let map = try #require(try Fixture.object("maps").map(named: expected.name))
        #expect(map.type == expected.type)
        #expect([map.keySize, map.valueSize, map.maxEntries] == expected.sizes)
        #expect(map.flags == expected.flags)
        #expect(map.sectionName == ".maps")
        #expect(map.origin == .definition)
        #expect(map.initialValue == nil)
    }

    @Test func theRareAttributesAreRead() throws {
        let object = try Fixture.object("maps")
        let map = try #require(object.map(named: "flows_with_a_long_name"))
        #expect(map.kernelName == "flows_with_a_lo")
        #expect(map.pinning == .byName)
        #expect(map.extra == 5)
        #expect(map.numaNode == 1)
        #expect(object.btf?.description(of: map.keyTypeID) == "struct flow")
        #expect(object.btf?.description(of: map.valueTypeID) == "struct counter")
    }

    @Test("LOAD-32: slots of 'values' and templates of inner maps are read")
    func slotsAndInnerMapsAreRead() throws {
        let object = try Fixture.object("maps")
        let outer = try #require(object.map(named: "outer"))
        #expect(outer.initialSlots == [.init(index: 1, target: "first"), .init(index: 5, target: "second")])
        let inner = try #require(outer.inner)
        #expect(inner.name == "outer.inner")
        #expect(inner.type == .array)
        #expect([inner.keySize, inner.valueSize, inner.maxEntries] == [4, 8, 4])
        #expect(object.map(named: "jumps")?.initialSlots == [.init(index: 2, target: "tail")])
        #expect(object.map(named: "jumps")?.inner == nil)
    }

    struct GlobalData: Sendable, CustomTestStringConvertible {
        let name: String
        let section: String
        let origin: MapSpecification.Origin
        let flags: MapFlags
        let size: UInt32
        var testDescription: String { section }
    }

    /// Names and flags as libbpf's internal_map_name and map_is_mmapable make them.
    @Test(
        "LOAD-42: sections of global data become maps",
        arguments: [
            GlobalData(
                name: "globals.rodata", section: ".rodata", origin: .readOnlyData,
                flags: [.readOnlyProgram, .mmapable],
                size: 51),
            GlobalData(name: "globals.data", section: ".data", origin: .data, flags: .mmapable, size: 2),
            GlobalData(name: "globals.bss", section: ".bss", origin: .zeroedData, flags: .mmapable, size: 16),
            GlobalData(name: ".data.settings", section: ".data.settings", origin: .data, flags: .mmapable, size: 4),
            GlobalData(
                name: ".rodata.config", section: ".rodata.config", origin: .readOnlyData,
                flags: [.readOnlyProgram, .mmapable], size: 4),
            GlobalData(name: ".bss.counters", section: ".bss.counters", origin: .zeroedData, flags: .mmapable, size: 8),
        ])
    func globalDataBecomesMaps(expected: GlobalData) throws {
        let object = try Fixture.object("globals")
        let map = try #require(object.map(named: expected.name))
        #expect(object.map(named: expected.section) == map)
        #expect(map.sectionName == expected.section)
        #expect(map.origin == expected.origin)
        #expect(map.isFrozen == (expected.origin == .readOnlyData))
        #expect(map.flags == expected.flags)
        #expect(map.type == .array)
        #expect([map.keySize, map.valueSize, map.maxEntries] == [4, expected.size, 1])
        #expect(map.initialValue?.count == Int(expected.size))
        #expect(object.btf?[map.valueTypeID]?.name == expected.section)
    }

    /// libbpf keeps seven places at least for the section, and none for the object where the section has two dots.
    @Test(arguments: [
        ("my_object_name", "my_objec.rodata"), ("x", "x.rodata"), ("", ".rodata"), ("a-b c", "a_b_c.rodata"),
    ])
    func globalDataNamesFollowLibbpf(object: String, expected: String) throws {
        let parsed = try ObjectFile(parsing: Fixture.bytes("globals"), objectName: object)
        #expect(parsed.maps.contains { $0.name == expected && $0.sectionName == ".rodata" })
    }

    @Test func sectionsWithStaticVariablesOnlyAreNotMmapable() throws {
        // Only a static format string: nothing for user space to map.
        let map = try #require(try Fixture.object("sections").map(named: ".rodata"))
        #expect(map.name == "sections.rodata")
        #expect(map.flags == .readOnlyProgram)
        #expect(map.initialValue == Array("length %u".utf8) + [0])
    }
}
