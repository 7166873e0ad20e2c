import Yams

/// A YAML text read into nodes that know their places, within limits that keep hostile text from costing time or stack.
enum YAMLDocument {
    static let largestByteCount = 1 << 20

    /// The document's root. Anchors, aliases and tags are refused: the format needs none, and aliases of aliases grow
    /// without bound.
    static func root(of text: String, file: String) throws(FormatError) -> SourceNode {
        let start = SourcePlace(file: file, line: 1, column: 1)
        guard text.utf8.count <= largestByteCount else {
            throw FormatError(start, "\(text.utf8.count) bytes; a scenario has at most \(largestByteCount)")
        }
        if let place = anchorOrAlias(in: text, file: file) {
            throw FormatError(place, "anchors and aliases are no part of the scenario format")
        }
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw formatError(error, start: start, text: text)
        } catch {
            throw FormatError(start, "unreadable YAML: \(error)")
        }
        guard let node else { throw FormatError(start, "empty; expected a scenario") }
        return SourceNode(node, file: file)
    }

    private static func formatError(_ error: YamlError, start: SourcePlace, text: String) -> FormatError {
        func place(_ mark: Mark) -> SourcePlace {
            SourcePlace(file: start.file, line: max(1, mark.line), column: max(1, mark.column))
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return FormatError(place(mark), "not YAML: " + (context.map { "\($0.text): " } ?? "") + problem)
        case .duplicatedKeysInMapping(let names, let context):
            let what = names.map { "'\($0)'" }.joined(separator: ", ")
            return FormatError(place(context.mark), "key \(what) stands twice in one mapping")
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count(where: { $0.isNewline }) + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            return FormatError(SourcePlace(file: start.file, line: line, column: column), "not YAML: \(problem)")
        default: return FormatError(start, "unreadable YAML: \(error)")
        }
    }

    /// Where an anchor's name is used again as an alias, or an alias stands; nil in nearly all files.
    ///
    /// The scanner would resolve them before anyone could count, so this looks at the text: `&name` and `*name` where a
    /// token can begin. Text in quotes that looks like both, with the same name, is refused as well.
    private static func anchorOrAlias(in text: String, file: String) -> SourcePlace? {
        var anchors: Set<String> = []
        var line = 1
        var column = 0
        var mayBegin = true
        var bytes = text.utf8.makeIterator()
        var next = bytes.next()
        while let byte = next {
            next = bytes.next()
            column += byte & 0xC0 == 0x80 ? 0 : 1
            switch byte {
            case 0x0A:
                line += 1
                column = 0
                mayBegin = true
            case UInt8(ascii: "&") where mayBegin, UInt8(ascii: "*") where mayBegin:
                var name = ""
                while let letter = next, letter != 0x20, letter > 0x20, !",[]{}".utf8.contains(letter) {
                    name.unicodeScalars.append(Unicode.Scalar(letter))
                    next = bytes.next()
                }
                let place = SourcePlace(file: file, line: line, column: column)
                column += name.unicodeScalars.count
                mayBegin = false
                if byte == UInt8(ascii: "&") {
                    anchors.insert(name)
                } else if anchors.contains(name) {
                    return place
                }
            default: mayBegin = byte <= 0x20 || ",[]{}:-?".utf8.contains(byte)
            }
        }
        return nil
    }
}
