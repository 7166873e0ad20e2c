import Wording

/// A program made from text.
public struct AssembledProgram: Hashable, Sendable {
    /// The slots.
    public var instructions: [Instruction] = []
    /// The slot each label stands before; a label at the end of the text has the number of slots.
    public var labels: [String: Int] = [:]
    /// For each slot the line of the text it was made from, counted from 1.
    public var lines: [Int] = []
}

/// Makes programs from text in the kernel log's and in llvm's syntax, mixed as one likes.
///
/// One instruction a line. All that ``KernelSyntax`` and ``LLVMSyntax`` write is read, and beyond it:
/// labels (`again:`, then `goto again`, `if r1 > 0 goto again`, `call again`, `r1 = again ll`), helpers by name
/// (`call bpf_redirect`), comments after `;`, `#` or `//`, decimal and hexadecimal numbers with a sign. The number of
/// the slot (`12:`) and the opcode (`(b7)`) may stand first; they are compared with what comes out. `(18)` makes
/// LDDW of `r1 = 5`. What llvm adds after a jump, `<symbol>`, is skipped.
public enum Assembler {
    /// The program of a text.
    ///
    /// - Throws: ``AssemblyError`` at the first thing that does not belong there.
    public static func assemble(_ text: String) throws(AssemblyError) -> AssembledProgram {
        var state = AssemblyState()
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            try state.append(line: Array(line), number: number)
        }
        return try state.finished()
    }
}

/// What has been read so far, and the jumps whose labels are still to come.
private struct AssemblyState {
    struct Reference {
        let slot: Int
        let label: String
        /// The label as an error shows it.
        let found: String
        let isHelperPossible: Bool
        let line: Int
        let column: Int
    }

    var program = AssembledProgram()
    var references: [Reference] = []

    mutating func append(line: [Character], number: Int) throws(AssemblyError) {
        var parser = InstructionParser(line: line, number: number)
        try parser.skipSlotNumber(program.instructions.count)
        while let label = try parser.label() {
            guard program.labels.updateValue(program.instructions.count, forKey: label.text) == nil else {
                throw parser.error(at: label, expected: "a label that has not been used before")
            }
        }
        guard let parsed = try parser.instruction() else { return }
        if let target = parsed.target {
            references.append(
                Reference(
                    slot: program.instructions.count, label: target.text, found: target.description,
                    isHelperPossible: parsed.first.operation?.form == .call(.subprogram), line: number,
                    column: target.column))
        }
        for instruction in [parsed.first] + (parsed.second.map { [$0] } ?? []) {
            program.instructions.append(instruction)
            program.lines.append(number)
        }
    }

    /// Fills in the distances of all jumps to labels.
    mutating func finished() throws(AssemblyError) -> AssembledProgram {
        for reference in references {
            guard let target = program.labels[reference.label] else {
                throw unknownLabel(reference)
            }
            let distance = target - reference.slot - 1
            let usesOffset = program.instructions[reference.slot].operation?.offset == .distance
            if usesOffset, let offset = Int16(exactly: distance) {
                program.instructions[reference.slot].offset = offset
            } else if !usesOffset, let immediate = Int32(exactly: distance) {
                program.instructions[reference.slot].immediate = immediate
            } else {
                throw AssemblyError(
                    line: reference.line, column: reference.column, found: reference.found,
                    expected: "a label at most 32767 slots away (this one is \(distance)); gotol reaches farther",
                    nearest: nil)
            }
        }
        return program
    }

    private func unknownLabel(_ reference: Reference) -> AssemblyError {
        let labels = program.labels.keys.sorted()
        let helpers = (0..<Int32(HelperName.count)).compactMap(HelperName.name(of:))
        return AssemblyError(
            line: reference.line, column: reference.column, found: reference.found,
            expected: reference.isHelperPossible
                ? "a number, a helper's name or a label of this text" : "a distance or a label of this text",
            nearest: nearestWord(
                to: reference.label.lowercased(), among: reference.isHelperPossible ? labels + helpers : labels))
    }
}
