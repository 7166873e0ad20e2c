/// Reads the notation's text: layer names, their arguments in parentheses, quoted bytes.
struct NotationScanner {
    private let text: [UInt8]
    private(set) var position = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    /// Characters from 1; bytes that continue a character don't count.
    func column(of position: Int) -> Int {
        text[0..<min(position, text.count)].count { $0 & 0xC0 != 0x80 } + 1
    }

    var column: Int { column(of: position) }
    var isAtEnd: Bool { position >= text.count }
    var current: UInt8? { position < text.count ? text[position] : nil }

    func fail(_ detail: String) -> PacketNotationError { PacketNotationError(column: column, detail) }

    /// The character here as a message shows it.
    var found: String {
        guard position < text.count else { return "the end" }
        var end = position + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return "'\(String(decoding: text[position..<end], as: UTF8.self))'"
    }

    mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D { position += 1 }
    }

    /// Takes one character if it is there.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = current, UInt32(byte) == character.value else { return false }
        position += 1
        return true
    }

    /// Takes bytes up to one of those that separate words; maybe none.
    mutating func word() -> String {
        let start = position
        while let byte = current, !Self.separators.contains(byte) { position += 1 }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private static let separators = Set(" \t\r\n,()=>/'".utf8)

    /// The bytes between quotes, the opening one being here; escapes are n, r, t, 0, quote, backslash and xNN.
    mutating func quoted() throws(PacketNotationError) -> [UInt8] {
        let opening = column
        position += 1
        var bytes: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case 0x27: return bytes
            case 0x5C: bytes.append(try escape())
            default: bytes.append(byte)
            }
        }
        throw PacketNotationError(column: opening, "the quote is not closed")
    }

    private mutating func escape() throws(PacketNotationError) -> UInt8 {
        guard let byte = current else { throw fail("'\\' at the end") }
        position += 1
        switch byte {
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x30: return 0
        case 0x27, 0x5C: return byte
        case 0x78:
            guard position + 2 <= text.count,
                let value = UInt8(String(decoding: text[position..<position + 2], as: UTF8.self), radix: 16)
            else { throw fail("expected two hex digits behind '\\x'") }
            position += 2
            return value
        default:
            position -= 1
            throw fail("unknown escape \(found), expected n, r, t, 0, ', \\ or xNN")
        }
    }
}

/// One argument of a layer: `ttl=64`, `df`, or `>`.
struct NotationArgument {
    var key: String?
    var value: String
    /// Where the argument, and its value, begin.
    var column: Int
    var valueColumn: Int
}
