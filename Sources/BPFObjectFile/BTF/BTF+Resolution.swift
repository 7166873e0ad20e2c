extension BTF {
    /// Follows typedefs, `const`, `volatile`, `restrict` and type tags to what they stand for.
    ///
    /// - Throws: where the chain has more than 32 steps.
    public func withoutModifiers(_ id: UInt32) throws(ObjectFileError) -> (id: UInt32, type: BTFType) {
        var current = id
        for _ in 0...ObjectFileLimits.typeDepth {
            switch try type(current) {
            case .typedef(_, let next), .volatile(let next), .const(let next), .restrict(let next),
                .typeTag(_, let next):
                current = next
            case let type: return (current, type)
            }
        }
        throw .malformed(.type(id), "more than \(ObjectFileLimits.typeDepth) typedefs and modifiers in a row")
    }

    /// Bytes that a value of the type takes, as libbpf's btf__resolve_size.
    ///
    /// - Throws: for types without a size (void, functions, forward declarations), endless chains, and sizes that do not
    ///   fit into 32 bits.
    public func byteCount(of id: UInt32) throws(ObjectFileError) -> UInt32 {
        var current = id
        var elements: UInt64 = 1
        for _ in 0...ObjectFileLimits.typeDepth {
            let size: UInt64
            switch try type(current) {
            case .typedef(_, let next), .volatile(let next), .const(let next), .restrict(let next),
                .typeTag(_, let next), .variable(_, let next, _), .declarationTag(_, let next, _):
                current = next
                continue
            case .array(let element, _, let count):
                elements *= UInt64(count)
                guard elements <= UInt64(UInt32.max) else {
                    throw .malformed(.type(id), "an array of more than 4 GiB")
                }
                current = element
                continue
            case .integer(let integer): size = UInt64(integer.byteCount)
            case .pointer: size = 8
            case .structure(let composite), .union(let composite): size = UInt64(composite.byteCount)
            case .enumeration(let enumeration): size = UInt64(enumeration.byteCount)
            case .float(_, let byteCount), .dataSection(_, let byteCount, _): size = UInt64(byteCount)
            case let type:
                throw .malformed(.type(id), "a \(type.kindName) has no size")
            }
            let total = size * elements
            guard total <= UInt64(UInt32.max) else {
                throw .malformed(.type(id), "a type of more than 4 GiB")
            }
            return UInt32(total)
        }
        throw .malformed(.type(id), "more than \(ObjectFileLimits.typeDepth) types deep")
    }

    /// The type as C writes it, for messages and listings: `struct target *`, `unsigned int[4]`.
    public func description(of id: UInt32) -> String {
        var suffix = ""
        var current = id
        for _ in 0...ObjectFileLimits.typeDepth {
            guard let type = self[current] else { return "type [\(current)]\(suffix)" }
            switch type {
            case .pointer(let next):
                suffix = (suffix.hasPrefix("*") || suffix.isEmpty ? "*" : " *") + suffix
                current = next
            case .array(let element, _, let count):
                suffix += "[\(count)]"
                current = element
            case .volatile(let next), .const(let next), .restrict(let next), .typeTag(_, let next): current = next
            default:
                let word: String
                switch type {
                case .structure, .union, .forward, .enumeration:
                    let keyword =
                        switch type {
                        case .union, .forward(_, true): "union"
                        case .enumeration: "enum"
                        default: "struct"
                        }
                    word = type.name.isEmpty ? "anonymous \(keyword)" : "\(keyword) \(type.name)"
                case .void: word = "void"
                case .functionPrototype: word = "function"
                default: word = type.name
                }
                return suffix.hasPrefix("*") ? "\(word) \(suffix)" : word + suffix
            }
        }
        return "endless type [\(id)]"
    }

    func type(_ id: UInt32) throws(ObjectFileError) -> BTFType {
        guard let type = self[id] else {
            throw .malformed(.type(id), "does not exist, the last type is [\(types.count - 1)]")
        }
        return type
    }
}
