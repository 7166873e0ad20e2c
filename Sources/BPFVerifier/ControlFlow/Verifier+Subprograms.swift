import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// Functions of one program, the main one included (BPF_MAX_SUBPROGS).
    private static let subprogramLimit = 256

    /// Finds the functions by the calls to them (`add_subprog_and_kfunc`).
    func findSubprograms() throws(Refusal) {
        var starts: Set<Int> = [0]
        defer { setSubprograms(starts.sorted()) }
        for (index, instruction) in instructions.enumerated() {
            if instruction.isKernelFunctionCall {
                throw .notModelled("kernel function call, BTF id \(instruction.immediate)")
            }
            guard instruction.isSubprogramCall || instruction.isFunctionAddress else { continue }
            let target = index + Int(instruction.immediate) + 1
            guard instructions.indices.contains(target) else {
                throw Refusal(.EINVAL, "call to invalid destination")
            }
            guard starts.count < Self.subprogramLimit || starts.contains(target) else {
                throw Refusal(.E2BIG, "too many subprograms")
            }
            starts.insert(target)
        }
    }

    private func setSubprograms(_ starts: [Int]) {
        subprograms = starts.map { SubprogramRecord(start: $0) }
        for index in subprograms.indices {
            subprograms[index].end =
                index + 1 < subprograms.count ? subprograms[index + 1].start : instructions.count
        }
    }

    /// `func#0 @0`: where each function starts.
    func writeSubprograms() {
        guard log.level.contains(.everything) else { return }
        for index in subprograms.indices { log.write("func#\(index) @\(subprograms[index].start)\n") }
    }

    /// Jumps stay in their function, and each function ends in one or in an exit (`check_subprogs`).
    func checkJumps() throws(Refusal) {
        for number in subprograms.indices {
            let range = subprograms[number].start..<subprograms[number].end
            for index in range {
                let instruction = instructions[index]
                if instruction.isHelperCall, instruction.immediate == HelperID.tailCall {
                    subprograms[number].hasTailCall = true
                }
                if instruction.opcodeClass == Opcode.ld,
                    instruction.opcodeMode == Opcode.abs || instruction.opcodeMode == Opcode.ind
                {
                    subprograms[number].hasLegacyLoad = true
                }
                if let target = jumpTarget(of: instruction, at: index), !range.contains(target) {
                    throw Refusal(.EINVAL, "jump out of range from insn \(index) to \(target)")
                }
                if index == range.upperBound - 1, ![0x95, 0x06, 0x05].contains(instruction.opcode) {
                    throw Refusal(.EINVAL, "last insn is not an exit or jmp")
                }
            }
        }
    }

    /// Where an instruction of a jump class may go, calls and exits aside.
    private func jumpTarget(of instruction: Instruction, at index: Int) -> Int? {
        guard instruction.opcodeClass == Opcode.jmp || instruction.opcodeClass == Opcode.jmp32,
            instruction.opcodeOperation != Opcode.exit, instruction.opcodeOperation != Opcode.call
        else { return nil }
        let isLong = instruction.opcode == Opcode.jmp32 | Opcode.ja
        return index + 1 + (isLong ? Int(instruction.immediate) : Int(instruction.offset))
    }

    /// The function that an instruction belongs to.
    func subprogram(containing instruction: Int) -> Int {
        var (low, high) = (0, subprograms.count - 1)
        while low < high {
            let middle = low + (high - low + 1) / 2
            if subprograms[middle].start <= instruction { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// Function information fits the functions found (`check_btf_func`).
    func checkFunctionRecords() throws(Refusal) {
        let functions = program.functions
        guard !functions.isEmpty else {
            // Without types nothing says what a subprogram may be called with (`check_abnormal_return`).
            for subprogram in subprograms.dropFirst() {
                if subprogram.hasLegacyLoad {
                    throw Refusal(.EINVAL, "LD_ABS is not allowed in subprogs without BTF")
                }
                if subprogram.hasTailCall {
                    throw Refusal(.EINVAL, "tail_call is not allowed in subprogs without BTF")
                }
            }
            return
        }
        guard functions.count == subprograms.count else {
            throw Refusal(.EINVAL, "number of funcs in func_info doesn't match number of subprogs")
        }
        for (number, function) in functions.enumerated() {
            guard function.startInstruction == subprograms[number].start else {
                throw Refusal(.EINVAL, "func_info BTF section doesn't match subprog layout in BPF program")
            }
            if !function.returnsScalar {
                if subprograms[number].hasLegacyLoad {
                    throw Refusal(.EINVAL, "LD_ABS is only allowed in functions that return 'int'.")
                }
                if subprograms[number].hasTailCall {
                    throw Refusal(.EINVAL, "tail_call is only allowed in functions that return 'int'.")
                }
            }
            subprograms[number].function = function
        }
    }

    /// Line information is in order and covers every function (`check_btf_line`).
    func checkSourceLines() throws(Refusal) {
        let lines = program.lines
        guard !lines.isEmpty else { return }
        var (previous, number) = (0, 0)
        for (index, line) in lines.enumerated() {
            guard index == 0 || line.instruction > previous, instructions.indices.contains(line.instruction) else {
                throw Refusal(
                    .EINVAL,
                    "Invalid line_info[\(index)].insn_off:\(line.instruction) "
                        + "(prev_offset:\(previous) prog->len:\(instructions.count))")
            }
            guard instructions[line.instruction].opcode != 0 else {
                throw Refusal(.EINVAL, "Invalid insn code at line_info[\(index)].insn_off")
            }
            if number < subprograms.count {
                if line.instruction == subprograms[number].start {
                    number += 1
                } else if subprograms[number].start < line.instruction {
                    throw Refusal(.EINVAL, "missing bpf_line_info for func#\(number)")
                }
            }
            previous = line.instruction
        }
        guard number == subprograms.count else {
            throw Refusal(
                .EINVAL,
                "missing bpf_line_info for \(subprograms.count - number) funcs starting from func#\(number)")
        }
    }
}
