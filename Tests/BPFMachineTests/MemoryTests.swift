import BPFInstructionSet
import BPFMachine
import Testing

/// A load from the bytes 0x80, 0x81 … 0x8F.
struct LoadCase: Sendable, CustomTestStringConvertible {
    let width: Width
    let offset: Int16
    let isSigned: Bool
    let result: UInt64
    var testDescription: String { "\(isSigned ? "s" : "u")\(width.byteCount * 8) at \(offset)" }

    // RFC 9669, section 5: little endian, zero- or sign-extended to 64 bits.
    static let all: [LoadCase] = [
        LoadCase(width: .byte, offset: 0, isSigned: false, result: 0x80),
        LoadCase(width: .byte, offset: 15, isSigned: false, result: 0x8F),
        LoadCase(width: .half, offset: 0, isSigned: false, result: 0x8180),
        LoadCase(width: .half, offset: 13, isSigned: false, result: 0x8E8D),
        LoadCase(width: .word, offset: 0, isSigned: false, result: 0x8382_8180),
        LoadCase(width: .word, offset: 12, isSigned: false, result: 0x8F8E_8D8C),
        LoadCase(width: .double, offset: 0, isSigned: false, result: 0x8786_8584_8382_8180),
        LoadCase(width: .double, offset: 8, isSigned: false, result: 0x8F8E_8D8C_8B8A_8988),
        LoadCase(width: .byte, offset: 0, isSigned: true, result: 0xFFFF_FFFF_FFFF_FF80),
        LoadCase(width: .half, offset: 0, isSigned: true, result: 0xFFFF_FFFF_FFFF_8180),
        LoadCase(width: .word, offset: 1, isSigned: true, result: 0xFFFF_FFFF_8483_8281),
    ]
}

@Suite struct MemoryTests {
    static let bytes: [UInt8] = [UInt8](0x80...0x8F)

    @Test(arguments: LoadCase.all)
    func loadFromContext(_ testCase: LoadCase) throws {
        let program: [Instruction] = [
            .load(testCase.width, 0, 1, testCase.offset, signed: testCase.isSigned), .exit,
        ]
        #expect(try TestEnvironment(memory: Self.bytes).run(program) == testCase.result)
    }

    @Test(arguments: LoadCase.all)
    func loadFromFrame(_ testCase: LoadCase) throws {
        let program =
            lddw(2, 0x8786_8584_8382_8180) + lddw(3, 0x8F8E_8D8C_8B8A_8988) + [
                .store(.double, 10, -16, 2), .store(.double, 10, -8, 3),
                .load(testCase.width, 0, 10, testCase.offset - 16, signed: testCase.isSigned), .exit,
            ]
        #expect(try TestEnvironment().run(program) == testCase.result)
    }

    @Test(arguments: Width.allCases)
    func storeWritesItsBytesOnly(_ width: Width) throws {
        let value: UInt64 = 0x1122_3344_5566_7788
        let expected = (0..<16).map { index -> UInt8 in
            let position = index - 3
            return (0..<width.byteCount).contains(position) ? UInt8(truncatingIfNeeded: value >> (8 * position)) : 0xAA
        }
        let byRegister = TestEnvironment(memory: [UInt8](repeating: 0xAA, count: 16))
        _ = try byRegister.run(lddw(2, value) + [.store(width, 1, 3, 2), .mov(0, 0), .exit])
        #expect(byRegister.memory == expected)

        // In the frame, read back as 8 bytes: what was around stays.
        let inFrame =
            lddw(2, value) + [
                .store(.double, 10, -8, k: -1), .store(width, 10, -8, 2), .load(.double, 0, 10, -8), .exit,
            ]
        let mask: UInt64 = width == .double ? .max : 1 << (8 * width.byteCount) - 1
        #expect(try TestEnvironment().run(inFrame) == value & mask | ~mask)
    }

    @Test(arguments: Width.allCases)
    func storeOfConstantIsSignExtended(_ width: Width) throws {
        let environment = TestEnvironment(memory: [UInt8](repeating: 0xAA, count: 8))
        _ = try environment.run([.store(width, 1, 0, k: -2), .mov(0, 0), .exit])
        let expected = (0..<8).map { $0 >= width.byteCount ? 0xAA : $0 == 0 ? 0xFE : 0xFF as UInt8 }
        #expect(environment.memory == expected)

        let inFrame: [Instruction] = [.store(width, 10, -512, k: -2), .load(width, 0, 10, -512, signed: false), .exit]
        let mask: UInt64 = width == .double ? .max : 1 << (8 * width.byteCount) - 1
        #expect(try TestEnvironment().run(inFrame) == 0xFFFF_FFFF_FFFF_FFFE & mask)
    }

