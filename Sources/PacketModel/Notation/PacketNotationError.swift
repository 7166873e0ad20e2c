/// Why a text is no packet notation.
public struct PacketNotationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, in characters from 1.
    public let column: Int
    /// What is wrong: what was found and what was expected.
    public let detail: String
    /// The nearest known word, where one is near.
    public let suggestion: String?

    init(column: Int, _ detail: String, suggestion: String? = nil) {
        self.column = column
        self.detail = detail
        self.suggestion = suggestion
    }

    /// `column 7: unknown layer 'upd', did you mean 'udp'?`
    public var description: String {
        "column \(column): \(detail)" + (suggestion.map { ", did you mean '\($0)'?" } ?? "")
    }
}
