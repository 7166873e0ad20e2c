import BPFInstructionSet
import BPFMachine
import Testing

/// Helpers and program arrays for the tests of calls.
final class CallEnvironment: TestEnvironment {
    var programs: [UInt32: DecodedProgram] = [:]
    var requests: [UInt64] = []
    var packet: [UInt8] = []
    /// What the helper 7 throws away.
    var swallowed: MachineFault?

    override func call(
        helper: UInt32, _ r1: UInt64, _ r2: UInt64, _ r3: UInt64, _ r4: UInt64, _ r5: UInt64
    ) -> UInt64 {
        switch helper {
        case 5: return r1 &* 10000 &+ r2 &* 1000 &+ r3 &* 100 &+ r4 &* 10 &+ r5
        case 6:
            pendingFault = .refused("enough")
            return 1
        case 7:
            // Calls the subprogram in slot R1, R2 times, with the round and R3, and sums up.
            var sum: UInt64 = 0
            for round in 0..<r2 {
                do { sum &+= try callSubprogram(at: Int(truncatingIfNeeded: r1), round, r3) } catch {
                    swallowed = error
                    return 0
                }
            }
            return sum
        default: return super.call(helper: helper, r1, r2, r3, r4, r5)
        }
    }

    override func tailCallTarget(map: UInt64, index: UInt32) -> DecodedProgram? {
        requests.append(map)
        return programs[index]
    }

    override func loadAbsolute(context: UInt64, byteCount: Int, offset: Int32) -> UInt64? {
        guard offset >= 0, Int(offset) + byteCount <= packet.count else { return nil }
        return packet[Int(offset)..<Int(offset) + byteCount].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

@Suite struct CallTests {
    @Test func helperGetsFiveArgumentsAndGivesR0() throws {
        let program: [Instruction] = (1...5).map { .mov(UInt8($0), Int32($0)) } + [.call(5), .exit]
        #expect(try CallEnvironment().run(program) == 12345)
    }

    @Test func unknownHelperIsAFault() throws {
        let fault = try CallEnvironment().fault([.mov(0, 0), .call(999), .exit])
        #expect(fault == MachineFault(instructionIndex: 1, reason: .unknownHelper(999)))
    }

    @Test func helperCanEndTheRunAndTheNextRunIsClean() throws {
        let environment = CallEnvironment()
        #expect(
            try environment.fault([.call(6), .mov(0, 3), .exit])
                == MachineFault(instructionIndex: 0, reason: .refused("enough")))
        #expect(try environment.run([.mov(0, 3), .exit]) == 3)
    }

    @Test func calleeKeepsR6ToR9AndTheFramePointer() throws {
        let program: [Instruction] = [
            .mov(6, 6), .mov(7, 7), .mov(8, 8), .mov(9, 9), .store(.double, 10, -8, k: 100), .callSubprogram(7),
            .load(.double, 1, 10, -8), .alu(.add, 0, 1), .alu(.add, 0, 6), .alu(.add, 0, 7), .alu(.add, 0, 8),
            .alu(.add, 0, 9), .exit,
            .mov(6, 0), .mov(7, 0), .mov(8, 0), .mov(9, 0), .store(.double, 10, -8, k: 0), .mov(0, 1000), .exit,
        ]
        #expect(try CallEnvironment().run(program) == 1000 + 100 + 30)
    }

    /// Each level calls the next until R1 is 0.
    private static let recursion: [Instruction] = [
        .jump(.ne, 1, k: 0, to: 2), .mov(0, 1), .exit,
        .alu(.sub, 1, k: 1), .callSubprogram(-5), .alu(.add, 0, k: 1), .exit,
    ]

    @Test(arguments: [0, 7, 8] as [Int32])
    func eightFramesAndNoMore(_ depth: Int32) throws {
        let program = [.mov(1, depth)] + Self.recursion
        let environment = CallEnvironment()
        if depth < ExecutionEnvironment.maximumFrames {
            #expect(try environment.run(program) == UInt64(depth) + 1)
        } else {
            #expect(try environment.fault(program) == MachineFault(instructionIndex: 5, reason: .callDepthExceeded))
        }
    }

    @Test func callsUseUpTheBudget() throws {
        let program: [Instruction] = [.callSubprogram(1), .exit, .mov(0, 1), .exit]
        #expect(try CallEnvironment().run(program, budget: 1) == 1)
        #expect(
            try CallEnvironment().fault(program, budget: 0)
                == MachineFault(instructionIndex: 0, reason: .budgetExhausted))
    }

    // MARK: Callbacks

    /// Calls helper 7 on the subprogram in slot 5: its two arguments multiplied.
    private static let callback: [Instruction] = [
        .mov(1, 5), .mov(2, 4), .mov(3, 10), .call(7), .exit,
        .alu(.mov, 0, 1), .alu(.mul, 0, 2), .store(.double, 10, -8, 0), .mov(6, 0), .exit,
    ]

    @Test func helperCallsBack() throws {
        #expect(try CallEnvironment().run(Self.callback) == 60)
    }

    @Test func callbackKeepsTheCallersRegisters() throws {
        let program: [Instruction] =
            [
                .mov(6, 66), .store(.double, 10, -8, k: 77), .mov(1, 10), .mov(2, 4), .mov(3, 10), .call(7),
                .alu(.add, 0, 6), .load(.double, 1, 10, -8), .alu(.add, 0, 1), .exit,
            ] + Self.callback.suffix(5)
        #expect(try CallEnvironment().run(program) == 60 + 66 + 77)
    }

