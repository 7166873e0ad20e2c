import Wording

/// A layer's arguments while they are read: what is taken is gone, what is left over is an error.
struct NotationArguments {
    let layer: String
    /// Where the layer's name begins.
    let column: Int
    private var positional: [NotationArgument]
    private var named: [NotationArgument]
    private var known: [String] = []
    /// Where the closing parenthesis is.
    private let end: Int

    init(layer: String, column: Int, end: Int, _ arguments: [NotationArgument]) {
        self.layer = layer
        self.column = column
        self.end = end
        positional = arguments.filter { $0.key == nil }
        named = arguments.filter { $0.key != nil }
    }

    /// The next word without a key.
    mutating func word(_ expected: String) throws(PacketNotationError) -> NotationArgument {
        guard let first = positional.first else {
            throw PacketNotationError(column: end, "\(layer)(…) lacks \(expected)")
        }
        positional.removeFirst()
        return first
    }

    /// The next two words without a key, with `>` between them.
    mutating func flow(_ expected: String) throws(PacketNotationError) -> (NotationArgument, NotationArgument) {
        let source = try word("'source > destination', each \(expected)")
        let arrow = try word("'>' and the destination")
        guard arrow.value == ">" else {
            throw PacketNotationError(column: arrow.column, "found '\(arrow.value)', expected '>' and the destination")
        }
        return (source, try word("the destination behind '>', \(expected)"))
    }

    /// Whether the next word is one of `words`; which one.
    mutating func flag(_ name: String) -> Bool {
        known.append(name)
        guard let index = positional.firstIndex(where: { $0.value == name }) else { return false }
        positional.remove(at: index)
        return true
    }

    /// The argument `key=…`.
    mutating func value(_ key: String) -> NotationArgument? {
        known.append(key + "=")
        guard let index = named.firstIndex(where: { $0.key == key }) else { return nil }
        return named.remove(at: index)
    }

    /// The number of `key=…`, decimal or 0x hex, at most `limit`.
    mutating func number<T: FixedWidthInteger & UnsignedInteger>(
        _ key: String, _ type: T.Type, limit: T = .max
    ) throws(PacketNotationError) -> T? {
        guard let argument = value(key) else { return nil }
        return try Self.number(argument, type, limit: limit)
    }

    static func number<T: FixedWidthInteger & UnsignedInteger>(
        _ argument: NotationArgument, _ type: T.Type, limit: T = .max
    ) throws(PacketNotationError) -> T {
        let text = argument.value
        let parsed = text.hasPrefix("0x") ? T(text.dropFirst(2), radix: 16) : T(text)
        guard let parsed, parsed <= limit, !text.hasPrefix("+"), !text.hasPrefix("0x+") else {
            throw PacketNotationError(
                column: argument.valueColumn, "'\(text)' is no number from 0 to \(limit)")
        }
        return parsed
    }

    /// The bytes of `key=hex`.
    mutating func bytes(_ key: String) throws(PacketNotationError) -> [UInt8]? {
        guard let argument = value(key) else { return nil }
        return try Self.bytes(argument)
    }

    static func bytes(_ argument: NotationArgument) throws(PacketNotationError) -> [UInt8] {
        let digits = Array(argument.value.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < digits.count {
            guard index + 1 < digits.count, let high = hexDigit(digits[index]), let low = hexDigit(digits[index + 1])
            else {
                throw PacketNotationError(
                    column: argument.valueColumn, "'\(argument.value)' is not an even number of hex digits")
            }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// The checksum of `checksum=…`: a number or `partial`.
    mutating func checksum(mayBePartial: Bool = true) throws(PacketNotationError) -> ChecksumField {
        guard let argument = value("checksum") else { return .computed }
        if mayBePartial, argument.value == "partial" { return .partial }
        return .value(try Self.number(argument, UInt16.self))
    }

    static func link(_ argument: NotationArgument) throws(PacketNotationError) -> LinkAddress {
        do { return try LinkAddress(argument.value) } catch {
            throw PacketNotationError(column: argument.valueColumn, error.description)
        }
    }

    static func address(_ argument: NotationArgument, isIPv6: Bool) throws(PacketNotationError) -> NetworkAddress {
        let address: NetworkAddress
        do { address = try NetworkAddress(argument.value) } catch {
            throw PacketNotationError(column: argument.valueColumn, error.description)
        }
        guard address.isIPv6 == isIPv6 else {
            throw PacketNotationError(
                column: argument.valueColumn,
                "found '\(address)', expected an \(isIPv6 ? "IPv6" : "IPv4") address")
        }
        return address
    }

    /// Fails for the first argument that nothing took.
    func finish() throws(PacketNotationError) {
        guard let left = (positional + named).min(by: { $0.column < $1.column }) else { return }
        let word = left.key.map { $0 + "=" } ?? left.value
        throw PacketNotationError(
            column: left.column, "unexpected '\(word)' in \(layer)(…)",
            suggestion: nearestWord(to: word, among: known))
    }
}
