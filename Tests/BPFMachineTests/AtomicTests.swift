import BPFInstructionSet
import BPFMachine
import Testing

/// One atomic operation on 0xF0F0F0F0_00000005 in memory.
struct AtomicCase: Sendable, CustomTestStringConvertible {
    let title: String
    let operation: Int32
    let width: Width
    let operand: UInt64
    /// R0 before, for compare and exchange.
    var comparand: UInt64 = 0
    /// Memory afterwards, 8 bytes.
    let stored: UInt64
    /// The source register afterwards, or R0 for compare and exchange.
    let register: UInt64

    var testDescription: String { "\(title) \(width.byteCount * 8)" }
    var isCompareExchange: Bool { operation == 0xF1 }

    static let old: UInt64 = 0xF0F0_F0F0_0000_0005

    // RFC 9669, section 5.3; the 32-bit forms zero-extend what they fetch. Linux 6.12 gives the same (run with
    // BPF_PROG_TEST_RUN, on the stack).
    static let all: [AtomicCase] = [
        AtomicCase(
            title: "add", operation: 0x00, width: .double, operand: 3, stored: 0xF0F0_F0F0_0000_0008, register: 3),
        AtomicCase(
            title: "add, fetch", operation: 0x01, width: .double, operand: .max, stored: 0xF0F0_F0F0_0000_0004,
            register: old),
        AtomicCase(
            title: "add", operation: 0x00, width: .word, operand: 0xFFFF_FFFF, stored: 0xF0F0_F0F0_0000_0004,
            register: 0xFFFF_FFFF),
        AtomicCase(
            title: "add, fetch", operation: 0x01, width: .word, operand: .max, stored: 0xF0F0_F0F0_0000_0004,
            register: 5),
        AtomicCase(
            title: "or", operation: 0x40, width: .double, operand: 0xF000_0000_0000_000A,
            stored: 0xF0F0_F0F0_0000_000F, register: 0xF000_0000_0000_000A),
        AtomicCase(
            title: "or, fetch", operation: 0x41, width: .double, operand: 0xA, stored: 0xF0F0_F0F0_0000_000F,
            register: old),
        AtomicCase(
            title: "or", operation: 0x40, width: .word, operand: 0xA, stored: 0xF0F0_F0F0_0000_000F, register: 0xA),
        AtomicCase(
            title: "or, fetch", operation: 0x41, width: .word, operand: .max, stored: 0xF0F0_F0F0_FFFF_FFFF,
            register: 5),
        AtomicCase(title: "and", operation: 0x50, width: .double, operand: 4, stored: 4, register: 4),
        AtomicCase(
            title: "and, fetch", operation: 0x51, width: .double, operand: 0xF000_0000_0000_0004,
            stored: 0xF000_0000_0000_0004, register: old),
        AtomicCase(title: "and", operation: 0x50, width: .word, operand: 4, stored: 0xF0F0_F0F0_0000_0004, register: 4),
        AtomicCase(
            title: "and, fetch", operation: 0x51, width: .word, operand: 0, stored: 0xF0F0_F0F0_0000_0000,
            register: 5),
        AtomicCase(
            title: "xor", operation: 0xA0, width: .double, operand: old, stored: 0, register: old),
        AtomicCase(
            title: "xor, fetch", operation: 0xA1, width: .double, operand: 1, stored: 0xF0F0_F0F0_0000_0004,
            register: old),
        AtomicCase(title: "xor", operation: 0xA0, width: .word, operand: 1, stored: 0xF0F0_F0F0_0000_0004, register: 1),
        AtomicCase(
            title: "xor, fetch", operation: 0xA1, width: .word, operand: .max, stored: 0xF0F0_F0F0_FFFF_FFFA,
            register: 5),
        AtomicCase(title: "xchg", operation: 0xE1, width: .double, operand: 7, stored: 7, register: old),
        AtomicCase(
            title: "xchg", operation: 0xE1, width: .word, operand: 0xAAAA_AAAA_0000_0007,
            stored: 0xF0F0_F0F0_0000_0007, register: 5),
        AtomicCase(
            title: "cmpxchg, equal", operation: 0xF1, width: .double, operand: 7, comparand: old, stored: 7,
            register: old),
        AtomicCase(
            title: "cmpxchg, not equal", operation: 0xF1, width: .double, operand: 7, comparand: 5, stored: old,
            register: old),
        AtomicCase(
            title: "cmpxchg, equal below", operation: 0xF1, width: .word, operand: 7,
            comparand: 0xFFFF_FFFF_0000_0005, stored: 0xF0F0_F0F0_0000_0007, register: 5),
        AtomicCase(
            title: "cmpxchg, not equal", operation: 0xF1, width: .word, operand: 7, comparand: 6, stored: old,
            register: 5),
    ]
}

@Suite struct AtomicTests {
    @Test("VER-93: atomics", arguments: AtomicCase.all)
    func atomicOperation(_ testCase: AtomicCase) throws {
        let memory = (0..<8).map { UInt8(truncatingIfNeeded: AtomicCase.old >> (8 * $0)) }
        let environment = TestEnvironment(memory: [0xCC] + memory + [0xDD])
        var program = lddw(2, testCase.operand) + lddw(0, testCase.comparand)
        program.append(.atomic(testCase.width, testCase.operation, 1, 1, 2))
        if testCase.isCompareExchange {
            // The source register stays.
            program += lddw(3, testCase.operand) + [.jump(.eq, 2, 3, to: 1), .mov(0, 0), .exit]
        } else {
            program += [.alu(.mov, 0, 2), .exit]
        }
        #expect(try environment.run(program) == testCase.register)
        let stored = (0..<8).map { UInt8(truncatingIfNeeded: testCase.stored >> (8 * $0)) }
        #expect(environment.memory == [0xCC] + stored + [0xDD])
    }

    @Test func everyAtomicOperationHasACaseInBothWidths() {
        for operation: Int32 in [0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xA0, 0xA1, 0xE1, 0xF1] {
            for width in [Width.word, .double] {
                #expect(AtomicCase.all.contains { $0.operation == operation && $0.width == width })
            }
        }
    }
}