    @Test func faultInACallbackEndsTheRunEvenIfTheHelperSwallowsIt() throws {
        let program: [Instruction] = [
            .mov(1, 5), .mov(2, 4), .mov(3, 0), .call(7), .exit, .load(.byte, 0, 2), .exit,
        ]
        let environment = CallEnvironment()
        let expected = MachineFault(instructionIndex: 5, reason: .loadOutOfBounds(address: 0, byteCount: 1))
        #expect(try environment.fault(program) == expected)
        #expect(environment.swallowed == expected)
        #expect(try environment.run(Self.callback) == 60)
    }

    @Test func callbackWhereNoInstructionStarts() throws {
        for slot: Int32 in [1, 8, -1] {
            let program = lddw(4, 7) + [.mov(1, slot), .mov(2, 1), .call(7), .exit, .mov(0, 0), .exit]
            #expect(
                try CallEnvironment().fault(program)
                    == MachineFault(instructionIndex: 4, reason: .noSubprogram(at: Int(slot))))
        }
    }

    @Test func callbacksUseUpTheBudget() throws {
        #expect(try CallEnvironment().run(Self.callback, budget: 4) == 60)
        #expect(
            try CallEnvironment().fault(Self.callback, budget: 3)
                == MachineFault(instructionIndex: 3, reason: .budgetExhausted))
    }

    @Test func callbackInACallbackCountsFrames() throws {
        // The callback calls helper 7 on itself.
        let program: [Instruction] = [
            .mov(1, 3), .mov(2, 1), .ja(0), .mov(1, 3), .mov(2, 1), .call(7), .exit,
        ]
        #expect(
            try CallEnvironment().fault(program) == MachineFault(instructionIndex: 5, reason: .callDepthExceeded))
    }

    // MARK: Tail calls

    private static let tailCall: [Instruction] = [.mov(2, 77), .mov(3, 1), .call(12)]

    @Test func tailCallDoesNotReturn() throws {
        let environment = CallEnvironment(memory: [9])
        environment.programs[1] = try DecodedProgram([.load(.byte, 0, 1), .exit])
        #expect(try environment.run(Self.tailCall + [.mov(0, 5), .exit]) == 9)
        #expect(environment.requests == [77])
    }

    @Test("VER-79: a tail call to an empty slot falls through") func tailCallToAnEmptySlotFallsThrough() throws {
        #expect(try CallEnvironment().run([.mov(0, 4)] + Self.tailCall + [.alu(.add, 0, k: 1), .exit]) == 5)
    }

    /// A program that counts in memory and calls itself runs 1 + 33 times (MAX_TAIL_CALL_CNT), then falls through.
    @Test("LOAD-22: 33 tail calls") func thirtyThreeTailCalls() throws {
        let environment = CallEnvironment(memory: [0])
        let program: [Instruction] =
            [.load(.byte, 4, 1), .alu(.add, 4, k: 1), .store(.byte, 1, 0, 4)] + Self.tailCall + [.mov(0, 3), .exit]
        environment.programs[1] = try DecodedProgram(program)
        #expect(try environment.run(program) == 3)
        #expect(environment.memory == [34])
        // The count starts anew with each run.
        #expect(try environment.run(program) == 3)
        #expect(environment.memory == [68])
    }

    /// The target takes the subprogram's frame and returns to its caller, as under the x86 JIT.
    @Test("LOAD-24: tail call from a subprogram") func tailCallFromASubprogramReturnsToItsCaller() throws {
        let environment = CallEnvironment()
        environment.programs[1] = try DecodedProgram([.mov(6, 0), .mov(0, 20), .exit])
        let program: [Instruction] =
            [.mov(6, 1), .callSubprogram(2), .alu(.add, 0, 6), .exit] + Self.tailCall + [.mov(0, 0), .exit]
        #expect(try environment.run(program) == 21)
    }

    @Test func faultAfterATailCallNamesTheTargetsSlot() throws {
        let environment = CallEnvironment()
        environment.programs[1] = try DecodedProgram([.mov(5, 0), .mov(5, 0), .load(.byte, 0, 5), .exit])
        #expect(try environment.fault(Self.tailCall + [.exit])?.instructionIndex == 2)
    }

    // MARK: LD_ABS and LD_IND

    @Test func legacyPacketLoads() throws {
        let environment = CallEnvironment()
        environment.packet = [1, 2, 3, 4, 5]
        #expect(try environment.run([Instruction(opcode: 0x30, immediate: 4), .exit]) == 5)
        #expect(try environment.run([Instruction(opcode: 0x28, immediate: 1), .exit]) == 0x0203)
        #expect(try environment.run([Instruction(opcode: 0x20, immediate: 0), .exit]) == 0x0102_0304)
        let indirect: [Instruction] = [.mov(7, 2), Instruction(opcode: 0x48, source: 7, immediate: 1), .exit]
        #expect(try environment.run(indirect) == 0x0405)
    }

    @Test("LOAD-14: a legacy load beyond the packet") func legacyPacketLoadBeyondThePacketEndsTheProgramWithZero()
        throws
    {
        let environment = CallEnvironment()
        let program: [Instruction] = [
            .mov(0, 1), Instruction(opcode: 0x30, immediate: 4), .mov(0, 9), .exit,
        ]
        #expect(try environment.run(program) == 0)
        // In a subprogram it returns to the caller.
        let called: [Instruction] = [.callSubprogram(2), .alu(.add, 0, k: 6), .exit] + program
        #expect(try environment.run(called) == 6)
    }

    // MARK: Counting

    @Test func executedInstructionsAreCounted() throws {
        let environment = CallEnvironment()
        _ = try Interpreter.run(
            DecodedProgram(Self.callback), r1: 0, environment: environment, countsInstructions: true)
        #expect(environment.executedInstructions == 5 + 4 * 5)
    }
}
