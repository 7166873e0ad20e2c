/// Finds the name that was probably meant.
enum NearestName {
    /// The known name with the fewest edits, where they are at most a third of its length (or one).
    ///
    /// It looks at 4096 names and 64 bytes of each, so that a hostile file cannot make it slow.
    static func nearest(to name: String, in known: [String]) -> String? {
        let wanted = Array(name.utf8.prefix(64))
        var best: (name: String, edits: Int)?
        for candidate in known.prefix(4096) {
            let bytes = Array(candidate.utf8.prefix(64))
            let edits = distance(wanted, bytes)
            guard edits <= max(1, bytes.count / 3), edits < best?.edits ?? Int.max else { continue }
            best = (candidate, edits)
        }
        return best?.name
    }

    /// Levenshtein's distance.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var previous = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                let replaced = previous[column] + (byte == other ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
