/// Writes a `.BTF` section type by type (Documentation/bpf/btf.rst): header, types, strings; little endian.
struct BTFEncoder {
    enum Linkage: UInt32 {
        case `static` = 0
        case global = 1
    }

    private var types: [UInt8] = []
    private var strings: [UInt8] = [0]
    private var knownStrings: [String: UInt32] = ["": 0]
    /// The number that the next type gets; 0 is void.
    private var nextType: UInt32 = 1

    /// A string's offset; each text is stored once.
    mutating func string(_ text: String) -> UInt32 {
        if let known = knownStrings[text] { return known }
        let offset = UInt32(strings.count)
        strings += Array(text.utf8) + [0]
        knownStrings[text] = offset
        return offset
    }

    /// An integer of that many bytes (BTF_KIND_INT).
    mutating func integer(_ name: String, byteCount: UInt32, isSigned: Bool) -> UInt32 {
        type(name, kind: 1, third: byteCount, extra: [(isSigned ? 1 << 24 : 0) | byteCount * 8])
    }

    mutating func pointer(to target: UInt32) -> UInt32 { type("", kind: 2, third: target) }

    /// A structure of that size whose members nobody asks for (BTF_KIND_STRUCT).
    mutating func structure(_ name: String, byteCount: UInt32) -> UInt32 { type(name, kind: 4, third: byteCount) }

    /// Likewise a union (BTF_KIND_UNION).
    mutating func union(_ name: String, byteCount: UInt32) -> UInt32 { type(name, kind: 5, third: byteCount) }

    /// A structure that is only declared (BTF_KIND_FWD).
    mutating func forward(_ name: String) -> UInt32 { type(name, kind: 7, third: 0) }

    /// BTF_KIND_FUNC_PROTO. A function's parameters must have names.
    mutating func prototype(result: UInt32, parameters: [(name: String, type: UInt32)]) -> UInt32 {
        var extra: [UInt32] = []
        for parameter in parameters { extra += [string(parameter.name), parameter.type] }
        return type("", kind: 13, length: parameters.count, third: result, extra: extra)
    }

    /// BTF_KIND_FUNC, whose linkage stands where other kinds have a count.
    mutating func function(_ name: String, prototype: UInt32, linkage: Linkage) -> UInt32 {
        type(name, kind: 12, length: Int(linkage.rawValue), third: prototype)
    }

    /// The section: magic, version, flags, header length, where types and strings are.
    var section: [UInt8] {
        var bytes: [UInt8] = [0x9F, 0xEB, 1, 0]
        for word in [24, 0, UInt32(types.count), UInt32(types.count), UInt32(strings.count)] {
            bytes.append(native: word)
        }
        return bytes + types + strings
    }

    /// Name, kind with count, then a size or a type's number; and what the kind has beyond it.
    private mutating func type(
        _ name: String, kind: UInt32, length: Int = 0, third: UInt32, extra: [UInt32] = []
    ) -> UInt32 {
        for word in [string(name), kind << 24 | UInt32(length), third] + extra { types.append(native: word) }
        defer { nextType += 1 }
        return nextType
    }
}
