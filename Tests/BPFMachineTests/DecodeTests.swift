import BPFInstructionSet
import BPFMachine
import Testing

/// A program that doesn't decode.
struct RefusedCase: Sendable, CustomTestStringConvertible {
    let title: String
    let instructions: [Instruction]
    /// Where the error points.
    var index = 0
    /// What its text contains.
    let text: String
    var testDescription: String { title }

    static let all: [RefusedCase] = [
        RefusedCase(title: "no instructions", instructions: [], text: "no instructions"),
        RefusedCase(
            title: "unknown opcode", instructions: [.mov(0, 0), Instruction(opcode: 0xFF), .exit], index: 1,
            text: "unknown opcode ff"),
        RefusedCase(
            title: "callx", instructions: [Instruction(opcode: 0x8D, destination: 2), .exit],
            text: "not modelled: CALLX"),
        RefusedCase(
            title: "may_goto", instructions: [Instruction(opcode: 0xE5, offset: 1), .exit, .exit],
            text: "not modelled: may_goto"),
        RefusedCase(
            title: "address space cast",
            instructions: [Instruction(opcode: 0xBF, destination: 1, source: 1, offset: 1, immediate: 1), .exit],
            text: "not modelled: a cast between address spaces"),
        RefusedCase(
            title: "destination r11", instructions: [.mov(11, 0), .exit], text: "found register r11, expected r0 to r10"
        ),
        RefusedCase(
            title: "source r15", instructions: [.alu(.mov, 0, 15), .exit],
            text: "found register r15, expected r0 to r10"),
        RefusedCase(title: "mov to r10", instructions: [.mov(10, 0), .exit], text: "a write to r10"),
        RefusedCase(title: "load to r10", instructions: [.load(.byte, 10, 1), .exit], text: "a write to r10"),
        RefusedCase(
            title: "byte swap of r10",
            instructions: [Instruction(opcode: 0xDC, destination: 10, immediate: 16), .exit],
            text: "a write to r10"),
        RefusedCase(title: "lddw to r10", instructions: lddw(10, 1) + [.exit], text: "a write to r10"),
        RefusedCase(
            title: "fetch to r10", instructions: [.atomic(.double, 0x01, 1, 0, 10), .exit], text: "a write to r10"),
        RefusedCase(
            title: "jump before the start", instructions: [.ja(-2), .exit],
            text: "a jump to slot -1, expected one of the program's slots 0 to 1"),
        RefusedCase(title: "jump behind the end", instructions: [.mov(0, 0), .ja(1), .exit], index: 1, text: "slot 3"),
        RefusedCase(
            title: "long jump behind the end", instructions: [.ja32(.max), .exit], text: "a jump to slot 2147483648"),
        RefusedCase(
            title: "conditional jump behind the end", instructions: [.jump(.eq, 1, 2, to: 4), .exit], text: "slot 5"),
        RefusedCase(
            title: "jump into a 64-bit immediate load", instructions: [.ja(1)] + lddw(0, 1) + [.exit],
            text: "a jump to slot 2, inside a 64-bit immediate load"),
        RefusedCase(
            title: "call into a 64-bit immediate load",
            instructions: [.callSubprogram(2), .exit] + lddw(0, 1) + [.exit],
            text: "a call to slot 3, inside a 64-bit immediate load"),
        RefusedCase(title: "call behind the end", instructions: [.callSubprogram(1), .exit], text: "a call to slot 2"),
        RefusedCase(
            title: "kernel function", instructions: [Instruction(opcode: 0x85, source: 2, immediate: 1), .exit],
            text: "a call of a kernel function"),
        RefusedCase(
            title: "map descriptor",
            instructions: [Instruction(opcode: 0x18, source: 1, immediate: 3), Instruction(opcode: 0), .exit],
            text: "stands for mapFD"),
        RefusedCase(
            title: "half of a 64-bit immediate load", instructions: [.exit, Instruction(opcode: 0x18)], index: 1,
            text: "invalid bpf_ld_imm64 insn"),
        RefusedCase(
            title: "a second half with an opcode", instructions: [Instruction(opcode: 0x18), .exit],
            text: "invalid bpf_ld_imm64 insn"),
        RefusedCase(
            title: "second half alone", instructions: [Instruction(opcode: 0), .exit], text: "unknown opcode 00"),
        RefusedCase(
            title: "atomic on a byte", instructions: [.atomic(.byte, 0, 1, 0, 2), .exit], text: "unknown opcode d3"),
        RefusedCase(
            title: "unknown atomic", instructions: [.atomic(.word, 0x10, 1, 0, 2), .exit],
            text: "invalid atomic opcode 10"),
        RefusedCase(
            title: "signed addition", instructions: [.alu(.add, 0, 1, offset: 1), .exit],
            text: "BPF_ALU uses reserved fields"),
        RefusedCase(
            title: "move from 24 bits", instructions: [.alu(.mov, 0, 1, offset: 24), .exit],
            text: "BPF_MOV uses reserved fields"),
        RefusedCase(
            title: "byte swap of 8 bits", instructions: [Instruction(opcode: 0xDC, immediate: 8), .exit],
            text: "BPF_END uses reserved fields"),
        RefusedCase(
            title: "exit with an immediate", instructions: [Instruction(opcode: 0x95, immediate: 1)],
            text: "BPF_EXIT uses reserved fields"),
    ]
}

@Suite struct DecodeTests {
    @Test(arguments: RefusedCase.all)
    func refusedProgram(_ testCase: RefusedCase) {
        let error = #expect(throws: DecodeError.self) { try DecodedProgram(testCase.instructions) }
        #expect(error?.instructionIndex == testCase.index)
        #expect(error?.description.contains(testCase.text) == true, "\(error?.description ?? "")")
    }

    /// Each row of the instruction table decodes, but for those that the machine refuses by name.
    @Test(arguments: BPFInstructionSet.Operation.all)
    func everyRowOfTheInstructionTable(_ row: BPFInstructionSet.Operation) throws {
        let refused =
            switch row.form {
            case .call(.register), .call(.kernelFunction), .mayGoto, .addressSpaceCast: true
            case .loadImmediate64(let meaning): meaning != .constant
            default: false
            }
        let first = row.instruction(destination: 1, source: 2, immediate: row.form == .addressSpaceCast ? 1 : 0)
        let second = row.form.slotCount == 2 ? [Instruction(opcode: 0)] : []
        let program = [first] + second + [.exit]
        if refused {
            #expect(throws: DecodeError.self) { try DecodedProgram(program) }
        } else {
            #expect(try DecodedProgram(program).instructionCount == program.count)
        }
    }
}
