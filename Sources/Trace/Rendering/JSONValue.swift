/// A JSON document as a value whose objects keep their members' order, so that the same run gives the same bytes.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case string(String)
    indirect case array([JSONValue])
    indirect case object(JSONObject)

    /// Any integer, as a JSON number.
    public static func number(_ value: some BinaryInteger) -> Self {
        if let signed = Int64(exactly: value) { return .integer(signed) }
        return .unsigned(UInt64(truncatingIfNeeded: value))
    }

    /// Bytes as a string of lower-case hex digits.
    public static func hex(_ bytes: some Sequence<UInt8>) -> Self { .string(hexText(bytes)) }
}

/// A JSON object whose members stand in the order in which they were set.
public struct JSONObject: Hashable, Sendable {
    /// One name with its value.
    public struct Member: Hashable, Sendable {
        public let name: String
        public let value: JSONValue
    }

    public private(set) var members: [Member] = []

    public init() {}

    /// Adds a member; nil adds none. Names must not repeat.
    public mutating func set(_ name: String, _ value: JSONValue?) {
        guard let value else { return }
        precondition(!members.contains { $0.name == name }, "a JSON object has each name once")
        members.append(Member(name: name, value: value))
    }

    /// Adds a string member; nil adds none.
    public mutating func set(_ name: String, text: String?) { set(name, text.map { .string($0) }) }

    /// Adds a number; nil adds none.
    public mutating func set(_ name: String, number: (some BinaryInteger)?) { set(name, number.map { .number($0) }) }

    /// Adds true or false; nil adds none.
    public mutating func set(_ name: String, flag: Bool?) { set(name, flag.map { .bool($0) }) }

    /// The value of a member; nil where there is none.
    public subscript(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
}

/// Bytes as lower-case hex digits without separators.
public func hexText(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
