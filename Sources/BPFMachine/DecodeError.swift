/// Why a program could not be decoded: which instruction, what was found there, and what was expected.
public struct DecodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The instruction's slot in the program (a 64-bit immediate load takes two slots).
    public let instructionIndex: Int
    /// What stands there.
    public let found: String
    /// What could stand there; nil where ``found`` is valid BPF that this machine doesn't model.
    public let expected: String?

    /// One line for people.
    public var description: String {
        guard let expected else { return "not modelled: \(found) (instruction \(instructionIndex))" }
        return "instruction \(instructionIndex): found \(found), expected \(expected)"
    }
}
