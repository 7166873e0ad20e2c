import BPFInstructionSet
import SimulationCore
import Testing

@testable import BPFMachine

/// Programs drawn from a seed: any opcode of the instruction table, registers, constants and jumps that decode.
struct ProgramGenerator {
    var random: RandomStream

    /// Opcodes that follow one another in compiled programs, working on one register: what fusion looks for.
    static let idioms: [[UInt8]] =
        ([0x0F, 0x1F, 0xAF, 0x4F, 0x5F, 0x07, 0x57, 0x27, 0x67, 0x77] as [UInt8]).map { [0xBF, $0] }
        + ([0x0C, 0x1C, 0xAC, 0x4C, 0x2C, 0x04, 0x54, 0x64, 0x74] as [UInt8]).flatMap { [[0xBC, $0], [0xBF, $0]] }
        + [[0x64, 0x4C], [0xBC, 0x64, 0x4C], [0xBF, 0x64, 0x4C]]
        + ([0xAD, 0xBD, 0x2D, 0x5D, 0x55, 0x15, 0xA5] as [UInt8]).map { [0x07, $0] }
        + [[0x04, 0x16], [0x04, 0x56], [0x54, 0x16], [0x54, 0x56], [0xB7, 0x16], [0xB7, 0x56], [0xB7, 0x2E]]
        + ([0x71, 0x69, 0x61] as [UInt8]).flatMap { [[$0, 0x16], [$0, 0x56]] }
        + [[0x79, 0x15], [0x79, 0x55], [0x71, 0x66], [0x69, 0xDC], [0x61, 0xDC], [0x69, 0x0F], [0xBF, 0xBF]]
        + [[0x0F, 0xBF], [0x0F, 0x07], [0xAF, 0xBF], [0xAC, 0x1C], [0x15, 0x05], [0x16, 0x16], [0x66, 0x16]]

    /// Neighbours that look like idioms and must not be fused as such.
    static let nearMisses: [[UInt8]] = [
        [0xBC, 0x07], [0xBC, 0x0F], [0xBC, 0xAF], [0xBC, 0x67], [0xBC, 0x77], [0x79, 0x16], [0x79, 0x56], [0x79, 0xDC],
        [0x71, 0x55], [0x71, 0xDC], [0x67, 0x4C], [0x64, 0x4F], [0xBC, 0x64, 0x4F],
    ]

    /// Half of it idioms, half any rows of the instruction table.
    mutating func program(count: Int) -> [Instruction] {
        var instructions: [Instruction] = []
        while instructions.count < count {
            if Bool.random(using: &random), let idiom = Self.idioms.randomElement(using: &random) {
                let register = UInt8.random(in: 0...3, using: &random)
                for opcode in idiom {
                    guard let row = BPFInstructionSet.Operation.rows(opcode: opcode).randomElement(using: &random)
                    else { continue }
                    // Mostly the same register.
                    let other = UInt8.random(in: 0...3, using: &random)
                    instructions.append(
                        draw(row, destination: Int.random(in: 0...5, using: &random) > 0 ? register : other))
                }
            } else if let row = BPFInstructionSet.Operation.all.randomElement(using: &random) {
                instructions.append(draw(row, destination: UInt8.random(in: 0...4, using: &random)))
                if row.form.slotCount == 2 { instructions.append(Instruction(opcode: 0, immediate: 7)) }
            }
        }
        // R9 keeps the context.
        return [.alu(.mov, 9, 1)] + instructions + [.exit]
    }

    /// One idiom on four registers with values at the edges; then R0 to R5 go to memory, at R9.
    ///
    /// Jumps lead behind the idiom, where R5 tells which way was taken.
    mutating func example(_ idiom: [UInt8]) -> [Instruction] {
        let edges: [UInt64] = [0, 1, 5, 40, .max, 1 << 31, 0xFFFF_FFFF, 1 << 63, 0x1234_5678_9ABC_DEF0]
        var instructions: [Instruction] = [.alu(.mov, 9, 1), .mov(5, 0)]
        for register in 0..<4 as Range<UInt8> {
            instructions += lddw(register, edges.randomElement(using: &random) ?? 0)
        }
        let register = UInt8.random(in: 0...3, using: &random)
        for opcode in idiom {
            guard let row = BPFInstructionSet.Operation.rows(opcode: opcode).first else { continue }
            var instruction = row.instruction(
                destination: Int.random(in: 0...7, using: &random) > 0
                    ? register : UInt8.random(in: 0...3, using: &random),
                source: UInt8.random(in: 0...3, using: &random), offset: Int16.random(in: 0...2, using: &random),
                immediate: [0, 1, 5, 40, -1, 17].randomElement(using: &random) ?? 0)
            if opcode == 0xDC { instruction.immediate = 16 << Int32.random(in: 0...1, using: &random) }
            if row.offset == .displacement {
                instruction.source = 9
                instruction.offset = Int16.random(in: 0...40, using: &random)
            }
            instructions.append(instruction)
        }
        instructions += (0..<4).map { .alu(.or, 5, k: 1 << $0) }
        instructions += (0..<6 as Range<UInt8>).map { .store(.double, 9, Int16($0) * 8, $0) }
        return instructions + [.mov(0, 0), .exit]
    }

