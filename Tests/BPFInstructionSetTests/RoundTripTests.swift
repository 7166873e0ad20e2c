import BPFInstructionSet
import Testing

/// Xorshift; the tests depend on no other module.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

@Suite struct RoundTripTests {
    private static let syntaxes: [any InstructionSyntax] = [KernelSyntax(wideImmediates: .dump), LLVMSyntax()]

    /// Instructions of a row with its fields at their edges; those that Linux would refuse are left out.
    private func samples(of row: Operation) -> [[Instruction]] {
        var samples: [[Instruction]] = []
        for (destination, source) in [(0, 0), (1, 2), (10, 9)] as [(UInt8, UInt8)] {
            for offset in [0, 1, -1, 255, .min, .max] as [Int16] {
                for immediate in [0, 1, -1, 65536, .min, .max] as [Int32] {
                    let first = row.instruction(
                        destination: destination, source: source, offset: offset, immediate: immediate)
                    let second = row.form.slotCount == 2 ? Instruction(opcode: 0, immediate: ~immediate) : nil
                    let isSound = first.violation(next: second) == nil || row.form == .call(.register)
                    if isSound { samples.append([first] + (second.map { [$0] } ?? [])) }
                }
            }
        }
        return samples
    }

    @Test(arguments: Operation.all)
    func everyRowSurvivesTextInBothSyntaxes(row: Operation) throws {
        for syntax in Self.syntaxes {
            var count = 0
            for slots in samples(of: row) {
                let text = syntax.text(of: slots[0], next: slots.count > 1 ? slots[1] : nil)
                let again = try Assembler.assemble(text).instructions
                #expect(again == slots, "\(text)")
                #expect(again[0].operation == row)
                let textAgain = syntax.text(of: again[0], next: again.count > 1 ? again[1] : nil)
                #expect(textAgain == text)
                count += 1
            }
            #expect(count > 0)
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func randomBytesArePrintedAndWhatIsSoundSurvives(seed: UInt64) throws {
        var generator = SeededGenerator(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var survivors = 0
        for round in 0..<6_000 {
            let slots = randomSlots(&generator, isTame: round % 2 == 0)
            let (first, second) = (slots[0], slots[1])
            let isLoggable = KernelSyntax().text(of: first, next: second).isEmpty == false
            #expect(isLoggable)
            for syntax in Self.syntaxes {
                let text = syntax.text(of: first, next: second)
                let isSound =
                    first.violation(next: second) == nil && LLVMSyntax().text(of: first, next: second) != "<unknown>"
                guard isSound, let row = first.operation else { continue }
                var expected = [first]
                // Linux ignores the offset of exit, and no text has it.
                if row.form == .exit { expected[0].offset = 0 }
                if row.form.slotCount == 2 { expected.append(second) }
                let again = try Assembler.assemble(text).instructions
                #expect(again == expected, "\(text)")
                survivors += 1
            }
        }
        #expect(survivors > 2_500)
    }

    /// Two slots at random; a tame one has an existing opcode and mostly zeros in the fields that choose.
    private func randomSlots(_ generator: inout SeededGenerator, isTame: Bool) -> [Instruction] {
        let word = generator.next()
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        var first = Instruction(littleEndian: bytes, at: 0)
        var second = Instruction(opcode: 0, immediate: Int32(truncatingIfNeeded: generator.next()))
        guard isTame else { return [first, generator.next() % 2 == 0 ? second : first] }
        let row = Operation.all[Int(generator.next() % UInt64(Operation.all.count))]
        first = row.instruction(
            destination: first.destination % 12, source: first.source % 12, offset: first.offset,
            immediate: first.immediate)
        if generator.next() % 2 == 0 { second.immediate = 0 }
        return [first, second]
    }

    @Test(arguments: [4, 5] as [UInt64])
    func garbageNeverCrashesTheAssembler(seed: UInt64) {
        var generator = SeededGenerator(state: seed &* 0x9E37_79B9_7F4A_7C15)
        let pieces = [
            "r1", "w1", "r10", "r11", "s", "=", "+=", "s>>=", "*", "(", ")", "u32", "s8", "u64", "*)", "[", "]", "<",
            ">",
            "-", "+", "0x", "0xffffffffffffffff", "99999999999999999999", "-1", "5", "ll", "goto", "gotol", "pc", "if",
            "call",
            "callx", "lock", "exit", "name", ":", "#", "//", ";", "\n", "\r\n", " ", "skb", "map", "id", "btf",
            "subprog",
            "be16", "bswap64", "atomic_fetch_add", "xchg_64", "cmpxchg32_32", "addr_space_cast", "ld_pseudo", ",", "é",
            "🙂",
            "bpf_redirect", "kernel-function", "module", "(b7)", "12:", "<subprogram>", "may_goto", "unknown", "\u{0}",
        ]
        var errors = 0
        for _ in 0..<6_000 {
            var text = ""
            for _ in 0..<Int(generator.next() % 9) {
                text += pieces[Int(generator.next() % UInt64(pieces.count))]
                if generator.next() % 3 == 0 { text += " " }
            }
            do {
                _ = try Assembler.assemble(text)
            } catch {
                errors += 1
                #expect(error.line >= 1 && error.column >= 1 && !error.expected.isEmpty && !error.description.isEmpty)
            }
        }
        #expect(errors > 3_000)
    }

    @Test func brokenLinesNeverCrashTheAssembler() {
        var generator = SeededGenerator(state: 6)
        for recording in llvmRecordings {
            for _ in 0..<20 {
                var text = Array(recording.text)
                let position = Int(generator.next() % UInt64(text.count))
                switch generator.next() % 3 {
                case 0: text.remove(at: position)
                case 1: text.insert(text[Int(generator.next() % UInt64(text.count))], at: position)
                default: text = Array(text[..<position])
                }
                guard let program = try? Assembler.assemble(String(text)) else { continue }
                for (index, slot) in program.instructions.enumerated() where index == 0 {
                    let next = program.instructions.count > 1 ? program.instructions[1] : nil
                    #expect(slot.violation(next: next) == nil || slot.form == .call(.register), "\(String(text))")
                }
            }
        }
    }
}
