import BPFInstructionSet
import BPFMachine
import Testing

/// One operation on two values; run with the second in a register, and as a constant where it fits.
struct ArithmeticCase: Sendable, CustomTestStringConvertible {
    let code: Code
    let bits: Int
    let left: UInt64
    let right: UInt64
    let result: UInt64
    var isSigned = false

    var testDescription: String {
        "\(isSigned ? "s" : "")\(code)\(bits) \(String(left, radix: 16)), \(String(right, radix: 16))"
    }

    private static let minimum64: UInt64 = 0x8000_0000_0000_0000
    private static let minimum32: UInt64 = 0x8000_0000
    private static let minusOne = UInt64.max
    /// Minus one in 32 bits, with the upper half clear.
    private static let minusOne32: UInt64 = 0xFFFF_FFFF
    private static let mixed: UInt64 = 0x1234_5678_9ABC_DEF0

    private static func signed(_ code: Code, _ bits: Int, _ left: UInt64, _ right: UInt64, _ result: UInt64) -> Self {
        Self(code: code, bits: bits, left: left, right: right, result: result, isSigned: true)
    }

    private static func unsigned(_ code: Code, _ bits: Int, _ left: UInt64, _ right: UInt64, _ result: UInt64) -> Self {
        Self(code: code, bits: bits, left: left, right: right, result: result)
    }

