internal import LinuxABI

/// What the members of a variable in `.maps` say about the map: libbpf's parse_btf_map_def, in its order and with its
/// conditions. Numbers are written as the length of an array that the member points to.
struct BTFMapDefinition {
    private let btf: BTF
    private let mapName: String
    private let isInner: Bool
    private(set) var type: UInt32 = 0
    private var keySize: UInt32 = 0
    private var valueSize: UInt32 = 0
    private var maxEntries: UInt32 = 0
    private var flags: UInt32 = 0
    private var numaNode: UInt32 = 0
    private var extra: UInt64 = 0
    private var pinning = MapSpecification.Pinning.none
    private var keyTypeID: UInt32 = 0
    private var valueTypeID: UInt32 = 0
    private var inner: [MapSpecification] = []
    /// Bytes from the variable's start to `values`, where the initial slots are.
    private(set) var valuesOffset: UInt32?

    init(_ definition: BTFType.Composite, name: String, isInner: Bool, in btf: BTF) throws(ObjectFileError) {
        self.btf = btf
        self.mapName = name
        self.isInner = isInner
        guard definition.members.count <= ObjectFileLimits.definitionMembers else {
            throw failure(
                "\(definition.members.count) members, expected at most \(ObjectFileLimits.definitionMembers)")
        }
        for (index, member) in definition.members.enumerated() {
            try read(member, isLast: index == definition.members.count - 1)
        }
        guard type != 0 else { throw failure("the member 'type' is missing") }
    }

    func specification() -> MapSpecification {
        MapSpecification(
            name: mapName, type: MapType(rawValue: type), keySize: keySize, valueSize: valueSize,
            maxEntries: isRingBuffer ? Self.ringBufferSize(maxEntries) : maxEntries, flags: MapFlags(rawValue: flags),
            numaNode: numaNode, extra: extra, pinning: pinning, keyTypeID: keyTypeID, valueTypeID: valueTypeID,
            inner: inner.first)
    }

    private mutating func read(_ member: BTFType.Member, isLast: Bool) throws(ObjectFileError) {
        switch member.name {
        case "type": type = try number(member)
        case "max_entries": maxEntries = try number(member)
        case "map_flags": flags = try number(member)
        case "numa_node": numaNode = try number(member)
        case "key_size": keySize = try merged(keySize, try number(member), member.name)
        case "value_size": valueSize = try merged(valueSize, try number(member), member.name)
        case "key":
            keyTypeID = try pointee(member)
            keySize = try merged(keySize, try btf.byteCount(of: keyTypeID), member.name)
        case "value":
            valueTypeID = try pointee(member)
            valueSize = try merged(valueSize, try btf.byteCount(of: valueTypeID), member.name)
        case "map_extra": extra = try longNumber(member)
        case "pinning":
            guard !isInner else { throw failure("an inner map cannot have 'pinning'") }
            pinning = MapSpecification.Pinning(rawValue: try number(member))
        case "values": try readValues(member, isLast: isLast)
        default:
            throw failure(
                "unknown member '\(member.name)', expected type, key, key_size, value, value_size, max_entries, "
                    + "map_flags, numa_node, map_extra, pinning or values")
        }
    }

    private mutating func readValues(_ member: BTFType.Member, isLast: Bool) throws(ObjectFileError) {
        guard !isInner else { throw failure("an inner map cannot have 'values'") }
        guard isLast else { throw failure("'values' must be the last member") }
        let mapType = MapType(rawValue: type)
        guard isMapOfMaps || mapType == .programArray else {
            throw failure("'values' in a map of type \(mapType), expected prog_array, array_of_maps or hash_of_maps")
        }
        valueSize = try merged(valueSize, 4, "values")
        guard case .array(let element, _, 0) = try btf.type(member.type) else {
            throw failure("'values' is \(btf.description(of: member.type)), expected an array without a length")
        }
        guard case .pointer(let target) = try btf.withoutModifiers(element).type else {
            throw failure("'values' holds \(btf.description(of: element)), expected pointers")
        }
        let targetType = try btf.withoutModifiers(target).type
        valuesOffset = member.bitOffset / 8
        if mapType == .programArray {
            guard case .functionPrototype = targetType else {
                throw failure("'values' points to \(btf.description(of: target)), expected functions")
            }
            return
        }
        guard case .structure(let definition) = targetType else {
            throw failure("'values' points to \(btf.description(of: target)), expected an inner map's struct")
        }
        inner = [try BTFMapDefinition(definition, name: mapName + ".inner", isInner: true, in: btf).specification()]
    }

    private var isMapOfMaps: Bool {
        let mapType = MapType(rawValue: type)
        return mapType == .arrayOfMaps || mapType == .hashOfMaps
    }

    /// BPF_MAP_TYPE_RINGBUF and BPF_MAP_TYPE_USER_RINGBUF.
    private var isRingBuffer: Bool { type == MapType.ringBuffer.rawValue || type == 31 }

    /// libbpf rounds a ring up to a power of two of pages; 0, and what cannot be rounded, is left for the kernel to refuse.
    static func ringBufferSize(_ size: UInt32) -> UInt32 {
        let page: UInt32 = 4096
        guard size != 0, !(size % page == 0 && (size / page).nonzeroBitCount == 1) else { return size }
        var pages: UInt32 = 1
        while pages <= UInt32.max / page {
            if pages * page > size { return pages * page }
            pages <<= 1
        }
        return size
    }

    private func merged(_ size: UInt32, _ value: UInt32, _ name: String) throws(ObjectFileError) -> UInt32 {
        guard size == 0 || size == value else {
            throw failure("'\(name)' says \(value) bytes, an earlier member said \(size)")
        }
        return value
    }

    private func number(_ member: BTFType.Member) throws(ObjectFileError) -> UInt32 {
        guard case .pointer(let target) = try btf.withoutModifiers(member.type).type,
            case .array(_, _, let count) = try btf.type(target)
        else {
            throw failure(
                "'\(member.name)' is \(btf.description(of: member.type)), expected a number (a pointer to an array)")
        }
        return count
    }

    private func longNumber(_ member: BTFType.Member) throws(ObjectFileError) -> UInt64 {
        guard case .enumeration(let enumeration) = try btf.withoutModifiers(member.type).type else {
            return UInt64(try number(member))
        }
        guard enumeration.values.count == 1 else {
            throw failure("'\(member.name)' is an enum of \(enumeration.values.count) values, expected one")
        }
        return UInt64(truncatingIfNeeded: enumeration.values[0].value)
    }

    private func pointee(_ member: BTFType.Member) throws(ObjectFileError) -> UInt32 {
        guard case .pointer(let target) = try btf.type(member.type) else {
            throw failure("'\(member.name)' is \(btf.description(of: member.type)), expected a pointer to the type")
        }
        return target
    }

    private func failure(_ message: String) -> ObjectFileError { .malformed(.map(mapName), message) }
}
