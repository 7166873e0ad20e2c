public import BPFInstructionSet

/// A program in the form that the interpreter runs: decoded once, jumps resolved, 16 bytes for each slot.
///
/// Anything that is structurally valid decodes: known opcodes, registers 0 to 10 with R10 never written, reserved fields
/// zero, jumps and calls to where an instruction starts. It need not be safe or end: every access is checked and jumps
/// are counted. Constants of 64-bit loads are plain values by now; pseudo sources are the loader's business.
///
/// Running a program updates its guesses at memory regions, so one thread at a time.
@safe public final class DecodedProgram {
    /// How many slots the program has.
    public let instructionCount: Int
    /// The decoded slots, and one ``DecodedOperation/end`` behind them.
    let code: UnsafeMutablePointer<DecodedInstruction>

    /// Decodes `instructions`.
    ///
    /// - Parameter allowsAuxiliaryRegister: whether there is an R11 (the kernel's BPF_REG_AX), which only the sequences that
    ///   a loader puts in place of context accesses use; calls keep it as it is.
    /// - Throws: ``DecodeError`` at the first instruction that isn't valid.
    public convenience init(
        _ instructions: [Instruction], allowsAuxiliaryRegister: Bool = false
    ) throws(DecodeError) {
        try self.init(instructions, fusing: true, allowsAuxiliaryRegister: allowsAuxiliaryRegister)
    }

    /// Decodes `instructions`, with or without ``Fusion``: the same program either way, which tests compare.
    init(
        _ instructions: [Instruction], fusing: Bool, allowsAuxiliaryRegister: Bool = false
    ) throws(DecodeError) {
        var decoded = try ProgramDecoder(instructions, lastRegister: allowsAuxiliaryRegister ? 11 : 10).decode()
        if fusing { Fusion.fuse(&decoded) }
        instructionCount = instructions.count
        unsafe code = .allocate(capacity: decoded.count)
        for (index, instruction) in decoded.enumerated() {
            unsafe (code + index).initialize(to: instruction)
        }
    }

    deinit { unsafe code.deallocate() }

    /// Whether an instruction starts in slot `index`.
    func hasInstruction(at index: Int) -> Bool {
        guard index >= 0, index < instructionCount else { return false }
        // Second slots of 64-bit immediate loads hold an `end` too.
        return unsafe code[index].operation != .end
    }
}
