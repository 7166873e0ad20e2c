/// A way to write instructions as text.
public protocol InstructionSyntax: Sendable {
    /// The text of one instruction, without its number and without a line break.
    ///
    /// - Parameter next: the slot after it, which holds the upper half of a wide immediate; nil at the end.
    func text(of instruction: Instruction, next: Instruction?) -> String
}

extension InstructionSyntax {
    /// The text of each instruction of a program with the slot it starts at; the second slot of LDDW has no entry.
    public func lines(of program: [Instruction]) -> [(slot: Int, text: String)] {
        var lines: [(slot: Int, text: String)] = []
        var slot = 0
        while slot < program.count {
            let next = slot + 1 < program.count ? program[slot + 1] : nil
            lines.append((slot, text(of: program[slot], next: next)))
            slot += program[slot].slotCount(next: next)
        }
        return lines
    }

    /// The program as numbered lines, `0: r0 = 0`, each with a line break.
    public func listing(of program: [Instruction]) -> String {
        lines(of: program).map { "\($0.slot): \($0.text)\n" }.joined()
    }
}

extension Instruction {
    /// 2 for LDDW that is followed by its second slot, otherwise 1.
    func slotCount(next: Instruction?) -> Int {
        opcode == 0x18 && next?.opcode == 0 ? 2 : 1
    }

    /// The 64-bit constant of LDDW.
    ///
    /// - Parameter next: the second slot; without it the upper half is zero.
    public func wideImmediate(next: Instruction?) -> UInt64 {
        UInt64(UInt32(bitPattern: next?.immediate ?? 0)) << 32 | UInt64(UInt32(bitPattern: immediate))
    }
}

/// A number with its sign, as printf's `%+d`.
func signed(_ value: some SignedInteger) -> String { value < 0 ? "\(value)" : "+\(value)" }