    // Results are those that RFC 9669, section 4.1, prescribes; Linux 6.12 gives the same for all of them (run with
    // BPF_PROG_TEST_RUN, operands read from the packet).
    static let all: [ArithmeticCase] = [
        // Wrapping, and the upper half cleared by the 32-bit forms
        unsigned(.add, 64, minusOne, 2, 1),
        unsigned(.add, 64, 1, minusOne, 0),
        unsigned(.add, 32, mixed, 0x10, 0x9ABC_DF00),
        unsigned(.add, 32, minusOne, 2, 1),
        unsigned(.sub, 64, 0, 1, minusOne),
        unsigned(.sub, 64, 5, minusOne, 6),
        unsigned(.sub, 32, 0, 1, minusOne32),
        unsigned(.mul, 64, mixed, 0x100, 0x3456_789A_BCDE_F000),
        unsigned(.mul, 64, 3, minusOne, 0xFFFF_FFFF_FFFF_FFFD),
        unsigned(.mul, 32, mixed, 0x100, 0xBCDE_F000),
        unsigned(.mul, 32, minimum32, minusOne, minimum32),
        unsigned(.or, 64, mixed, 0x0F, 0x1234_5678_9ABC_DEFF),
        unsigned(.or, 64, 1, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_8000_0001),
        unsigned(.or, 32, mixed, 0x0F, 0x9ABC_DEFF),
        unsigned(.and, 64, mixed, 0xFFFF_FFFF_FFFF_FF00, 0x1234_5678_9ABC_DE00),
        unsigned(.and, 64, mixed, 0xFF, 0xF0),
        unsigned(.and, 32, mixed, 0xFFFF_FFFF_FFFF_FF00, 0x9ABC_DE00),
        unsigned(.xor, 64, mixed, minusOne, 0xEDCB_A987_6543_210F),
        unsigned(.xor, 32, mixed, minusOne, 0x6543_210F),
        unsigned(.mov, 64, 0, 0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_8000_0000),
        unsigned(.mov, 64, 0, mixed, mixed),
        unsigned(.mov, 32, minusOne, 0xFFFF_FFFF_8000_0000, 0x8000_0000),
        unsigned(.mov, 32, minusOne, mixed, 0x9ABC_DEF0),
        // Shift counts are taken modulo the width
        unsigned(.lsh, 64, 1, 63, minimum64),
        unsigned(.lsh, 64, 1, 64, 1),
        unsigned(.lsh, 64, 1, 65, 2),
        unsigned(.lsh, 64, 1, minusOne, minimum64),
        unsigned(.lsh, 32, mixed, 4, 0xABCD_EF00),
        unsigned(.lsh, 32, 1, 31, minimum32),
        unsigned(.lsh, 32, mixed, 32, 0x9ABC_DEF0),
        unsigned(.lsh, 32, 1, 33, 2),
        unsigned(.rsh, 64, minimum64, 63, 1),
        unsigned(.rsh, 64, minimum64, 64, minimum64),
        unsigned(.rsh, 64, minusOne, 60, 0xF),
        unsigned(.rsh, 32, mixed, 4, 0x09AB_CDEF),
        unsigned(.rsh, 32, minusOne, 31, 1),
        unsigned(.rsh, 32, mixed, 32, 0x9ABC_DEF0),
        unsigned(.arsh, 64, minimum64, 63, minusOne),
        unsigned(.arsh, 64, minimum64, 64, minimum64),
        unsigned(.arsh, 64, 0x4000_0000_0000_0000, 62, 1),
        unsigned(.arsh, 64, minimum64, minusOne, minusOne),
        unsigned(.arsh, 32, minimum32, 31, minusOne32),
        unsigned(.arsh, 32, mixed, 32, 0x9ABC_DEF0),
        unsigned(.arsh, 32, 0x1_4000_0000, 30, 1),
        // Unsigned division; by zero gives 0, and the remainder is the dividend
        unsigned(.div, 64, minusOne, 10, 0x1999_9999_9999_9999),
        unsigned(.div, 64, mixed, 0, 0),
        unsigned(.div, 64, 10, minusOne, 0),
        unsigned(.div, 64, minimum64, minusOne, 0),
        unsigned(.div, 32, minusOne, 10, 0x1999_9999),
        unsigned(.div, 32, mixed, 0, 0),
        unsigned(.div, 32, mixed, 0x1_0000_0000, 0),
        unsigned(.mod, 64, minusOne, 10, 5),
        unsigned(.mod, 64, mixed, 0, mixed),
        unsigned(.mod, 64, 10, minusOne, 10),
        unsigned(.mod, 32, minusOne, 10, 5),
        unsigned(.mod, 32, mixed, 0, 0x9ABC_DEF0),
        unsigned(.mod, 32, mixed, 0x1_0000_0000, 0x9ABC_DEF0),
        // Signed division truncates towards zero
        signed(.div, 64, UInt64(bitPattern: -7), 2, UInt64(bitPattern: -3)),
        signed(.div, 64, 7, UInt64(bitPattern: -2), UInt64(bitPattern: -3)),
        signed(.div, 64, UInt64(bitPattern: -7), UInt64(bitPattern: -2), 3),
        signed(.div, 64, UInt64(bitPattern: -7), 0, 0),
        signed(.div, 64, minimum64, minusOne, minimum64),
        signed(.div, 32, 0xFFFF_FFF9, 2, 0xFFFF_FFFD),
        signed(.div, 32, 7, UInt64(bitPattern: -2), 0xFFFF_FFFD),
        signed(.div, 32, 0xFFFF_FFF9, 0, 0),
        signed(.div, 32, minimum32, minusOne, minimum32),
        signed(.mod, 64, UInt64(bitPattern: -7), 2, minusOne),
        signed(.mod, 64, 7, UInt64(bitPattern: -2), 1),
        signed(.mod, 64, UInt64(bitPattern: -7), 0, UInt64(bitPattern: -7)),
        signed(.mod, 64, minimum64, minusOne, 0),
        signed(.mod, 32, 0xFFFF_FFF9, 2, minusOne32),
        signed(.mod, 32, 7, UInt64(bitPattern: -2), 1),
        signed(.mod, 32, UInt64(bitPattern: -7), 0, 0xFFFF_FFF9),
        signed(.mod, 32, minimum32, minusOne, 0),
    ]
}

/// One operation on one value.
struct UnaryCase: Sendable, CustomTestStringConvertible {
    let title: String
    let instruction: Instruction
    let value: UInt64
    let result: UInt64
    var testDescription: String { title }

    private static func neg(_ bits: Int, _ value: UInt64, _ result: UInt64) -> Self {
        Self(
            title: "neg\(bits) \(String(value, radix: 16))",
            instruction: Instruction(opcode: bits == 64 ? 0x87 : 0x84, destination: 1), value: value, result: result)
    }

    private static func movsx(_ bits: Int, _ from: Int16, _ value: UInt64, _ result: UInt64) -> Self {
        Self(
            title: "movsx\(bits) from \(from), \(String(value, radix: 16))",
            instruction: .alu(.mov, 1, 1, bits: bits, offset: from), value: value, result: result)
    }

