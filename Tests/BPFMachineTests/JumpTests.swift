import BPFInstructionSet
import BPFMachine
import Testing

/// Which comparisons hold between two values.
struct JumpCase: Sendable, CustomTestStringConvertible {
    let bits: Int
    let left: UInt64
    let right: UInt64
    let taken: Set<Comparison>
    var testDescription: String { "\(bits) bits: \(String(left, radix: 16)), \(String(right, radix: 16))" }

    // RFC 9669, section 4.3; Linux 6.12 takes the same jumps (run with BPF_PROG_TEST_RUN).
    static let all: [JumpCase] = [
        JumpCase(bits: 64, left: 5, right: 5, taken: [.eq, .ge, .le, .sge, .sle, .set]),
        JumpCase(bits: 64, left: 4, right: 3, taken: [.ne, .gt, .ge, .sgt, .sge]),
        JumpCase(bits: 64, left: 3, right: 4, taken: [.ne, .lt, .le, .slt, .sle]),
        JumpCase(bits: 64, left: .max, right: 1, taken: [.ne, .gt, .ge, .slt, .sle, .set]),
        JumpCase(bits: 64, left: 1, right: .max, taken: [.ne, .lt, .le, .sgt, .sge, .set]),
        JumpCase(bits: 64, left: 0, right: 0, taken: [.eq, .ge, .le, .sge, .sle]),
        JumpCase(bits: 64, left: 0x1_0000_0005, right: 5, taken: [.ne, .gt, .ge, .sgt, .sge, .set]),
        JumpCase(bits: 64, left: 0x8000_0000, right: 1, taken: [.ne, .gt, .ge, .sgt, .sge]),
        // A constant is sign-extended to 64 bits
        JumpCase(
            bits: 64, left: 0xFFFF_FFFF_8000_0000, right: 0xFFFF_FFFF_8000_0000,
            taken: [.eq, .ge, .le, .sge, .sle, .set]),
        JumpCase(
            bits: 64, left: 0x8000_0000, right: 0xFFFF_FFFF_8000_0000, taken: [.ne, .lt, .le, .sgt, .sge, .set]),
        // The 32-bit forms see the lower halves only
        JumpCase(bits: 32, left: 0x1_0000_0005, right: 5, taken: [.eq, .ge, .le, .sge, .sle, .set]),
        JumpCase(bits: 32, left: 0xFFFF_FFFF, right: 1, taken: [.ne, .gt, .ge, .slt, .sle, .set]),
        JumpCase(bits: 32, left: 1, right: .max, taken: [.ne, .lt, .le, .sgt, .sge, .set]),
        JumpCase(bits: 32, left: 0x7_0000_0004, right: 3, taken: [.ne, .gt, .ge, .sgt, .sge]),
        JumpCase(bits: 32, left: 3, right: 4, taken: [.ne, .lt, .le, .slt, .sle]),
        JumpCase(bits: 32, left: 0x9_0000_0000, right: 0, taken: [.eq, .ge, .le, .sge, .sle]),
    ]
}

@Suite struct JumpTests {
    @Test(arguments: JumpCase.all, Comparison.allCases)
    func conditionalJump(_ testCase: JumpCase, _ comparison: Comparison) throws {
        let expected: UInt64 = testCase.taken.contains(comparison) ? 1 : 0
        let set = lddw(1, testCase.left) + lddw(2, testCase.right) + [.mov(0, 1)]
        let end: [Instruction] = [.mov(0, 0), .exit]
        let byRegister = set + [.jump(comparison, 1, 2, bits: testCase.bits, to: 1)] + end
        #expect(try TestEnvironment().run(byRegister) == expected)
        guard let constant = Int32(exactly: Int64(bitPattern: testCase.right)) else { return }
        let byConstant = set + [.jump(comparison, 1, k: constant, bits: testCase.bits, to: 1)] + end
        #expect(try TestEnvironment().run(byConstant) == expected)
    }

    @Test func jumpsGoBothWays() throws {
        // 0: to 3; 1: R0 = 7; 2: exit; 3: to 1, by the long form
        #expect(try TestEnvironment().run([.ja(2), .mov(0, 7), .exit, .ja32(-3)]) == 7)
    }

    @Test func loopRunsItsCount() throws {
        let program: [Instruction] = [
            .mov(0, 0), .mov(1, 10), .alu(.add, 0, 1), .alu(.sub, 1, k: 1), .jump(.ne, 1, k: 0, to: -3), .exit,
        ]
        #expect(try TestEnvironment().run(program) == 55)
    }

    @Test func endlessLoopUsesUpItsBudget() throws {
        let fault = try TestEnvironment().fault([.mov(0, 0), .ja(-1), .exit], budget: 100)
        #expect(fault == MachineFault(instructionIndex: 1, reason: .budgetExhausted))
    }

    @Test func budgetIsExact() throws {
        let loop: [Instruction] = [
            .mov(0, 0), .alu(.add, 0, k: 1), .jump(.ne, 0, k: 10, to: -2), .exit,
        ]
        // Ten rounds take nine jumps back.
        #expect(try TestEnvironment().run(loop, budget: 9) == 10)
        let fault = try TestEnvironment().fault(loop, budget: 8)
        #expect(fault == MachineFault(instructionIndex: 2, reason: .budgetExhausted))
    }

    @Test func runOffTheEndIsAFault() throws {
        let fault = try TestEnvironment().fault([.mov(0, 1)])
        #expect(fault == MachineFault(instructionIndex: 1, reason: .fellOffTheEnd))
    }
}
