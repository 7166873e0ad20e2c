import BPFInstructionSet
import BPFVerifier
import LinuxABI
import Testing

/// Whatever the instructions are, there is an answer.
@Suite struct HostileProgramTests {
    /// The same numbers on every run.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func anyBytes(seed: UInt64) {
        var numbers = Numbers(state: seed)
        for _ in 0..<400 {
            let bytes = (0..<(Int.random(in: 1...24, using: &numbers) * 8)).map { _ in
                UInt8.random(in: 0...255, using: &numbers)
            }
            answer(bytes)
        }
    }

    /// Programs that Linux was asked about, with some bytes changed: most of them get far.
    @Test(arguments: KernelRecording.kernel612.cases.enumerated().filter { $0.offset % 4 == 0 }.map(\.element))
    func changedBytes(recorded: KernelRecording.Case) {
        var numbers = Numbers(state: UInt64(recorded.code.count))
        let bytes = KernelRecording.Case.bytes(recorded.code)
        for _ in 0..<20 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                changed[Int.random(in: changed.indices, using: &numbers)] = UInt8.random(in: 0...255, using: &numbers)
            }
            answer(changed, recorded.program)
        }
    }

    private func answer(_ bytes: [UInt8], _ original: ProgramToVerify? = nil) {
        var program = original ?? ProgramToVerify(name: "any", instructions: [])
        program.instructions = stride(from: 0, to: bytes.count, by: 8).map {
            Instruction(littleEndian: bytes, at: $0)
        }
        do throws(VerifierError) {
            let verified = try BPFVerifier.verify(program, log: .everything)
            #expect(verified.facts.count == program.instructions.count)
        } catch {
            #expect(!error.message.isEmpty)
            #expect(!error.description.contains("\n"))
        }
    }

    @Test func noInstructions() {
        #expect(throws: VerifierError.self) { try BPFVerifier.verify(ProgramToVerify(name: "none", instructions: [])) }
    }
}
