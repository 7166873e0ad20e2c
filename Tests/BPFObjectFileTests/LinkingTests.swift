import BPFInstructionSet
import BPFObjectFile
import Testing

@Suite struct LinkingTests {
    /// libbpf appends subprograms at first use, depth first; for this object 1.1.2 hands Linux the same instructions.
    @Test(
        arguments: [
            ("outgoing", ["outgoing", "scale", "middle", "leaf", "add_round"], [0, 31, 43, 57, 60]),
            ("second_outgoing", ["second_outgoing", "leaf", "hook", "secret"], [0, 13, 16, 18]),
            ("on_request", ["on_request"], [0]),
        ] as [(String, [String], [Int])])
    func subprogramsAreAppended(program: String, names: [String], starts: [Int]) throws {
        let linked = try Fixture.object("subprograms").link(programNamed: program)
        #expect(linked.functions.map(\.name) == names)
        #expect(linked.functions.map(\.startInstruction) == starts)
        let last = try #require(linked.functions.last)
        #expect(linked.instructions.count == last.startInstruction + last.instructionCount)
    }

    /// Calls and callback addresses by instruction, with the instruction that they reach.
    @Test(
        arguments: [
            ("outgoing", [11: 31, 13: 60, 22: 57, 40: 43, 50: 57, 54: 57]),
            ("second_outgoing", [2: 13, 5: 16, 9: 18]),
        ] as [(String, [Int: Int])])
    func distancesReachTheirTargets(program: String, expected: [Int: Int]) throws {
        let linked = try Fixture.object("subprograms").link(programNamed: program)
        var found: [Int: Int] = [:]
        for (index, instruction) in linked.instructions.enumerated() {
            let isCall = instruction.opcode == 0x85 && instruction.source == PseudoSource.call
            let isAddress = instruction.opcode == 0x18 && instruction.source == PseudoSource.function
            if isCall || isAddress { found[index] = index + 1 + Int(instruction.immediate) }
        }
        #expect(found == expected)
    }

    @Test func globalFunctionsHavePrototypes() throws {
        let linked = try Fixture.object("subprograms").link(programNamed: "outgoing")
        #expect(linked.functions.map(\.isGlobal) == [true, true, false, false, false])
        let scale = try #require(linked.functions[1].prototype)
        #expect(scale.parameters.map(\.name) == ["skb", "factor", "sums", "kind"])
        #expect(
            scale.parameters.map(\.kind) == [
                .context(structure: "__sk_buff"), .scalar(byteCount: 1, isSigned: false),
                .memory(byteCount: 16, typeName: "sums"), .scalar(byteCount: 4, isSigned: false),
            ])
        #expect(scale.returnsScalar)
        #expect(!scale.returnsVoid)
    }

    @Test func hiddenFunctionsAreStaticAndWeakOnesGlobal() throws {
        let linked = try Fixture.object("subprograms").link(programNamed: "second_outgoing")
        #expect(linked.functions.map(\.isGlobal) == [true, false, true, false])
    }

    @Test func mapsAreReferredToByInstruction() throws {
        let object = try Fixture.object("maps")
        let entry = try object.link(programNamed: "entry")
        #expect(
            entry.mapReferences.map(\.mapName) == ["flows_with_a_long_name", "sizes", "outer", "events", "jumps"])
        for reference in entry.mapReferences {
            let load = entry.instructions[reference.instructionIndex]
            #expect(load.opcode == 0x18)
            #expect(load.source == PseudoSource.mapFD)
            #expect(load.immediate == 0)
            #expect(reference.kind == .address)
            #expect(object.maps[reference.mapIndex].name == reference.mapName)
        }
        #expect(try object.link(programNamed: "tail").mapReferences.map(\.mapName) == ["first"])
    }

    @Test("LOAD-40: global variables are referred to by map and offset")
    func globalVariablesAreReferredToByOffset() throws {
        let object = try Fixture.object("globals")
        let linked = try object.link(programNamed: "count")
        let expected: [(String, UInt32)] = [
            ("globals.rodata", 24), ("globals.rodata", 28), ("globals.bss", 0), (".data.settings", 0),
            (".bss.counters", 0), ("globals.bss", 8), (".rodata.config", 0), ("globals.data", 0),
            ("globals.rodata", 12), ("globals.rodata", 4), ("globals.rodata", 32), ("globals.rodata", 0),
        ]
        #expect(linked.mapReferences.map(\.mapName) == expected.map(\.0))
        for (reference, (_, offset)) in zip(linked.mapReferences, expected) {
            #expect(reference.kind == .value(offset: offset))
            #expect(linked.instructions[reference.instructionIndex].source == PseudoSource.mapValue)
            let second = linked.instructions[reference.instructionIndex + 1]
            #expect(UInt32(bitPattern: second.immediate) == offset)
        }
    }

    @Test func descriptorsArePutInPlace() throws {
        let linked = try Fixture.object("maps").link(programNamed: "entry")
        let bound = linked.instructions { Int32(100 + $0) }
        for (index, instruction) in bound.enumerated() {
            if let reference = linked.mapReferences.first(where: { $0.instructionIndex == index }) {
                #expect(instruction.immediate == Int32(100 + reference.mapIndex))
            } else {
                #expect(instruction == linked.instructions[index])
            }
        }
    }

    @Test func linesFollowTheirInstructions() throws {
        let linked = try Fixture.object("subprograms").link(programNamed: "outgoing")
        #expect(linked.lines.map(\.instructionIndex) == linked.lines.map(\.instructionIndex).sorted())
        let first = try #require(linked.lines.first)
        #expect(first.instructionIndex == 0)
        #expect(first.file == "./Tests/BPFObjectFileTests/Fixtures/subprograms.bpf.c")
        #expect(first.text == "int outgoing(struct __sk_buff *skb)")
        let leaf = try #require(linked.lines.last { $0.instructionIndex <= 58 })
        #expect(leaf.text == "\treturn value * 3;")
        #expect(leaf.line == 17)
        #expect(leaf.column > 0)
    }

    @Test(
        arguments: [
            ("refused", "sound", nil),
            ("refused", "relocated", "not modelled: CO-RE relocation byte_off of struct sk_buff, access 0:0 "),
            ("refused", "kconfig", "not modelled: extern variable 'CONFIG_HZ' in .kconfig (function kconfig, instr"),
            ("refused", "ksym", "not modelled: extern variable 'jiffies' in .ksyms"),
            ("refused", "kfunc", "not modelled: a call of the kernel function 'bpf_dynptr_from_skb'"),
            ("refused", "operation", "not modelled: programs of type struct_ops (program operation)"),
            ("refused", "soun", "program soun: no such program in the object; did you mean 'sound'?"),
            ("legacy_maps", "uses_it", "not modelled: map 'old' in the legacy 'maps' section"),
            ("legacy_maps", "does_not", nil),
        ] as [(String, String, String?)])
    func whatIsNotModelledIsRefusedByName(fixture: String, program: String, expected: String?) throws {
        let object = try Fixture.object(fixture)
        guard let expected else {
            #expect(try object.link(programNamed: program).instructions.count == 2)
            return
        }
        let error = try #require(throws: ObjectFileError.self) { try object.link(programNamed: program) }
        #expect(error.description.hasPrefix(expected), "\(error)")
    }
}
