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

    /// The candidate that takes the fewest single-letter changes, at most a third of the word, rounded up.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        guard word.utf8.count <= 32 else { return nil }
        let limit = (word.utf8.count + 2) / 3
        return candidates.map { (candidate: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
            .filter { $0.distance <= limit }.min { $0.distance < $1.distance }?.candidate
    }

    /// Insertions, deletions, replacements and swaps of neighbouring letters.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var row = Array(0...right.count)
        for i in left.indices {
            var next = [i + 1]
            for j in right.indices {
                var best = min(row[j + 1] + 1, next[j] + 1, row[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, before[j - 1] + 1)
                }
                next.append(best)
            }
            (before, row) = (row, next)
        }
        return row[right.count]
    }
}
