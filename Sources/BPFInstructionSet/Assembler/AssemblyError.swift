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

/// The word of `vocabulary` closest to `word`, when no more than a third of the word's letters differ.
func nearestWord(to word: String, in vocabulary: some Sequence<String>) -> String? {
    let letters = Array(word.lowercased().utf8)
    // Longer words than any of ours are noise, and not worth the quadratic comparison.
    guard (2...64).contains(letters.count) else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in vocabulary {
        let distance = editDistance(letters, Array(candidate.utf8))
        if distance <= max(1, letters.count / 3), distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
}

/// How many letters must be inserted, deleted or replaced to make one word of the other (Levenshtein).
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in right.indices {
            let replaced = diagonal + (letter == right[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
    }
    return row[right.count]
}
