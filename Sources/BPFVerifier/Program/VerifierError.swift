public import LinuxABI

/// Why a program was refused: the errno of BPF_PROG_LOAD, the kernel's wording, and where.
public struct VerifierError: Error, Sendable, CustomStringConvertible {
    public let errno: KernelErrno
    /// The instruction that the verifier stood at; nil where it had not begun to follow the program.
    public let instruction: Int?
    /// The kernel's last lines, without the log, joined by `; `.
    public let message: String
    /// The source line of ``instruction``, where the program has line information.
    public let line: SourceLine?
    /// The whole log, at the level asked for.
    public let log: String
    /// Whether Linux may take the program, and this verifier does not cover what it uses.
    public let isNotModelled: Bool

    public var description: String {
        var place = ""
        if let instruction { place = " at instruction \(instruction)" }
        if let line { place += " (\(line.file):\(line.line): \(line.text.trimmedLeft))" }
        return "\(errno): \(message)\(place)"
    }
}

extension String {
    var trimmedLeft: Substring { drop(while: { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }) }
}

/// A refusal on its way out; the log and the place are added at the top.
struct Refusal: Error {
    var errno: KernelErrno
    var lines: [String]
    var isNotModelled = false
    /// The lines were written already, with what belongs between them.
    var isInLog = false

    init(_ errno: KernelErrno, _ line: String) { self.init(errno, lines: [line]) }

    init(_ errno: KernelErrno, lines: [String]) {
        self.errno = errno
        self.lines = lines
    }

    static func notModelled(_ what: String) -> Refusal {
        var refusal = Refusal(.ENOTSUPP, "not modelled: \(what)")
        refusal.isNotModelled = true
        return refusal
    }

    /// The same, with what the caller has to say about it.
    func adding(_ line: String) -> Refusal {
        var longer = self
        longer.lines.append(line)
        return longer
    }
}
