import KernelControl

/// The running kernel's own types (/sys/kernel/btf/vmlinux): where members of its structures are, what its enumerations say.
///
/// It has more than a hundred thousand types, of which a witness asks for a handful: this reads the few it is asked for, and
/// keeps of the others only where they begin.
struct KernelTypes {
    /// What a type says of itself, for errors.
    enum Failure: Error, CustomStringConvertible {
        case malformed(String)
        case missing(String)

        var description: String {
            switch self {
            case .malformed(let what): "the kernel's types: \(what)"
            case .missing(let what): "the kernel's types have no \(what)"
            }
        }
    }

    private let bytes: [UInt8]
    private let strings: Range<Int>
    /// Where each type begins, by number; that of void is never read.
    private let starts: [UInt32]

    private static let headLength = 12
    private enum Kind {
        static let structure: UInt32 = 4
        static let union: UInt32 = 5
        static let enumeration: UInt32 = 6
    }

    /// - Throws: ``Failure/malformed(_:)`` for what is no BTF.
    init(_ bytes: [UInt8]) throws(Failure) {
        guard bytes.count >= 24, bytes[0] == 0x9F, bytes[1] == 0xEB, bytes[2] == 1 else {
            throw .malformed("no BTF header of version 1 in \(bytes.count) bytes")
        }
        let header = bytes[0..<24].withWords
        let types = Int(header[1]) + Int(header[2])
        let typesEnd = types + Int(header[3])
        let strings = Int(header[1]) + Int(header[4])
        let stringsEnd = strings + Int(header[5])
        guard typesEnd <= bytes.count, stringsEnd <= bytes.count, strings < stringsEnd, bytes[stringsEnd - 1] == 0
        else {
            throw .malformed("types or strings beyond the end of \(bytes.count) bytes")
        }
        var starts: [UInt32] = [0]
        starts.reserveCapacity((typesEnd - types) / 24)
        var position = types
        unsafe bytes.withUnsafeBytes { all in
            while position + Self.headLength <= typesEnd {
                starts.append(UInt32(position))
                let information = unsafe all.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)
                guard let length = Self.extraLength(information) else { break }
                position += Self.headLength + length
            }
        }
        guard position == typesEnd else { throw .malformed("an unknown kind of type at byte \(position - types)") }
        self.bytes = bytes
        self.strings = strings..<stringsEnd
        self.starts = starts
    }

    /// Bytes that follow a type's head; nil for an unknown kind.
    private static func extraLength(_ information: UInt32) -> Int? {
        let count = Int(information & 0xFFFF)
        switch information >> 24 & 0x1F {
        case 1, 14, 17: return 4
        case 2, 7, 8, 9, 10, 11, 12, 16, 18: return 0
        case 3: return 12
        case 4, 5, 15, 19: return 12 * count
        case 6, 13: return 8 * count
        default: return nil
        }
    }

    /// Bytes from a structure's start to a member, which may be inside nameless structures and unions of it.
    func offset(of member: String, in structure: String) throws(Failure) -> Int {
        guard let type = type(named: structure, kind: Kind.structure) else { throw .missing("struct \(structure)") }
        guard let bits = bitOffset(of: Array(member.utf8), in: type, depth: 0) else {
            throw .missing("member \(member) in struct \(structure)")
        }
        return bits / 8
    }

    /// An enumeration's names by value.
    func enumerators(of name: String) throws(Failure) -> [UInt32: String] {
        guard let type = type(named: name, kind: Kind.enumeration) else { throw .missing("enum \(name)") }
        var names: [UInt32: String] = [:]
        for index in 0..<count(of: type) {
            let record = type + Self.headLength + 8 * index
            names[word(record + 4)] = String(decoding: text(word(record)), as: UTF8.self)
        }
        return names
    }

    /// Where the first type of that name and kind begins.
    private func type(named name: String, kind: UInt32) -> Int? {
        let name = Array(name.utf8)
        for start in starts.dropFirst() where word(Int(start) + 4) >> 24 & 0x1F == kind {
            if isText(name, word(Int(start))) { return Int(start) }
        }
        return nil
    }

    private func bitOffset(of name: [UInt8], in type: Int, depth: Int) -> Int? {
        let information = word(type + 4)
        let hasBitFields = information >> 31 == 1
        for index in 0..<count(of: type) {
            let record = type + Self.headLength + 12 * index
            let raw = word(record + 8)
            let offset = Int(hasBitFields ? raw & 0xFF_FFFF : raw)
            let nameOffset = word(record)
            if nameOffset != 0 {
                if isText(name, nameOffset) { return offset }
                continue
            }
            let member = Int(word(record + 4))
            guard depth < 8, member > 0, member < starts.count else { continue }
            let inner = Int(starts[member])
            let kind = word(inner + 4) >> 24 & 0x1F
            guard kind == Kind.structure || kind == Kind.union else { continue }
            if let found = bitOffset(of: name, in: inner, depth: depth + 1) { return offset + found }
        }
        return nil
    }

    private func count(of type: Int) -> Int { Int(word(type + 4) & 0xFFFF) }

    private func word(_ offset: Int) -> UInt32 {
        UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
            | UInt32(bytes[offset + 3]) << 24
    }

    private func text(_ offset: UInt32) -> ArraySlice<UInt8> {
        let start = strings.lowerBound + Int(offset)
        guard start < strings.upperBound else { return [] }
        return bytes[start..<strings.upperBound].prefix { $0 != 0 }
    }

    private func isText(_ name: [UInt8], _ offset: UInt32) -> Bool {
        let start = strings.lowerBound + Int(offset)
        guard start + name.count < strings.upperBound, bytes[start + name.count] == 0 else { return false }
        for index in name.indices where bytes[start + index] != name[index] { return false }
        return true
    }
}

extension ArraySlice<UInt8> {
    fileprivate var withWords: [UInt32] { Array(self).words }
}