    private static func order(_ name: String, _ opcode: UInt8, _ bits: Int32, _ result: UInt64) -> Self {
        Self(
            title: "\(name)\(bits)", instruction: Instruction(opcode: opcode, destination: 1, immediate: bits),
            value: 0x0102_0304_0506_0708, result: result)
    }

    // Results are those of RFC 9669, sections 4.1 and 4.2, and of Linux 6.12.
    static let all: [UnaryCase] = [
        neg(64, 1, .max),
        neg(64, 0x8000_0000_0000_0000, 0x8000_0000_0000_0000),
        neg(32, 1, 0xFFFF_FFFF),
        neg(32, 0xFFFF_FFFF_8000_0000, 0x8000_0000),
        neg(32, 0xFFFF_FFFF_0000_0000, 0),
        movsx(64, 8, 0x1280, 0xFFFF_FFFF_FFFF_FF80),
        movsx(64, 8, 0xFFFF_FF7F, 0x7F),
        movsx(64, 16, 0x12_8000, 0xFFFF_FFFF_FFFF_8000),
        movsx(64, 16, 0xFFFF_7FFF, 0x7FFF),
        movsx(64, 32, 0x12_8000_0000, 0xFFFF_FFFF_8000_0000),
        movsx(64, 32, 0xFFFF_FFFF_7FFF_FFFF, 0x7FFF_FFFF),
        movsx(32, 8, 0x1280, 0xFFFF_FF80),
        movsx(32, 8, 0xFFFF_FFFF_FFFF_FF7F, 0x7F),
        movsx(32, 16, 0x12_8000, 0xFFFF_8000),
        movsx(32, 16, 0xFFFF_FFFF_FFFF_7FFF, 0x7FFF),
        order("le", 0xD4, 16, 0x0708),
        order("le", 0xD4, 32, 0x0506_0708),
        order("le", 0xD4, 64, 0x0102_0304_0506_0708),
        order("be", 0xDC, 16, 0x0807),
        order("be", 0xDC, 32, 0x0807_0605),
        order("be", 0xDC, 64, 0x0807_0605_0403_0201),
        order("bswap", 0xD7, 16, 0x0807),
        order("bswap", 0xD7, 32, 0x0807_0605),
        order("bswap", 0xD7, 64, 0x0807_0605_0403_0201),
    ]
}

@Suite struct ArithmeticTests {
    @Test("CONF-42: arithmetic on registers", arguments: ArithmeticCase.all)
    func operationOnRegisters(_ testCase: ArithmeticCase) throws {
        let program =
            lddw(1, testCase.left) + lddw(2, testCase.right) + [
                .alu(testCase.code, 1, 2, bits: testCase.bits, offset: testCase.isSigned ? 1 : 0), .alu(.mov, 0, 1),
                .exit,
            ]
        #expect(try TestEnvironment().run(program) == testCase.result)
    }

    @Test("CONF-42: arithmetic with a constant", arguments: ArithmeticCase.all)
    func operationWithConstant(_ testCase: ArithmeticCase) throws {
        // What isn't a sign-extended 32-bit number can't be a constant.
        guard let constant = Int32(exactly: Int64(bitPattern: testCase.right)) else { return }
        let program =
            lddw(1, testCase.left) + [
                .alu(testCase.code, 1, k: constant, bits: testCase.bits, offset: testCase.isSigned ? 1 : 0),
                .alu(.mov, 0, 1), .exit,
            ]
        #expect(try TestEnvironment().run(program) == testCase.result)
    }

    @Test("VER-28: negation, sign extension and byte order", arguments: UnaryCase.all)
    func operationOnOneRegister(_ testCase: UnaryCase) throws {
        let program = lddw(1, testCase.value) + [testCase.instruction, .alu(.mov, 0, 1), .exit]
        #expect(try TestEnvironment().run(program) == testCase.result)
    }

    @Test func everyOperationHasACaseInBothWidths() {
        for code in Code.allCases {
            for bits in [32, 64] {
                #expect(ArithmeticCase.all.contains { $0.code == code && $0.bits == bits }, "\(code)\(bits)")
            }
        }
    }
}
