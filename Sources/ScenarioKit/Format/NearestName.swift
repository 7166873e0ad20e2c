/// The name among `candidates` with the fewest single-letter edits from `name`; nil where none is near.
///
/// Swapped neighbouring letters count as one edit. Near means at most a third of the longer name's letters, rounded up.
func nearestName(to name: String, among candidates: [String]) -> String? {
    // Longer words are no typing mistakes, and would cost time on hostile input.
    guard name.utf8.count <= 64 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
        let distance = editDistance(Array(name.utf8), Array(candidate.utf8))
        guard distance <= (max(name.utf8.count, candidate.utf8.count) + 2) / 3 else { continue }
        if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
}

/// `; did you mean 'device'?`, or else `; known: device, name`.
func suggestion(for name: String, among candidates: [String]) -> String {
    if let nearest = nearestName(to: name, among: candidates) { return "; did you mean '\(nearest)'?" }
    return candidates.isEmpty ? "" : "; known: \(candidates.joined(separator: ", "))"
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            var cost = min(previous[column + 1] + 1, current[column] + 1)
            cost = min(cost, previous[column] + (left[row] == right[column] ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforePrevious[column - 1] + 1)
            }
            current.append(cost)
        }
        beforePrevious = previous
        previous = current
    }
    return previous[right.count]
}
