/// Why a text is not a program: where, what stands there, and what was expected instead.
public struct AssemblyError: Error, Hashable, Sendable {
    /// The line, counted from 1.
    public let line: Int
    /// The character in the line, counted from 1.
    public let column: Int
    /// What stands there, or "the end of the line".
    public let found: String
    /// What would have been right, as the end of a sentence: "a register, r0 to r10".
    public let expected: String
    /// The known word that is closest to the one found, when one is close.
    public let nearest: String?
}

extension AssemblyError: CustomStringConvertible {
    /// One line: `3:8: found "bpf_redirec", expected a helper's name; did you mean bpf_redirect?`
    public var description: String {
        let suggestion = nearest.map { "; did you mean \($0)?" } ?? ""
        let quoted = found == Token.endDescription ? found : "\"\(found)\""
        return "\(line):\(column): found \(quoted), expected \(expected)\(suggestion)"
    }
}
