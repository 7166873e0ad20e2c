public import BPFObjectFile

/// The words behind `prog run FILE`, bpftool's own: `data_in F data_out F ctx_in F ctx_out F repeat N program NAME`.
public struct ProgramRunWords: Hashable, Sendable {
    public var program: String?
    public var dataIn: String?
    public var dataOut: String?
    public var contextIn: String?
    public var contextOut: String?
    public var repeats: UInt32 = 1
    /// `NAME=VALUE` for globals.
    public var assignments: [String] = []

    public init() {}

    /// Takes words in pairs; throws for an unknown one, with the nearest known.
    public mutating func take(_ words: [String]) throws(FileProblem) {
        let known = ["program", "data_in", "data_out", "ctx_in", "ctx_out", "repeat"]
        var rest = words[...]
        while let word = rest.popFirst() {
            guard known.contains(word) else {
                throw FileProblem("unknown word '\(word)'" + suggestion(for: word, among: known))
            }
            guard let value = rest.popFirst() else {
                throw FileProblem("'\(word)' needs a value behind it")
            }
            switch word {
            case "program": program = value
            case "data_in": dataIn = value
            case "data_out": dataOut = value
            case "ctx_in": contextIn = value
            case "ctx_out": contextOut = value
            default:
                guard let count = UInt32(value) else {
                    throw FileProblem("'repeat' needs a number, found '\(value)'")
                }
                repeats = count
            }
        }
    }

    /// `limit=1500`, `mac=hex:020000000001`.
    public static func assignment(_ text: String) throws(FileProblem) -> (
        name: String, value: GlobalValue
    ) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw FileProblem("expected NAME=VALUE, found '\(text)'")
        }
        let name = String(parts[0])
        let value = String(parts[1])
        if value == "true" || value == "false" { return (name, .integer(value == "true" ? 1 : 0)) }
        if let number = SourceNode.number(value) { return (name, .integer(number)) }
        guard value.hasPrefix("hex:") else {
            throw FileProblem(
                "expected a number, true, false or hex:BYTES for '\(name)', found '\(value)'")
        }
        let digits = value.dropFirst(4).filter { $0 != ":" }.map(\.hexDigitValue)
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else {
            throw FileProblem("expected pairs of hex digits behind 'hex:', found '\(value)'")
        }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8((digits[index] ?? 0) << 4 | (digits[index + 1] ?? 0))
        }
        return (name, .bytes(bytes))
    }
}
