import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// Depth-first walk over all edges: nothing is unreachable; marks where states are compared, and finds which
    /// functions change packet data (`check_cfg`).
    func checkControlFlow() throws(Refusal) {
        var walk = Walk(count: instructions.count)
        while let index = walk.stack.last {
            if try visit(index, &walk) { continue }
            walk.marks[index] = Walk.explored
            walk.stack.removeLast()
        }
        var index = 0
        while index < instructions.count {
            guard walk.marks[index] == Walk.explored else {
                throw Refusal(.EINVAL, "unreachable insn \(index)")
            }
            if instructions[index].isWide {
                guard walk.marks[index + 1] == 0 else {
                    throw Refusal(.EINVAL, "jump into the middle of ldimm64 insn \(index)")
                }
                index += 1
            }
            index += 1
        }
    }

    /// The walk's place: which edges of each instruction were taken.
    struct Walk {
        var marks: [UInt8]
        var stack = [0]

        static let discovered: UInt8 = 0x10
        static let explored: UInt8 = 0x20
        static let fallThrough: UInt8 = 1
        static let branch: UInt8 = 2

        init(count: Int) {
            marks = Array(repeating: 0, count: count)
            marks[0] = Self.discovered
        }
    }

    /// Takes one more edge; false where none is left (`visit_insn`).
    private func visit(_ index: Int, _ walk: inout Walk) throws(Refusal) -> Bool {
        let instruction = instructions[index]
        guard instruction.opcodeClass == Opcode.jmp || instruction.opcodeClass == Opcode.jmp32 else {
            return try follow(index, index + (instruction.isWide ? 2 : 1), Walk.fallThrough, &walk)
        }
        switch instruction.opcodeOperation {
        case Opcode.exit:
            return false
        case Opcode.call:
            if instruction.isHelperCall, HelperID.changesPacketData(instruction.immediate) {
                subprograms[subprogram(containing: index)].changesPacketData = true
            }
            if try follow(index, index + 1, Walk.fallThrough, &walk) { return true }
            records[index + 1].isPrunePoint = true
            records[index + 1].isJumpPoint = true
            guard instruction.source == PseudoSource.call else { return false }
            let target = index + Int(instruction.immediate) + 1
            records[index].isPrunePoint = true
            if subprograms[subprogram(containing: target)].changesPacketData {
                subprograms[subprogram(containing: index)].changesPacketData = true
            }
            return try follow(index, target, Walk.branch, &walk)
        case Opcode.ja:
            let distance =
                instruction.opcodeClass == Opcode.jmp ? Int(instruction.offset) : Int(instruction.immediate)
            if try follow(index, index + distance + 1, Walk.fallThrough, &walk) { return true }
            records[index + distance + 1].isPrunePoint = true
            records[index + distance + 1].isJumpPoint = true
            records[index + distance + 1].isJumpTarget = true
            return false
        default:
            records[index].isPrunePoint = true
            if try follow(index, index + 1, Walk.fallThrough, &walk) { return true }
            return try follow(index, index + Int(instruction.offset) + 1, Walk.branch, &walk)
        }
    }

    /// Goes along an edge; true where its end was not seen before (`push_insn`).
    private func follow(_ from: Int, _ to: Int, _ edge: UInt8, _ walk: inout Walk) throws(Refusal) -> Bool {
        guard walk.marks[from] < Walk.discovered | edge else { return false }
        guard instructions.indices.contains(to) else {
            writeSourceLine(of: from, prefix: "\(from): ")
            throw Refusal(.EINVAL, "jump out of range from insn \(from) to \(to)")
        }
        if edge == Walk.branch {
            records[to].isPrunePoint = true
            records[to].isJumpPoint = true
            records[to].isJumpTarget = true
        }
        if walk.marks[to] == 0 {
            walk.marks[from] = Walk.discovered | edge
            walk.marks[to] = Walk.discovered
            walk.stack.append(to)
            return true
        }
        // A back edge makes a loop, which following the paths will see to its end.
        if walk.marks[to] == Walk.explored { walk.marks[from] = Walk.discovered | edge }
        return false
    }
}
