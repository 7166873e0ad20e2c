/// Zero-terminated strings of one section, by offset.
///
/// Strings may share their ends, so a small table can name gigabytes: what it hands out is counted, and each offset is
/// decoded once.
struct StringTable: Sendable {
    private let bytes: BoundedBytes
    private var known: [UInt32: String] = [0: ""]
    private var handedOut = 0

    init(_ bytes: BoundedBytes) { self.bytes = bytes }

    /// The string at `offset`; bytes that are not UTF-8 become the replacement character.
    mutating func string(at offset: UInt32) throws(ObjectFileError) -> String {
        if let string = known[offset] { return string }
        let place = ObjectFileError.Place.section(bytes.sectionName, offset: UInt64(offset))
        guard Int(offset) < bytes.count else {
            throw .malformed(place, "a string is expected here, the table ends at \(bytes.count)")
        }
        guard let end = bytes.endOfString(at: Int(offset), limit: ObjectFileLimits.nameBytes) else {
            throw .malformed(place, "a string without an end within \(ObjectFileLimits.nameBytes) bytes")
        }
        let length = end - Int(offset)
        handedOut += length
        guard handedOut <= ObjectFileLimits.stringBytes else {
            throw .malformed(place, "names of more than \(ObjectFileLimits.stringBytes) bytes in all")
        }
        let string = String(decoding: try bytes.array(at: Int(offset), count: length), as: UTF8.self)
        known[offset] = string
        return string
    }
}