    private mutating func draw(_ row: BPFInstructionSet.Operation, destination: UInt8) -> Instruction {
        var instruction = row.instruction(
            destination: destination, source: UInt8.random(in: 0...3, using: &random),
            offset: Int16.random(in: row.offset == .distance ? -3...6 : -8...8, using: &random),
            immediate: Int32.random(in: -2...40, using: &random))
        // Mostly the frame pointer or the context as a base, so that accesses hit something.
        let base: UInt8 = Bool.random(using: &random) ? 10 : 9
        guard row.offset == .displacement, Int.random(in: 0...7, using: &random) > 0 else { return instruction }
        if instruction.opcode & 7 == 1 { instruction.source = base } else { instruction.destination = base }
        return instruction
    }

    /// The same with what doesn't decode replaced where it stands.
    mutating func decodable(count: Int) -> [Instruction] {
        var instructions = program(count: count)
        while true {
            do {
                _ = try DecodedProgram(instructions)
                return instructions
            } catch {
                instructions[error.instructionIndex] = .mov(0, 1)
            }
        }
    }
}

/// Everything that a run leaves behind.
private struct Outcome: Equatable {
    var result: UInt64?
    var fault: MachineFault?
    var memory: [UInt8]
    var executed: Int
}

@Suite struct FuzzTests {
    /// Fused and unfused, a program does the same, to the byte, the fault and the number of instructions; nothing crashes
    /// or hangs, whatever the program.
    @Test func randomProgramsRunTheSameFusedAndUnfused() throws {
        var generator = ProgramGenerator(random: RandomStream(seed: 1, name: "programs"))
        var returned = 0
        var fused: Set<DecodedOperation> = []
        for _ in 0..<2000 {
            let instructions = generator.decodable(count: Int.random(in: 1...60, using: &generator.random))
            let outcome = try sameOutcome(instructions, &fused)
            if outcome.result != nil { returned += 1 }
        }
        // The programs must be worth running, and each operation in one of them.
        #expect(returned > 400)
        #expect(Set(DecodedOperation.allCases).subtracting(fused).isEmpty)
    }

    /// Each idiom on values and registers of all kinds, all registers compared.
    @Test(arguments: ProgramGenerator.idioms)
    func idiomRunsTheSameFusedAndUnfused(_ idiom: [UInt8]) throws {
        var generator = ProgramGenerator(random: RandomStream(seed: 2, name: "idioms"))
        var fused: Set<DecodedOperation> = []
        for _ in 0..<100 { _ = try sameOutcome(generator.example(idiom), &fused) }
        #expect(fused.contains { $0.rawValue >= DecodedOperation.copyAdd64.rawValue && $0 != .end })
    }

    @Test(arguments: ProgramGenerator.nearMisses)
    func nearMissRunsTheSame(_ idiom: [UInt8]) throws {
        var generator = ProgramGenerator(random: RandomStream(seed: 3, name: "near misses"))
        var fused: Set<DecodedOperation> = []
        for _ in 0..<100 { _ = try sameOutcome(generator.example(idiom), &fused) }
    }

    /// Runs `instructions` unfused and fused in one environment, so that addresses are the same, and compares.
    private func sameOutcome(
        _ instructions: [Instruction], _ operations: inout Set<DecodedOperation>
    ) throws -> Outcome {
        let memory = (0..<64).map { UInt8($0 % 7 == 0 ? 0 : $0) }
        let environment = TestEnvironment(memory: memory)
        let outcomes = try [false, true].map { fusing in
            environment.reset(memory)
            let program = try DecodedProgram(instructions, fusing: fusing)
            for index in instructions.indices { operations.insert(unsafe program.code[index].operation) }
            var outcome = Outcome(memory: [], executed: 0)
            do {
                outcome.result = try Interpreter.run(
                    program, r1: environment.address, r2: 64, environment: environment, budget: 300,
                    countsInstructions: true)
            } catch {
                outcome.fault = error as? MachineFault
            }
            outcome.memory = environment.memory
            outcome.executed = environment.executedInstructions
            return outcome
        }
        #expect(outcomes[0] == outcomes[1], "\(instructions)")
        return outcomes[0]
    }

    /// Bytes that nobody thought about are refused or run, and never more than that.
    @Test(arguments: [5, 6] as [UInt64])
    func randomBytesAreRefusedOrRun(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "bytes")
        for _ in 0..<2000 {
            let bytes = (0..<8 * Int.random(in: 1...6, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let instructions = stride(from: 0, to: bytes.count, by: 8).map { Instruction(littleEndian: bytes, at: $0) }
            guard let program = try? DecodedProgram(instructions) else { continue }
            _ = try? Interpreter.run(program, r1: 0, environment: TestEnvironment(), budget: 100)
        }
    }
}

extension TestEnvironment {
    /// Puts context and stack back as they were at the start.
    fileprivate func reset(_ memory: [UInt8]) {
        unsafe context.copyMemory(from: memory, byteCount: memory.count)
        let byteCount = Self.maximumFrames * Self.frameByteCount
        let bottom = unsafe UnsafeMutableRawPointer(bitPattern: UInt(stackTop) - UInt(byteCount))
        for offset in 0..<byteCount {
            unsafe bottom?.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
        }
    }
}
