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
            var outcomes: [Outcome] = []
            // One environment for both, so that addresses are the same.
            let environment = TestEnvironment(memory: [UInt8](0..<64))
            for fusing in [false, true] {
                environment.reset([UInt8](0..<64))
                let program = try DecodedProgram(instructions, fusing: fusing)
                if fusing { for index in instructions.indices { fused.insert(unsafe program.code[index].operation) } }
                var outcome = Outcome(memory: [], executed: 0)
                do {
                    outcome.result = try Interpreter.run(
                        program, r1: environment.address, r2: 64, environment: environment, budget: 300,
                        countsInstructions: true)
                } catch {
                    outcome.fault = error
                }
                outcome.memory = environment.memory
                outcome.executed = environment.executedInstructions
                outcomes.append(outcome)
            }
            #expect(outcomes[0] == outcomes[1], "\(instructions)")
            if outcomes[0].result != nil { returned += 1 }
        }
        // The programs must be worth running.
        #expect(returned > 400)
        // Each operation was in one of them.
        #expect(Set(DecodedOperation.allCases).subtracting(fused).isEmpty)
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