    // MARK: Faults

    /// Just inside and just outside of sixteen bytes, for each width.
    @Test(arguments: Width.allCases, [-1, 0, 1] as [Int16])
    func loadAtTheEdges(_ width: Width, _ shift: Int16) throws {
        let environment = TestEnvironment(memory: Self.bytes)
        let last = Int16(16 - width.byteCount)
        let atEnd = try environment.fault([.mov(0, 0), .load(width, 0, 1, last + shift), .exit])
        let atStart = try environment.fault([.mov(0, 0), .load(width, 0, 1, shift), .exit])
        func fault(_ offset: Int16) -> MachineFault {
            let address = environment.address &+ UInt64(bitPattern: Int64(offset))
            return MachineFault(
                instructionIndex: 1, reason: .loadOutOfBounds(address: address, byteCount: width.byteCount))
        }
        #expect(atEnd == (shift > 0 ? fault(last + shift) : nil))
        #expect(atStart == (shift < 0 ? fault(shift) : nil))
    }

    @Test(arguments: Width.allCases)
    func storeBeyondTheEnd(_ width: Width) throws {
        let environment = TestEnvironment(memory: Self.bytes)
        let offset = Int16(17 - width.byteCount)
        let expected = MachineFault(
            instructionIndex: 0,
            reason: .storeOutOfBounds(address: environment.address + UInt64(offset), byteCount: width.byteCount))
        #expect(try environment.fault([.store(width, 1, offset, 2), .exit]) == expected)
        #expect(try environment.fault([.store(width, 1, offset, k: 1), .exit]) == expected)
        #expect(environment.memory == Self.bytes)
    }

    @Test func storeToReadOnlyMemory() throws {
        let environment = TestEnvironment(memory: Self.bytes, writable: false)
        #expect(try environment.run([.load(.byte, 0, 1, 3), .exit]) == 0x83)
        // The load's guess at the region must not let the store through.
        let program: [Instruction] = [.load(.byte, 0, 1, 0), .store(.byte, 1, 0, k: 1), .exit]
        let reason = MachineFault.Reason.storeOutOfBounds(address: environment.address, byteCount: 1)
        #expect(try environment.fault(program) == MachineFault(instructionIndex: 1, reason: reason))
        let atomic: [Instruction] = [.mov(2, 1), .atomic(.word, 0, 1, 0, 2), .exit]
        let expected = MachineFault.Reason.storeOutOfBounds(address: environment.address, byteCount: 4)
        #expect(try environment.fault(atomic) == MachineFault(instructionIndex: 1, reason: expected))
        #expect(environment.memory == Self.bytes)
    }

    @Test func nullAndWrappedAddressesFault() throws {
        let null: [Instruction] = [.mov(2, 0), .load(.double, 0, 2), .exit]
        #expect(
            try TestEnvironment().fault(null)
                == MachineFault(instructionIndex: 1, reason: .loadOutOfBounds(address: 0, byteCount: 8)))
        let wrapped: [Instruction] = [.mov(2, -4), .load(.double, 0, 2), .exit]
        #expect(
            try TestEnvironment().fault(wrapped)
                == MachineFault(instructionIndex: 1, reason: .loadOutOfBounds(address: .max - 3, byteCount: 8)))
    }

    @Test(arguments: [0, -520, -511] as [Int16])
    func accessOutsideTheFrameFaults(_ offset: Int16) throws {
        // -511 is inside; 8 bytes at 0 and at -520 are not.
        let fault = try TestEnvironment().fault([.mov(0, 0), .load(.double, 0, 10, offset), .exit])
        #expect((fault == nil) == (offset == -511))
        #expect(fault.map(\.instructionIndex) ?? 1 == 1)
    }

    @Test func aCalleeReachesItsCallersFrameAndNotTheOtherWayRound() throws {
        // R0 = *(R1), with R1 at the caller's frame
        let down: [Instruction] = [
            .store(.double, 10, -8, k: 42), .alu(.mov, 1, 10), .alu(.add, 1, k: -8), .callSubprogram(1), .exit,
            .load(.double, 0, 1), .exit,
        ]
        #expect(try TestEnvironment().run(down) == 42)
        // The callee returns an address of its own frame, which is gone when the caller looks.
        let up: [Instruction] = [
            .callSubprogram(2), .load(.double, 0, 0), .exit,
            .store(.double, 10, -8, k: 42), .alu(.mov, 0, 10), .alu(.add, 0, k: -8), .exit,
        ]
        let fault = try TestEnvironment().fault(up)
        #expect(fault?.instructionIndex == 1)
    }
}
