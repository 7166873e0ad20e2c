/// The types of an object's `.BTF` section, by number; number 0 is void.
///
/// Parsing checks that every number that a type names exists. Chains of types can still be endless: everything here
/// that follows them stops after 32 steps, as libbpf does.
public struct BTF: Sendable {
    public let types: [BTFType]
    /// The section's bytes, which a loader hands to bpf(2).
    public let bytes: [UInt8]
    /// Numbers by name, first one first.
    private let idsByName: [String: [UInt32]]
    /// Texts of declaration tags by what they are on.
    private let tagsByPlace: [TagPlace: [String]]

    private struct TagPlace: Hashable {
        let type: UInt32
        let component: Int32
    }

    init(types: [BTFType], bytes: [UInt8]) {
        self.types = types
        self.bytes = bytes
        var ids: [String: [UInt32]] = [:]
        var tags: [TagPlace: [String]] = [:]
        for (index, type) in types.enumerated() {
            if case .declarationTag(let text, let target, let component) = type {
                tags[TagPlace(type: target, component: component), default: []].append(text)
            } else if !type.name.isEmpty {
                ids[type.name, default: []].append(UInt32(index))
            }
        }
        self.idsByName = ids
        self.tagsByPlace = tags
    }

    /// The type with this number, nil where there is none.
    public subscript(id: UInt32) -> BTFType? { id < types.count ? types[Int(id)] : nil }

    /// Numbers of the types with this name, in the section's order.
    public func ids(named name: String) -> [UInt32] { idsByName[name] ?? [] }

    /// Texts of the declaration tags on a type as a whole, or on one of its parameters or members.
    public func tags(on id: UInt32, component: Int32 = -1) -> [String] {
        tagsByPlace[TagPlace(type: id, component: component)] ?? []
    }

    /// The variables of a data section such as `.rodata`, nil where BTF has no such section.
    func dataSection(named name: String) -> (id: UInt32, byteCount: UInt32, variables: [BTFType.SectionVariable])? {
        for id in ids(named: name) {
            if case .dataSection(_, let byteCount, let variables) = types[Int(id)] { return (id, byteCount, variables) }
        }
        return nil
    }
}
