/// The words of the command line, object before verb, for pointing at the nearest known one.
public enum CommandWords {
    /// Verbs by object; an object without verbs stands alone.
    public static let tree: [(object: String, verbs: [String])] = [
        ("scenario", ["run", "check", "list", "compare", "diff", "init"]), ("prog", ["show", "dump", "verify", "run"]),
        ("bench", []), ("version", []), ("help", []),
    ]

    /// What is wrong with the first words of `arguments`; nil where they are known, or a flag comes first.
    public static func problem(_ arguments: [String]) -> String? {
        guard let object = arguments.first, !object.hasPrefix("-") else { return nil }
        guard let entry = tree.first(where: { $0.object == object }) else {
            return "unknown word '\(object)'" + suggestion(for: object, among: tree.map(\.object))
        }
        guard arguments.count > 1, !entry.verbs.isEmpty, !arguments[1].hasPrefix("-"),
            !entry.verbs.contains(arguments[1])
        else { return nil }
        return "unknown word '\(arguments[1])' behind '\(object)'"
            + suggestion(for: arguments[1], among: entry.verbs)
    }
}
