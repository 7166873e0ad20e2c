/// The word among `candidates` with the fewest single-letter edits from `word`; nil where none is near.
///
/// Insertions, deletions, replacements and swaps of neighbours count as one edit each. Near means at most a third of the
/// longer word's letters, rounded up. Words over 64 bytes are no typing mistakes; they and candidates past the 4096th are
/// not compared, so that hostile input costs little.
public func nearestWord(to word: String, among candidates: some Sequence<String>) -> String? {
    let letters = Array(word.utf8.prefix(65))
    guard (1...64).contains(letters.count) else { return nil }
    var best: (word: String, edits: Int)?
    for candidate in candidates.prefix(4096) {
        let others = Array(candidate.utf8.prefix(65))
        guard others.count <= 64 else { continue }
        let edits = editDistance(letters, others)
        guard edits <= (max(letters.count, others.count) + 2) / 3 else { continue }
        if edits < best?.edits ?? .max { best = (candidate, edits) }
    }
    return best?.word
}

/// Damerau's distance, restricted to swaps of letters that are not edited otherwise.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        current.reserveCapacity(right.count + 1)
        for column in right.indices {
            let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
            var cost = min(previous[column + 1] + 1, current[column] + 1, replaced)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforePrevious[column - 1] + 1)
            }
            current.append(cost)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
}
