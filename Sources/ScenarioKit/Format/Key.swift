/// What may stand behind a key: what the reader accepts, and what the JSON schema for editors says.
indirect enum ValueShape: Sendable {
    case text
    /// A number within bounds, decimal or with `0x`.
    case integer(ClosedRange<Int64>)
    /// Any 64-bit number without sign.
    case unsigned
    case boolean
    /// One of these words.
    case word([String])
    /// `DEVICE@NAMESPACE`.
    case device
    /// An IPv4 or IPv6 address.
    case address
    /// An address with a prefix length.
    case prefix
    /// An address with a port: `10.0.0.1:53`, `[fd00::1]:53`.
    case socketAddress
    /// `02:00:00:00:00:01`
    case linkAddress
    /// `10.0.0.1:4000 > 10.0.0.2:9`
    case flow
    /// `1s`, `20ms`, `5us`, `100ns`.
    case duration
    /// Bytes as hex digits; spaces and colons between them are ignored.
    case hex
    /// A number, a truth value, a list of values, or ``KeySet/value``.
    case value
    /// A Linux error's name.
    case errno
    /// The keys of a set, by the set's name.
    case mapping(String)
    /// Any keys, each with a value of one shape.
    case open(ValueShape)
    case list(ValueShape)
    case either([ValueShape])
}

/// One key of a mapping in a scenario file.
struct Key: Sendable {
    let name: String
    let shape: ValueShape
    /// One sentence for editors.
    let summary: String
    var isRequired = false

    init(_ name: String, _ shape: ValueShape, _ summary: String, isRequired: Bool = false) {
        self.name = name
        self.shape = shape
        self.summary = summary
        self.isRequired = isRequired
    }
}

/// The keys that one kind of mapping has.
struct KeySet: Sendable {
    /// With its article, as errors say it: `a capture`.
    let name: String
    let keys: [Key]

    init(_ name: String, _ keys: [Key]) {
        self.name = name
        self.keys = keys
    }

    var names: [String] { keys.map(\.name) }
}
