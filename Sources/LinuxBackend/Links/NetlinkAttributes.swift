/// Netlink attributes being written (`struct nlattr`: length, kind, data, padding to 4 bytes).
struct AttributeWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ kind: UInt16, _ data: some Collection<UInt8>) {
        bytes.append(native: UInt16(clamping: data.count + 4))
        bytes.append(native: kind)
        bytes += data
        bytes.pad(to: 4)
    }

    mutating func append(_ kind: UInt16, word: UInt32) {
        var data: [UInt8] = []
        data.append(native: word)
        append(kind, data)
    }

    /// Text with its terminating zero.
    mutating func append(_ kind: UInt16, text: String) { append(kind, Array(text.utf8) + [0]) }

    /// An attribute of attributes, behind `header`.
    mutating func nest(_ kind: UInt16, header: [UInt8] = [], _ body: (inout AttributeWriter) -> Void) {
        var inner = AttributeWriter()
        body(&inner)
        append(kind, header + inner.bytes)
    }
}

/// Netlink attributes read.
struct AttributeReader {
    private let found: [UInt16: ArraySlice<UInt8>]

    /// Throws where an attribute is cut off, or shorter than its own header.
    init(_ bytes: ArraySlice<UInt8>) throws(NetlinkFault) {
        var found: [UInt16: ArraySlice<UInt8>] = [:]
        var rest = bytes
        while rest.count >= 4 {
            guard let size: UInt16 = rest.native(at: 0), let kind: UInt16 = rest.native(at: 2) else {
                break
            }
            guard size >= 4, Int(size) <= rest.count else {
                throw NetlinkFault("an attribute of \(size) bytes in \(rest.count)")
            }
            // Without NLA_F_NESTED and NLA_F_NET_BYTEORDER.
            found[kind & 0x3FFF] = rest.dropFirst(4).prefix(Int(size) - 4)
            rest = rest.dropFirst((Int(size) + 3) & ~3)
        }
        guard rest.isEmpty else { throw NetlinkFault("\(rest.count) bytes behind the last attribute") }
        self.found = found
    }

    func data(_ kind: UInt16) -> ArraySlice<UInt8>? { found[kind] }

    func number<Number: FixedWidthInteger>(_ kind: UInt16, as type: Number.Type = Number.self)
        -> Number?
    {
        found[kind]?.native(at: 0)
    }

    /// Text up to its terminating zero.
    func text(_ kind: UInt16) -> String? {
        found[kind].map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    func nested(_ kind: UInt16) throws(NetlinkFault) -> AttributeReader? {
        guard let bytes = found[kind] else { return nil }
        return try AttributeReader(bytes)
    }
}

/// An answer of the kernel that does not have the shape of one.
struct NetlinkFault: Error, Hashable, CustomStringConvertible {
    let found: String

    init(_ found: String) { self.found = found }

    var description: String { "netlink: the kernel's answer is malformed: \(found)" }
}
