public import BPFMachine
public import BPFVerifier

/// A loaded program did what no verified program does: the verifier, a fix-up or a helper is wrong. The packet's verdict is
/// unknown; the simulation tells its owner.
public struct ProgramFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let programName: String
    public let programID: UInt32
    /// The instruction slot of the program as it was loaded.
    public let instruction: Int
    public let reason: MachineFault.Reason
    /// The line that the instruction comes from; nil without line information.
    public let line: SourceLine?

    init(_ fault: MachineFault, in program: LoadedProgram) {
        programName = program.name
        programID = program.id
        instruction = program.originalInstruction(at: fault.instructionIndex)
        reason = fault.reason
        line = program.line(of: instruction)
    }

    public var description: String {
        let place = line.map { " (\($0.file):\($0.line): \($0.text))" } ?? ""
        return "program \(programName) (id \(programID)), instruction \(instruction)\(place): \(reason)"
    }
}
