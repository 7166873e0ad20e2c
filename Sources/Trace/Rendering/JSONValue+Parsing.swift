/// What is wrong with a JSON text, and where.
public struct JSONTextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int
    /// Counted from 1, in bytes.
    public let column: Int
    public let message: String

    /// `3:17: expected ',' or '}', found ']'`
    public var description: String { "\(line):\(column): \(message)" }
}

extension JSONValue {
    /// Reads a JSON text (RFC 8259). Numbers are whole, at most 64 bits wide; names don't repeat within an object, and
    /// values nest at most 64 deep.
    public init(parsing text: String) throws(JSONTextError) {
        var parser = JSONParser(Array(text.utf8))
        self = try parser.document()
    }
}

/// Walks a JSON text once.
private struct JSONParser {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONTextError) -> JSONValue {
        let value = try self.value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw error("expected the end, found \(found)") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONTextError) -> JSONValue {
        skipSpace()
        guard depth < 64 else { throw error("values nest at most 64 deep") }
        switch peek {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case .some(UInt8(ascii: "0")...UInt8(ascii: "9")), UInt8(ascii: "-"): return try number()
        default:
            for (word, value) in [("null", JSONValue.null), ("true", .bool(true)), ("false", .bool(false))]
            where bytes[offset...].starts(with: word.utf8) {
                offset += word.utf8.count
                return value
            }
            throw error("expected a value, found \(found)")
        }
    }

    private mutating func object(depth: Int) throws(JSONTextError) -> JSONObject {
        var object = JSONObject()
        var names: Set<String> = []
        offset += 1
        skipSpace()
        if take("}") { return object }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw error("expected a name in quotes, found \(found)") }
            let place = offset
            let name = try string()
            guard names.insert(name).inserted else {
                offset = place
                throw error("name '\(name.prefix(60))' stands twice in one object")
            }
            skipSpace()
            guard take(":") else { throw error("expected ':', found \(found)") }
            object.set(name, try value(depth: depth + 1))
            skipSpace()
            if take("}") { return object }
            guard take(",") else { throw error("expected ',' or '}', found \(found)") }
        }
    }

    private mutating func array(depth: Int) throws(JSONTextError) -> [JSONValue] {
        var values: [JSONValue] = []
        offset += 1
        skipSpace()
        if take("]") { return values }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return values }
            guard take(",") else { throw error("expected ',' or ']', found \(found)") }
        }
    }

    private mutating func number() throws(JSONTextError) -> JSONValue {
        let start = offset
        while let byte = peek, byte > 0x20, !",]}:".utf8.contains(byte) { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        if digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits == "0" || !digits.hasPrefix("0") {
            if let value = Int64(text) { return .integer(value) }
            if let value = UInt64(text) { return .unsigned(value) }
        }
        offset = start
        throw error("expected a whole number of at most 64 bits, found '\(text.prefix(40))'")
    }

    private mutating func string() throws(JSONTextError) -> String {
        var text: [UInt8] = []
        let start = offset
        offset += 1
        while let byte = peek {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: text, as: UTF8.self) else {
                    offset = start
                    throw error("text that is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): text += try escape()
            case ..<0x20:
                offset -= 1
                throw error("a control character within quotes")
            default: text.append(byte)
            }
        }
        offset = start
        throw error("a text without its closing quote")
    }

    private mutating func escape() throws(JSONTextError) -> [UInt8] {
        let escapes: [(UInt8, UInt8)] = [
            (0x22, 0x22), (0x5C, 0x5C), (0x2F, 0x2F), (0x62, 8), (0x66, 12), (0x6E, 10), (0x72, 13), (0x74, 9),
        ]
        if let found = escapes.first(where: { $0.0 == peek }) {
            offset += 1
            return [found.1]
        }
        guard take("u") else { throw error("expected an escape, found \(found)") }
        var unit = try codeUnit()
        // A code point beyond 16 bits is written as two surrogates.
        if unit & 0xFC00 == 0xD800, take("\\"), take("u") {
            let low = try codeUnit()
            guard low & 0xFC00 == 0xDC00 else { throw error("half a surrogate pair") }
            unit = 0x1_0000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
        }
        guard let scalar = Unicode.Scalar(unit) else { throw error("half a surrogate pair") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func codeUnit() throws(JSONTextError) -> UInt32 {
        let digits = bytes[offset..<min(offset + 4, bytes.count)]
        guard digits.count == 4, digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("expected four hex digits") }
        offset += 4
        return unit
    }

    // MARK: Bytes

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private var found: String {
        guard let byte = peek else { return "the end" }
        return (0x21..<0x7F).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
    }

    private func error(_ message: String) -> JSONTextError {
        let before = bytes[..<min(offset, bytes.count)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONTextError(
            line: before.count(where: { $0 == 0x0A }) + 1, column: before.count - lineStart + 1, message: message)
    }
}
