/// A word, a sign, or the end of a line.
struct Token {
    enum Kind {
        /// A name, a register or a number.
        case word
        /// An operator, a bracket or another sign.
        case sign
        case end
    }

    let kind: Kind
    /// As written; empty at the end.
    let text: String
    /// The position of the first character in the line, counted from 1.
    let column: Int
    /// True when no space stands before it.
    let isAdjacent: Bool

    static let endDescription = "the end of the line"

    /// What an error says was found; a long word is cut, so that hostile text does not make long messages.
    var description: String {
        if kind == .end { return Self.endDescription }
        return text.utf8.count > 64 ? text.prefix(60) + "…" : text
    }

    /// The signs of more than one character, longest first.
    private static let longSigns: [[Character]] = [
        "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "==", "!=", "<=", ">=",
    ].map(Array.init)

    /// Splits a line; a comment (`;`, `//`, or `#` that does not follow a name and precede a number) is left out.
    /// The last token is ``Kind/end``.
    static func tokens(of line: [Character]) -> [Token] {
        var tokens: [Token] = []
        var position = 0
        var isAdjacent = false
        while position < line.count {
            let character = line[position]
            if character.isWhitespace {
                position += 1
                isAdjacent = false
                continue
            }
            if isComment(line, at: position, isAdjacent: isAdjacent && tokens.last?.kind == .word) { break }
            var end = position + 1
            var kind = Kind.sign
            if character.isPartOfWord {
                kind = .word
                while end < line.count, line[end].isPartOfWord { end += 1 }
            } else if let sign = longSigns.first(where: { line[position...].starts(with: $0) }) {
                end = position + sign.count
            }
            tokens.append(
                Token(kind: kind, text: String(line[position..<end]), column: position + 1, isAdjacent: isAdjacent))
            position = end
            isAdjacent = true
        }
        tokens.append(Token(kind: .end, text: "", column: position + 1, isAdjacent: false))
        return tokens
    }

    /// `#` in `call bpf_redirect#23` belongs to the name; elsewhere it starts a comment.
    private static func isComment(_ line: [Character], at position: Int, isAdjacent: Bool) -> Bool {
        let next = position + 1 < line.count ? line[position + 1] : " "
        switch line[position] {
        case ";": return true
        case "/": return next == "/"
        case "#": return !(isAdjacent && (next.isASCII && next.isNumber || next == "-"))
        default: return false
        }
    }
}

extension Character {
    /// Letters, digits and the signs that compilers use in symbols.
    fileprivate var isPartOfWord: Bool {
        isASCII && (isLetter || isNumber || self == "_" || self == "." || self == "$" || self == "@")
    }
}
