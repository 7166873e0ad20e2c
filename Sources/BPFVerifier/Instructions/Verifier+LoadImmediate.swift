import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// A 64-bit constant, a map, or a map's value (`check_ld_imm`).
    func checkLoadImmediate(_ current: Instruction) throws(Refusal) {
        guard current.isDoubleWord else { throw Refusal(.EINVAL, "invalid BPF_LD_IMM insn") }
        guard current.offset == 0 else { throw Refusal(.EINVAL, "BPF_LD_IMM64 uses reserved fields") }
        try checkRegister(current.destination, .destination)
        let destination = frame[Int(current.destination)]
        let second = instructions[instruction + 1].immediate
        guard current.source != 0 else {
            destination.state.setKnown(
                UInt64(UInt32(bitPattern: second)) << 32 | UInt64(UInt32(bitPattern: current.immediate)))
            return
        }
        destination.state.setKnown(0)
        destination.state.map = Int(current.immediate)
        if current.source == PseudoSource.mapValue {
            destination.type = .mapValue
            destination.offset = second
        } else {
            destination.type = .mapPointer
        }
    }

    /// The classic packet loads, `r0 = skb[…]` (`check_ld_abs`).
    func checkLegacyPacketLoad(_ current: Instruction) throws(Refusal) -> Continuation {
        guard current.destination == 0, current.offset == 0, !current.isDoubleWord,
            current.opcodeMode != Opcode.abs || current.source == 0
        else { throw Refusal(.EINVAL, "BPF_LD_[ABS|IND] uses reserved fields") }
        try checkRegister(6, .source)
        guard frame[6].type == .context else {
            throw Refusal(.EINVAL, "at the time of BPF_LD_ABS|IND R6 != pointer to skb")
        }
        if current.opcodeMode == Opcode.ind { try checkRegister(current.source, .source) }
        try checkUnmodified(frame[6].state, 6)
        try forgetCallerSaved(in: frame)
        frame[0].state.setUnknown()
        guard state.frames.count > 1 else { return .next }
        // Beyond the packet's end the function returns 0.
        touchRegister(0)
        _ = try pushBranch(to: instruction + 1)
        frame[0].state.setKnown(0)
        try returnToCaller()
        return .moved
    }
}
