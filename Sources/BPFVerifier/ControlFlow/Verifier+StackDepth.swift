import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// Bytes of stack that a chain of calls may have in front of a function with a tail call.
    private static let tailCallStackLimit = 256

    /// No chain of calls needs more stack than there is (`check_max_stack_depth`).
    func checkStackDepth() throws(Refusal) {
        // The kernel compiles programs; its compiler keeps frames 16-byte aligned.
        func rounded(_ subprogram: Int) -> Int { (subprograms[subprogram].stackDepth + 15) / 16 * 16 }
        var calls: [(subprogram: Int, next: Int)] = []
        var (subprogram, index, depth) = (0, 0, 0)
        // With how much stack, and below how many calls, a function and all it calls was found to fit: what is entered
        // with less of both fits too, and programs of many calls stay cheap.
        var fitting: [(depth: Int, calls: Int)?] = Array(repeating: nil, count: subprograms.count)
        while true {
            if index == subprograms[subprogram].start {
                if let fit = fitting[subprogram], depth <= fit.depth, calls.count <= fit.calls,
                    let call = calls.popLast()
                {
                    (subprogram, index) = (call.subprogram, call.next)
                    continue
                }
                if subprogram > 0, subprograms[subprogram].hasTailCall, depth >= Self.tailCallStackLimit {
                    throw Refusal(
                        .EACCES,
                        "tail_calls are not allowed when call stack of previous frames is \(depth) bytes. Too large")
                }
                depth += rounded(subprogram)
                if depth > FrameState.stackLimit {
                    throw Refusal(
                        .EACCES, "combined stack size of \(calls.count + 1) calls is \(depth). Too large")
                }
            }
            while index < subprograms[subprogram].end, !instructions[index].isSubprogramCall { index += 1 }
            if index < subprograms[subprogram].end {
                calls.append((subprogram, index + 1))
                guard calls.count < VerifierState.frameLimit else {
                    throw Refusal(.E2BIG, "the call stack of \(calls.count) frames is too deep !")
                }
                index += Int(instructions[index].immediate) + 1
                subprogram = self.subprogram(containing: index)
            } else {
                guard let call = calls.popLast() else { return }
                depth -= rounded(subprogram)
                fitting[subprogram] = (depth, calls.count + 1)
                (subprogram, index) = (call.subprogram, call.next)
            }
        }
    }
}
