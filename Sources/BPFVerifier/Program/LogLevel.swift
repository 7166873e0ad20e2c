/// How much the verifier writes (`log_level` of BPF_PROG_LOAD).
public struct LogLevel: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The path that led to a refusal; after success only the last line.
    public static let failingPath = Self(rawValue: 1)
    /// Every path, with register states.
    public static let everything = Self(rawValue: 2)
    /// Stack depths.
    public static let statistics = Self(rawValue: 4)
    public static let none: Self = []

    var writesInstructions: Bool { rawValue & 3 != 0 }
}
