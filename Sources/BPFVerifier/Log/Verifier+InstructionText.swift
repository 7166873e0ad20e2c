import BPFInstructionSet

extension Verifier {
    /// An instruction as the kernel's log writes it; a map by its id, where the kernel has an address.
    func text(of current: Instruction, at index: Int) -> String {
        let next = index + 1 < instructions.count ? instructions[index + 1] : nil
        guard current.isWide, current.source == PseudoSource.mapFD || current.source == PseudoSource.mapValue else {
            return KernelSyntax().text(of: current, next: next)
        }
        var shown = current
        shown.immediate = Int32(bitPattern: maps[Int(current.immediate)].id)
        return KernelSyntax(wideImmediates: .dump).text(of: shown, next: next)
    }
}
