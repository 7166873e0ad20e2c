import LinuxABI
import PacketModel
import Yams
import Wording

/// A YAML node with its place: reads scalars, and says what it found where it expected something else.
struct SourceNode {
    let node: Node
    let place: SourcePlace

    init(_ node: Node, file: String) {
        self.node = node
        place = SourcePlace(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// What stands here, as errors name it.
    var found: String {
        switch node {
        case .scalar(let scalar):
            scalar.string.isEmpty && scalar.style != .singleQuoted && scalar.style != .doubleQuoted
                ? "nothing" : "'\(shortened(scalar.string))'"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    func expected(_ what: String) -> FormatError { FormatError(place, "expected \(what), found \(found)") }

    var isMapping: Bool { node.mapping != nil }
    var isList: Bool { node.sequence != nil }

    /// A scalar's text; an empty one must be quoted.
    func text(_ what: String = "text") throws(FormatError) -> String {
        guard case .scalar(let scalar) = node, found != "nothing" else { throw expected(what) }
        return scalar.string
    }

    /// Elements of a list.
    func list(_ what: String = "a list") throws(FormatError) -> [SourceNode] {
        guard case .sequence(let sequence) = node else { throw expected(what) }
        return sequence.map { SourceNode($0, file: place.file) }
    }

    /// Elements of a list, or this node alone.
    var oneOrMore: [SourceNode] {
        guard case .sequence(let sequence) = node else { return [self] }
        return sequence.map { SourceNode($0, file: place.file) }
    }

    func integer(_ range: ClosedRange<Int64>) throws(FormatError) -> Int64 {
        let what = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = Self.number(try text(what)), let signed = Int64(exactly: value), range.contains(signed)
        else { throw expected(what) }
        return signed
    }

    func unsigned() throws(FormatError) -> UInt64 {
        let what = "a number from 0 to \(UInt64.max)"
        guard let value = Self.number(try text(what)), let unsigned = UInt64(exactly: value) else {
            throw expected(what)
        }
        return unsigned
    }

    func boolean() throws(FormatError) -> Bool {
        switch try text("true or false") {
        case "true": return true
        case "false": return false
        default: throw expected("true or false")
        }
    }

    func word(_ words: [String]) throws(FormatError) -> String {
        let text = try text(words.joined(separator: " or "))
        guard words.contains(text) else {
            let nearest = nearestWord(to: text, among: words).map { "; did you mean '\($0)'?" } ?? ""
            throw FormatError(place, "expected \(words.joined(separator: " or ")), found \(found)\(nearest)")
        }
        return text
    }

    func address() throws(FormatError) -> NetworkAddress {
        let text = try text("an IP address")
        do { return try NetworkAddress(text) } catch { throw FormatError(place, error.description) }
    }

    func prefix() throws(FormatError) -> NetworkPrefix {
        let text = try text("an address with a prefix length")
        do { return try NetworkPrefix(text) } catch { throw FormatError(place, error.description) }
    }

    func linkAddress() throws(FormatError) -> LinkAddress {
        let text = try text("a MAC address")
        do { return try LinkAddress(text) } catch { throw FormatError(place, error.description) }
    }

    func errno() throws(FormatError) -> KernelErrno {
        let text = try text("an error's name such as EINVAL")
        guard let errno = KernelErrno(name: text) else { throw expected("an error's name such as EINVAL") }
        return errno
    }

    /// Bytes as hex digits; spaces and colons between them are ignored.
    func hexBytes() throws(FormatError) -> [UInt8] {
        let what = "bytes as pairs of hex digits"
        let digits = try text(what).filter { !$0.isWhitespace && $0 != ":" }.map { $0.hexDigitValue }
        guard digits.count.isMultiple(of: 2) else { throw expected(what) }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { throw expected(what) }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }

    /// A packet's bytes out of its notation.
    func packet() throws(FormatError) -> [UInt8] {
        let text = try text("packet notation")
        do { return try PacketNotation(text).bytes } catch { throw FormatError(place, "packet notation, \(error)") }
    }

    /// Decimal or `0x` hexadecimal, a minus in front of either.
    static func number(_ text: String) -> Int128? {
        guard text.utf8.count <= 40 else { return nil }
        let isNegative = text.hasPrefix("-")
        let digits = isNegative ? text.dropFirst() : text[...]
        let isHex = digits.hasPrefix("0x")
        let bare = isHex ? digits.dropFirst(2) : digits
        guard let first = bare.first, first != "+", first != "-" else { return nil }
        return Int128(bare, radix: isHex ? 16 : 10).map { isNegative ? -$0 : $0 }
    }

    private func shortened(_ text: String) -> String {
        let line = text.prefix(60).map { $0.isNewline ? " " : $0 }
        return String(line) + (text.count > 60 ? "…" : "")
    }
}
