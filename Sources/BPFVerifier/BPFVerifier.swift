/// Proves that a program is safe to run, as Linux 6.12 does for a loader with all capabilities (kernel/bpf/verifier.c).
public enum BPFVerifier {
    /// Follows every path of the program.
    ///
    /// - Parameter log: what the log of the result or of the error holds; a refusal's message is there at every level.
    /// - Throws: ``VerifierError`` with the kernel's wording; "not modelled: …" for what Linux may accept and this
    ///   verifier does not cover.
    public static func verify(
        _ program: ProgramToVerify, log: LogLevel = .none
    ) throws(VerifierError) -> VerifiedProgram {
        let verifier = Verifier(program, log: log)
        do throws(Refusal) {
            try verifier.checkProgram()
        } catch {
            throw verifier.error(for: error)
        }
        return verifier.verifiedProgram()
    }
}
