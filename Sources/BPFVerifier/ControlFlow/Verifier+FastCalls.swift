import BPFInstructionSet

/// `bpf_fastcall`: a compiler that knows a helper to be inlined keeps registers in it, and surrounds the call with
/// spills and fills for kernels that do not inline. A kernel that does takes them out, and their stack with them.
extension Verifier {
    /// Finds calls with such spills and fills around them (`mark_fastcall_patterns`).
    func findFastCalls() {
        for number in subprograms.indices {
            let range = subprograms[number].start..<subprograms[number].end
            var lowest = 0
            for instruction in instructions[range] where isSpill(instruction) {
                lowest = min(lowest, Int(instruction.offset))
            }
            for index in range where instructions[index].opcode == 0x85 {
                findSpills(aroundCall: index, in: number, lowest: lowest)
            }
        }
    }

    private func isSpill(_ instruction: Instruction) -> Bool {
        instruction.opcode == 0x7b && instruction.destination == FrameState.framePointer
    }

    private func isFill(_ instruction: Instruction) -> Bool {
        instruction.opcode == 0x79 && instruction.source == FrameState.framePointer
    }

    /// `mark_fastcall_pattern_for_call`
    private func findSpills(aroundCall index: Int, in number: Int, lowest: Int) {
        let call = instructions[index]
        guard call.source == 0, let prototype = HelperPrototype.schedCls(call.immediate) else { return }
        var kept: Set<UInt8> = [0, 1, 2, 3, 4, 5]
        if prototype.result != .void { kept.remove(0) }
        for argument in prototype.arguments.indices { kept.remove(UInt8(argument + 1)) }
        guard !kept.isEmpty else { return }
        var pairs = 0
        while pairs < 6 {
            let (before, after) = (index - pairs - 1, index + pairs + 1)
            guard before >= 0, after < instructions.count, !records[before + 1].isJumpTarget,
                !records[after].isJumpTarget
            else { break }
            let (spill, fill) = (instructions[before], instructions[after])
            let offset = lowest + pairs * 8
            guard isSpill(spill), isFill(fill), spill.source == fill.destination, kept.contains(spill.source),
                Int(spill.offset) == offset, Int(fill.offset) == offset
            else { break }
            kept.remove(spill.source)
            records[before].isFastCallPattern = true
            records[after].isFastCallPattern = true
            pairs += 1
        }
        guard pairs > 0 else { return }
        if prototype.isInlined {
            records[index].fastCallPairs = pairs
        } else {
            subprograms[number].keepsFastCallStack = true
        }
        subprograms[number].fastCallStackOffset = min(
            subprograms[number].fastCallStackOffset, lowest + pairs * 8)
    }

    /// Where something else uses the stack of the spills, they stay (`check_fastcall_stack_contract`).
    func noteStackUse(by frame: FrameState, at offset: Int) {
        let number = frame.subprogram
        guard subprograms[number].fastCallStackOffset > offset, !records[instruction].isFastCallPattern else { return }
        subprograms[number].fastCallStackOffset = Int(Int16.min)
        for index in subprograms[number].start..<subprograms[number].end {
            records[index].fastCallPairs = 0
            records[index].isFastCallPattern = false
        }
    }

    /// Stack that only removed spills used is not needed (`remove_fastcall_spills_fills`).
    func releaseFastCallStack() {
        for number in subprograms.indices where !subprograms[number].keepsFastCallStack {
            let range = subprograms[number].start..<subprograms[number].end
            if records[range].contains(where: { $0.fastCallPairs > 0 }) {
                subprograms[number].stackDepth = -subprograms[number].fastCallStackOffset
            }
        }
    }
}

extension HelperPrototype {
    /// The kernel's compiler for x86-64 puts its code in place of the call.
    var isInlined: Bool { id == HelperID.smpProcessorID }
}
