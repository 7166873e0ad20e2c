/// Reads the type records of a `.BTF` section one after the other.
struct BTFTypeParser {
    let bytes: BoundedBytes
    var strings: StringTable
    private(set) var types: [BTFType] = [.void]
    private var offset = 0

    init(bytes: BoundedBytes, strings: StringTable) {
        self.bytes = bytes
        self.strings = strings
    }

    mutating func run() throws(ObjectFileError) {
        types.reserveCapacity(bytes.count / 16)
        while offset < bytes.count {
            types.append(try next())
        }
    }

    /// What follows the three words that every type begins with.
    private mutating func take(_ count: Int) throws(ObjectFileError) -> BoundedBytes {
        let part = try bytes.part(at: offset, count: count)
        offset += count
        return part
    }

    private mutating func next() throws(ObjectFileError) -> BTFType {
        let head = try take(12)
        let name = try strings.string(at: head.word(at: 0))
        let information = try head.word(at: 4)
        // Either a size or a type's number, depending on the kind.
        let third = try head.word(at: 8)
        let length = Int(information & 0xFFFF)
        let flag = information >> 31 == 1
        let kind = information >> 24 & 0x1F

        switch kind {
        case 1: return .integer(try integer(name, byteCount: third))
        case 2: return .pointer(to: third)
        case 3:
            let extra = try take(12)
            return .array(element: try extra.word(at: 0), index: try extra.word(at: 4), count: try extra.word(at: 8))
        case 4, 5:
            let composite = BTFType.Composite(
                name: name, byteCount: third, members: try members(length, withBitFields: flag))
            return kind == 4 ? .structure(composite) : .union(composite)
        case 6, 19: return .enumeration(try enumeration(name, third, length, isSigned: flag, isWide: kind == 19))
        case 7: return .forward(name: name, isUnion: flag)
        case 8: return .typedef(name: name, type: third)
        case 9: return .volatile(third)
        case 10: return .const(third)
        case 11: return .restrict(third)
        case 12: return .function(name: name, prototype: third, linkage: try linkage(UInt32(length)))
        case 13: return .functionPrototype(result: third, parameters: try parameters(length))
        case 14: return .variable(name: name, type: third, linkage: try linkage(try take(4).word(at: 0)))
        case 15: return .dataSection(name: name, byteCount: third, variables: try variables(length))
        case 16: return .float(name: name, byteCount: third)
        case 17:
            return .declarationTag(
                text: name, type: third, component: Int32(bitPattern: try take(4).word(at: 0)))
        case 18: return .typeTag(text: name, type: third)
        default: throw .malformed(place, "BTF kind \(kind), the known ones are 1 to 19")
        }
    }

    private var place: ObjectFileError.Place { .type(UInt32(types.count)) }

    private mutating func integer(_ name: String, byteCount: UInt32) throws(ObjectFileError) -> BTFType.Integer {
        let extra = try take(4).word(at: 0)
        let bits = extra & 0xFF
        guard [1, 2, 4, 8, 16].contains(byteCount), bits > 0, bits <= byteCount * 8 else {
            throw .malformed(place, "an int of \(bits) bits in \(byteCount) bytes")
        }
        let encoding: BTFType.Integer.Encoding
        switch extra >> 24 & 0xF {
        case 0: encoding = .unsigned
        case 1: encoding = .signed
        case 2: encoding = .character
        case 4: encoding = .boolean
        case let other: throw .malformed(place, "int encoding \(other), expected 0, 1, 2 or 4")
        }
        return BTFType.Integer(name: name, byteCount: byteCount, bits: UInt8(bits), encoding: encoding)
    }

    private mutating func members(_ count: Int, withBitFields: Bool) throws(ObjectFileError) -> [BTFType.Member] {
        let records = try take(12 * count)
        var members: [BTFType.Member] = []
        for start in stride(from: 0, to: records.count, by: 12) {
            let offset = try records.word(at: start + 8)
            members.append(
                BTFType.Member(
                    name: try strings.string(at: records.word(at: start)), type: try records.word(at: start + 4),
                    bitOffset: withBitFields ? offset & 0xFF_FFFF : offset,
                    bitFieldSize: withBitFields ? UInt8(offset >> 24) : 0))
        }
        return members
    }

    private mutating func enumeration(
        _ name: String, _ byteCount: UInt32, _ count: Int, isSigned: Bool, isWide: Bool
    ) throws(ObjectFileError) -> BTFType.Enumeration {
        guard [1, 2, 4, 8].contains(byteCount) else { throw .malformed(place, "an enum of \(byteCount) bytes") }
        let recordSize = isWide ? 12 : 8
        let records = try take(recordSize * count)
        var values: [BTFType.Enumerator] = []
        for start in stride(from: 0, to: records.count, by: recordSize) {
            let low = try records.word(at: start + 4)
            let value: Int128
            if isWide {
                let whole = UInt64(low) | UInt64(try records.word(at: start + 8)) << 32
                value = isSigned ? Int128(Int64(bitPattern: whole)) : Int128(whole)
            } else {
                value = isSigned ? Int128(Int32(bitPattern: low)) : Int128(low)
            }
            values.append(BTFType.Enumerator(name: try strings.string(at: records.word(at: start)), value: value))
        }
        return BTFType.Enumeration(name: name, byteCount: byteCount, isSigned: isSigned, values: values)
    }

    private mutating func parameters(_ count: Int) throws(ObjectFileError) -> [BTFType.Parameter] {
        let records = try take(8 * count)
        var parameters: [BTFType.Parameter] = []
        for start in stride(from: 0, to: records.count, by: 8) {
            parameters.append(
                BTFType.Parameter(
                    name: try strings.string(at: records.word(at: start)), type: try records.word(at: start + 4)))
        }
        return parameters
    }

    private mutating func variables(_ count: Int) throws(ObjectFileError) -> [BTFType.SectionVariable] {
        let records = try take(12 * count)
        var variables: [BTFType.SectionVariable] = []
        for start in stride(from: 0, to: records.count, by: 12) {
            variables.append(
                BTFType.SectionVariable(
                    type: try records.word(at: start), offset: try records.word(at: start + 4),
                    byteCount: try records.word(at: start + 8)))
        }
        return variables
    }

    private func linkage(_ number: UInt32) throws(ObjectFileError) -> BTFType.Linkage {
        guard let linkage = BTFType.Linkage(rawValue: number) else {
            throw .malformed(place, "linkage \(number), expected 0 to 2")
        }
        return linkage
    }
}
