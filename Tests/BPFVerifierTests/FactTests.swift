import BPFInstructionSet
import LinuxABI
import Testing

@testable import BPFVerifier

/// What the proof hands on: to the translation of accesses, and to the runtime.
@Suite struct FactTests {
    private func verified(_ name: String) throws -> VerifiedProgram {
        let recorded = try #require(KernelRecording.kernel612.cases.first { $0.name == name })
        return try BPFVerifier.verify(recorded.program)
    }

    @Test func packetProgram() throws {
        let program = try verified("packet write")
        let accesses = program.facts.compactMap(\.access)
        #expect(
            accesses == [.context(offset: 76, size: 4), .context(offset: 80, size: 4), .packet, .packet])
        #expect(program.writesPacketDirectly)
        #expect(!program.usesTimestampType)
    }

    @Test func readingIsNoDirectWrite() throws {
        #expect(try !verified("proven packet access").writesPacketDirectly)
    }

    @Test func timestampType() throws {
        #expect(try verified("context read 180 of 1").usesTimestampType)
        #expect(try !verified("context read 152 of 8").usesTimestampType)
    }

    @Test func deadCode() throws {
        let program = try verified("dead branch")
        #expect(program.facts.map(\.isSeen) == [true, true, false, true])
    }

    @Test func mapsOfCalls() throws {
        let lookup = try verified("checked value")
        let call = try #require(lookup.source.instructions.firstIndex { $0.opcode == 0x85 })
        #expect(lookup.facts[call].map == 0)
        #expect(lookup.facts.compactMap(\.access).last == .mapValue)
        let tail = try verified("tail call")
        let jump = try #require(tail.source.instructions.firstIndex { $0.opcode == 0x85 })
        #expect(tail.facts[jump].map == 0)
        #expect(tail.facts[jump].constantKey == 1)
        let variable = try verified("tail call at a variable index")
        #expect(variable.facts.compactMap(\.constantKey).isEmpty)
    }

    @Test func subprograms() throws {
        let program = try verified("three calls in 512 bytes")
        #expect(program.subprograms.map(\.stackDepth) == [32, 256, 64])
        #expect(program.subprograms.map(\.range.lowerBound) == [0, 3, 6])
        let changing = try verified("packet pointer after a harmless global function")
        #expect(changing.subprograms.map(\.changesPacketData) == [false, false])
        #expect(changing.subprograms.map(\.isGlobal) == [true, true])
    }

    /// VER-80: the refusal names instruction and source line.
    @Test func refusalNamesItsLine() throws {
        let recorded = try #require(KernelRecording.kernel612.cases.first { $0.name == "source lines" })
        let error = #expect(throws: VerifierError.self) { try BPFVerifier.verify(recorded.program) }
        #expect(error?.instruction == 3)
        #expect(error?.line?.line == 5)
        #expect(
            error?.description
                == "EACCES: R2 invalid mem access 'scalar' at instruction 3 "
                + "(/src/program.bpf.c:5: result = *(long *)(long)skb->len;)")
        #expect(error?.log == "")
    }

    /// What Linux would look at further is refused by name.
    @Test func notModelledIsNamed() {
        let program = ProgramToVerify(
            name: "lookup",
            instructions: [
                Instruction(opcode: 0x85, immediate: 84), Instruction(opcode: 0xb7), Instruction(opcode: 0x95),
            ])
        let error = #expect(throws: VerifierError.self) { try BPFVerifier.verify(program) }
        #expect(error?.message == "not modelled: helper bpf_sk_lookup_tcp#84")
        #expect(error?.isNotModelled == true)
    }

    /// What 6.12 said of a global function with such a parameter.
    @Test(arguments: [
        ("void *", "arg#0 reference type('UNKNOWN ') size cannot be determined: -22"),
        ("struct nowhere *", "arg#0 reference type('FWD nowhere') size cannot be determined: -22"),
        ("struct pair", "Arg#0 type STRUCT in sub() is not supported yet."),
        ("union pair", "Arg#0 type UNION in sub() is not supported yet."),
        ("struct bpf_dynptr *", "not modelled: parameter struct bpf_dynptr * of a global function"),
    ])
    func refusedParametersAreTheKernels(type: String, line: String) throws {
        let instructions = try Assembler.assemble("call sub\nr0 = 0\nexit\nsub:\nr0 = 0\nexit").instructions
        let program = ProgramToVerify(
            name: "main", type: .schedCls, instructions: instructions, maps: [],
            functions: [
                FunctionRecord(startInstruction: 0, name: "main", isGlobal: true, parameters: [.context]),
                FunctionRecord(startInstruction: 3, name: "sub", isGlobal: true, parameters: [.unsupported(type)]),
            ])
        #expect {
            try BPFVerifier.verify(program, log: .failingPath)
        } throws: { error in
            (error as? VerifierError).map { ($0.log + $0.message).contains(line) } ?? false
        }
    }

    @Test func otherProgramTypesAreNamed() {
        let program = ProgramToVerify(
            name: "xdp", type: .xdp,
            instructions: [Instruction(opcode: 0xb7), Instruction(opcode: 0x95)])
        let error = #expect(throws: VerifierError.self) { try BPFVerifier.verify(program) }
        #expect(error?.message == "not modelled: program type xdp")
    }

    /// VER-12: states that never repeat end at the instruction limit.
    @Test func endlessProgress() {
        let program = ProgramToVerify(
            name: "endless",
            instructions: [
                Instruction(opcode: 0xb7), Instruction(opcode: 0x07, immediate: 1),
                Instruction(opcode: 0x55, offset: -2, immediate: -1), Instruction(opcode: 0x95),
            ])
        let verifier = Verifier(program, log: .none, instructionLimit: 20_000)
        let refusal = #expect(throws: Refusal.self) { try verifier.checkProgram() }
        #expect(refusal?.errno == .E2BIG)
        #expect(refusal?.lines == ["BPF program is too large. Processed 20001 insn"])
        #expect(Verifier.instructionLimit == 1_000_000)
    }
}
