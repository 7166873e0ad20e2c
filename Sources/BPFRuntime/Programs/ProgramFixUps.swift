import BPFInstructionSet
import BPFVerifier
import KernelControl
import LinuxABI

/// What becomes of a verified program before it runs (kernel/bpf/verifier.c): dead code goes
/// (`opt_hard_wire_dead_code_branches`, `opt_remove_dead_code`, `opt_remove_nops`), context accesses are rewritten
/// (`convert_ctx_accesses`), maps become addresses, and look-ups in arrays become loads (`array_map_gen_lookup`).
struct ProgramFixUps {
    private let program: VerifiedProgram
    private let maps: [BPFMap]
    private let conversion: ContextConversion

    init(_ program: VerifiedProgram, maps: [BPFMap]) {
        self.program = program
        self.maps = maps
        conversion = ContextConversion(usesTimestampType: program.usesTimestampType)
    }

    /// The instructions to decode, and for each slot the one of the verified program that it stands for.
    ///
    /// - Throws: `ERANGE` as Linux where a jump no longer fits; "not modelled: …" for what the verifier proves and the
    ///   runtime doesn't run.
    func apply() throws(ControlError) -> (instructions: [Instruction], originals: [Int32]) {
        let instructions = program.source.instructions
        var rewriter = ProgramRewriter(count: instructions.count)
        var index = 0
        while index < instructions.count {
            rewriter.beginSlot()
            let instruction = instructions[index]
            let form = instruction.form
            if isSeen(index) { try rewrite(instruction, form, at: index, &rewriter) }
            if form?.slotCount == 2 {
                rewriter.beginSlot()
                index += 1
            }
            index += 1
        }
        do throws(ProgramRewriter.DistanceTooLong) {
            return try rewriter.finish()
        } catch {
            throw .errno(.ERANGE, "insn \(error.instruction) cannot be patched due to 16-bit range")
        }
    }

    private func isSeen(_ index: Int) -> Bool { program.facts[index].isSeen }

    private func rewrite(
        _ instruction: Instruction, _ form: InstructionForm?, at index: Int, _ rewriter: inout ProgramRewriter
    ) throws(ControlError) {
        switch form {
        case .jump: rewriteJump(instruction, at: index, &rewriter)
        case .jumpAlways:
            let target = index + 1 + (instruction.jumpDistance ?? 0)
            if target > index, isDead(index + 1..<target) { return }
            rewriter.write(instruction, target: target)
        case .load, .store, .atomic: rewriter.write(try access(instruction, at: index))
        case .loadImmediate64(let meaning): rewriter.write(try wideLoad(instruction, meaning, at: index))
        case .call(.helper): try rewriteHelperCall(instruction, at: index, &rewriter)
        case .call(.subprogram): rewriter.write(instruction, target: index + 1 + Int(instruction.immediate))
        case .call: throw .notModelled("a call of a kernel function (instruction \(index))")
        default: rewriter.write(instruction)
        }
    }

    /// A jump with one way out becomes unconditional, or nothing.
    private func rewriteJump(_ instruction: Instruction, at index: Int, _ rewriter: inout ProgramRewriter) {
        let target = index + 1 + Int(instruction.offset)
        if !isSeen(index + 1) {
            if target > index, isDead(index + 1..<target) { return }
            rewriter.write(.jump(0), target: target)
        } else if isSeen(target) {
            rewriter.write(instruction, target: target)
        }
    }

    private func isDead(_ range: Range<Int>) -> Bool { range.allSatisfy { !isSeen($0) } }

    private func access(_ instruction: Instruction, at index: Int) throws(ControlError) -> [Instruction] {
        switch program.facts[index].access {
        case .context(let offset, let size):
            guard let sequence = conversion.sequence(for: instruction, offset: offset, size: size) else {
                throw .notModelled("an access to \(size) bytes at \(offset) of struct __sk_buff (instruction \(index))")
            }
            return sequence
        case .socket: throw .notModelled("fields of struct bpf_sock (instruction \(index))")
        default: return [instruction]
        }
    }

    private func wideLoad(
        _ instruction: Instruction, _ meaning: WideImmediate, at index: Int
    ) throws(ControlError) -> [Instruction] {
        let upper = program.source.instructions[index + 1].immediate
        switch meaning {
        case .constant: return [instruction, program.source.instructions[index + 1]]
        case .mapFD:
            return Instruction.loadConstant(instruction.destination, maps[Int(instruction.immediate)].address)
        case .mapValue:
            guard let array = maps[Int(instruction.immediate)] as? ArrayMap else {
                throw .notModelled("the address of a value of this map type (instruction \(index))")
            }
            let base = unsafe UInt64(UInt(bitPattern: array.values))
            return Instruction.loadConstant(instruction.destination, base + UInt64(UInt32(bitPattern: upper)))
        default: throw .notModelled("a 64-bit immediate that stands for \(meaning) (instruction \(index))")
        }
    }

    private func rewriteHelperCall(
        _ instruction: Instruction, at index: Int, _ rewriter: inout ProgramRewriter
    ) throws(ControlError) {
        guard HelperNumber(rawValue: UInt32(bitPattern: instruction.immediate)) != nil else {
            let name = HelperName.name(of: instruction.immediate) ?? "helper \(instruction.immediate)"
            throw .notModelled("\(name) (instruction \(index))")
        }
        if instruction.immediate == HelperNumber.mapLookup.rawValue, let map = program.facts[index].map,
            let array = maps[map] as? ArrayMap, !array.geometry.isPerCPU
        {
            rewriter.write(lookup(in: array))
        } else {
            rewriter.write(instruction)
        }
    }

    /// The look-up of an element whose index R2 points at.
    private func lookup(in array: ArrayMap) -> [Instruction] {
        let values = unsafe UInt64(UInt(bitPattern: array.values))
        let stride = array.geometry.valueStride
        let scale =
            stride & (stride - 1) == 0
            ? Instruction.shiftLeft64(0, stride.trailingZeroBitCount) : .multiply64(0, Int32(stride))
        return [.load(.word, 0, 2, 0)]
            + [.jumpIfGreaterOrEqual(0, Int32(truncatingIfNeeded: array.geometry.maxEntries), 5), scale]
            + Instruction.loadConstant(1, values) + [.add64(0, 1), .jump(1), .move64(0, 0)]
    }
}
