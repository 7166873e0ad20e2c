import BPFInstructionSet

/// Builds a program anew from an old one, instruction by instruction, and sets jump and call distances at the end, when it
/// is known where everything went (`bpf_patch_insn_data`, `bpf_adj_branches` in kernel/bpf).
struct ProgramRewriter {
    private struct Slot {
        var instruction: Instruction
        /// The old slot that it stands for.
        let original: Int
        /// The old slot that it jumps to or calls; nil where it does neither, or stays within what was written for its slot.
        var target: Int?
    }

    private var slots: [Slot] = []
    /// For each old slot where its first instruction went; for one that was left out, where the next went.
    private var starts: [Int] = []
    private let oldCount: Int

    init(count: Int) {
        oldCount = count
        starts.reserveCapacity(count + 1)
        slots.reserveCapacity(count + count / 4)
    }

    /// Begins with the next old slot; what is written from now on stands for it.
    mutating func beginSlot() { starts.append(slots.count) }

    /// Writes an instruction for the current old slot; `target` is the old slot that it jumps to or calls.
    mutating func write(_ instruction: Instruction, target: Int? = nil) {
        slots.append(Slot(instruction: instruction, original: starts.count - 1, target: target))
    }

    /// Writes instructions whose jumps stay among themselves.
    mutating func write(_ instructions: [Instruction]) {
        for instruction in instructions { write(instruction) }
    }

    /// The new program, and for each of its slots the old one.
    ///
    /// - Throws: ``DistanceTooLong`` where a conditional jump no longer reaches.
    mutating func finish() throws(DistanceTooLong) -> (instructions: [Instruction], originals: [Int32]) {
        precondition(starts.count == oldCount, "\(starts.count) of \(oldCount) slots were rewritten")
        starts.append(slots.count)
        for index in slots.indices {
            guard let target = slots[index].target else { continue }
            let distance = starts[target] - index - 1
            switch slots[index].instruction.form {
            case .call: slots[index].instruction.immediate = Int32(distance)
            case .jumpAlways(long: true): slots[index].instruction.immediate = Int32(distance)
            case .jumpAlways(long: false) where Int16(exactly: distance) == nil:
                // JA32 reaches everywhere.
                slots[index].instruction = Instruction(opcode: 0x06, immediate: Int32(distance))
            default:
                guard let offset = Int16(exactly: distance) else {
                    throw DistanceTooLong(instruction: slots[index].original)
                }
                slots[index].instruction.offset = offset
            }
        }
        return (slots.map(\.instruction), slots.map { Int32($0.original) })
    }

    /// A conditional jump whose distance no longer fits its 16 bits; the kernel refuses such programs with ERANGE.
    struct DistanceTooLong: Error {
        let instruction: Int
    }
}
