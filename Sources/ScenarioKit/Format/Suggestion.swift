import Wording

/// `; did you mean 'device'?`, or else `; known: device, name`.
func suggestion(for name: String, among candidates: [String]) -> String {
    if let nearest = nearestWord(to: name, among: candidates) { return "; did you mean '\(nearest)'?" }
    return candidates.isEmpty ? "" : "; known: \(candidates.joined(separator: ", "))"
}
