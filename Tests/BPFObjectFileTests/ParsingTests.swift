import BPFInstructionSet
import BPFObjectFile
import LinuxABI
import Testing

@Suite struct ParsingTests {
    @Test(arguments: Fixture.all)
    func everyFixtureParses(name: String) throws {
        let object = try Fixture.object(name)
        #expect(!object.programs.isEmpty)
        #expect(object.btf != nil)
    }

    @Test(arguments: [
        ("globals", "Dual BSD/GPL"), ("subprograms", "GPL"), ("sections", ""),
    ])
    func licence(name: String, expected: String) throws {
        #expect(try Fixture.object(name).licence == expected)
    }

    @Test("LOAD-49: programs are listed by section and position, those of '?' sections off")
    func programsAreListedBySectionAndPosition() throws {
        let programs = try Fixture.object("subprograms").programs
        #expect(programs.map(\.name) == ["outgoing", "second_outgoing", "on_request"])
        #expect(programs.map(\.sectionName) == ["netkit/peer", "netkit/peer", "tc"])
        #expect(programs.map(\.section.isAutoloaded) == [true, true, false])
        #expect(programs.map(\.sectionInstruction) == [0, 31, 0])
        #expect(programs.map(\.instructions.count) == [31, 13, 2])
    }

    /// libbpf's section_defs, and the custom that a suffix of `tc`, `classifier` and `action` means nothing.
    @Test(
        "MP-44: section names give program and attach types",
        arguments: [
            ("netkit_primary", .schedCls, .netkitPrimary, "sched_cls"),
            ("netkit_peer", .schedCls, .netkitPeer, "sched_cls"),
            ("netkit_unknown", nil, nil, nil),
            ("tcx_ingress", .schedCls, .tcxIngress, "sched_cls"),
            ("tcx_egress", .schedCls, .tcxEgress, "sched_cls"),
            ("tc_ingress", .schedCls, .tcxIngress, "sched_cls"),
            ("tc_egress", .schedCls, .tcxEgress, "sched_cls"),
            ("tc_tail", .schedCls, nil, "sched_cls"),
            ("plain_tc", .schedCls, nil, "sched_cls"),
            ("plain_classifier", .schedCls, nil, "sched_cls"),
            ("classifier_first", .schedCls, nil, "sched_cls"),
            ("plain_action", .schedAct, nil, "sched_act"),
            ("plain_xdp", .xdp, nil, "xdp"),
            ("plain_socket", .socketFilter, nil, "socket_filter"),
            ("cgroup_egress", nil, nil, "cgroup_skb"),
            ("traced", nil, nil, "tracing"),
            ("from_container", nil, nil, nil),
        ] as [(String, ProgramType?, AttachType?, String?)])
    func sectionNamesGiveTypes(
        program: String, type: ProgramType?, attachType: AttachType?, typeName: String?
    ) throws {
        let found = try #require(try Fixture.object("sections").program(named: program))
        #expect(found.type == type)
        #expect(found.attachType == attachType)
        #expect(found.section.typeName == typeName)
    }

    @Test(arguments: [
        ("a/b/program.bpf.o", "program"), ("x", "x"), ("folder/.hidden", ""),
    ])
    func objectNamesComeFromPaths(path: String, expected: String) {
        #expect(ObjectName.object(ofPath: path) == expected)
    }

    /// Offsets into a 64-byte ELF header, the value put there, and a word of the error.
    @Test(
        arguments: [
            (0, 0x7E, "magic"), (4, 1, "ELF class 1"), (5, 2, "not modelled: a big-endian object"),
            (5, 7, "encoding 7"), (16, 2, "ELF type 2"), (18, 62, "ELF machine 62"), (58, 63, "63 bytes"),
            (62, 0xFE, "section names"), (41, 0xFF, "section header"),
        ] as [(Int, UInt8, String)])
    func brokenHeadersAreNamed(offset: Int, value: UInt8, expected: String) throws {
        var bytes = try Fixture.bytes("sections")
        bytes[offset] = value
        let error = try #require(throws: ObjectFileError.self) { try ObjectFile(parsing: bytes) }
        #expect(error.description.contains(expected), "\(error)")
    }

    @Test(arguments: [0, 3, 63])
    func shortFilesAreRefused(count: Int) throws {
        let bytes = Array(try Fixture.bytes("sections").prefix(count))
        #expect(throws: ObjectFileError.self) { try ObjectFile(parsing: bytes) }
    }
}
