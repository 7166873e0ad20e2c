import LinuxABI
import PacketModel
import Yams

/// A mapping whose keys have been held against a ``KeySet``; a value is asked for by its key.
struct MappingReader {
    let place: SourcePlace
    let keys: KeySet
    private var values: [String: SourceNode] = [:]
    private var order: [String] = []

    /// Throws unless `node` is a mapping with known keys only and every required one.
    init(_ node: SourceNode, _ keys: KeySet) throws(FormatError) {
        place = node.place
        self.keys = keys
        guard let mapping = node.node.mapping else { throw node.expected("\(keys.name), a mapping") }
        for (keyNode, valueNode) in mapping {
            let key = SourceNode(keyNode, file: node.place.file)
            let name = try key.text("a key")
            guard keys.names.contains(name) else {
                throw FormatError(
                    key.place,
                    "unknown key '\(name.prefix(60))' in \(keys.name)" + suggestion(for: name, among: keys.names))
            }
            guard values[name] == nil else { throw FormatError(key.place, "key '\(name)' stands twice in one mapping") }
            values[name] = SourceNode(valueNode, file: node.place.file)
            order.append(name)
        }
        for key in keys.keys where key.isRequired && values[key.name] == nil {
            throw FormatError(place, "\(keys.name) needs the key '\(key.name)'")
        }
    }

    /// The keys that are there, in the file's order.
    var names: [String] { order }

    /// The value behind a key of the set; nil where the file has none.
    subscript(_ name: String) -> SourceNode? {
        precondition(keys.names.contains(name), "\(keys.name) has no key '\(name)'")
        return values[name]
    }

    /// The value behind a key that the set requires.
    func required(_ name: String) throws(FormatError) -> SourceNode {
        guard let value = self[name] else { throw FormatError(place, "\(keys.name) needs the key '\(name)'") }
        return value
    }

    func text(_ name: String) throws(FormatError) -> String? { try self[name]?.text() }

    func integer(_ name: String) throws(FormatError) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let key = keys.keys.first(where: { $0.name == name }), case .integer(let range) = key.shape else {
            preconditionFailure("\(keys.name).\(name) is no bounded number")
        }
        return try value.integer(range)
    }

    func uint32(_ name: String) throws(FormatError) -> UInt32? {
        try integer(name).map { UInt32(truncatingIfNeeded: $0) }
    }

    func boolean(_ name: String) throws(FormatError) -> Bool? { try self[name]?.boolean() }

    func word(_ name: String) throws(FormatError) -> String? {
        guard let value = self[name] else { return nil }
        guard let key = keys.keys.first(where: { $0.name == name }), case .word(let words) = key.shape else {
            preconditionFailure("\(keys.name).\(name) is no word")
        }
        return try value.word(words)
    }

    /// Throws unless exactly one of these keys is there; its name.
    func exactlyOne(of names: [String]) throws(FormatError) -> String {
        let present = order.filter { names.contains($0) }
        guard present.count == 1, let name = present.first else {
            let found = present.isEmpty ? "none" : present.joined(separator: ", ")
            throw FormatError(place, "\(keys.name) has exactly one of \(names.joined(separator: ", ")); found \(found)")
        }
        return name
    }

    /// Throws where one of these keys is there beside `reason`.
    func forbid(_ names: [String], beside reason: String) throws(FormatError) {
        for name in names {
            if let value = self[name] {
                throw FormatError(value.place, "'\(name)' doesn't go with '\(reason)' in \(keys.name)")
            }
        }
    }
}
