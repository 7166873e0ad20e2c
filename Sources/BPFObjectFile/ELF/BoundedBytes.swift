/// A section's content: little-endian numbers read with every offset checked against the section's own end.
struct BoundedBytes: Sendable {
    /// The section's name, for errors.
    let sectionName: String
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>, sectionName: String) {
        self.bytes = bytes
        self.sectionName = sectionName
    }

    var count: Int { bytes.count }

    /// A part, whose offsets count from its own start.
    func part(at offset: Int, count: Int) throws(ObjectFileError) -> BoundedBytes {
        try check(offset, count)
        let start = bytes.startIndex + offset
        return BoundedBytes(bytes[start..<start + count], sectionName: sectionName)
    }

    func array(at offset: Int, count: Int) throws(ObjectFileError) -> [UInt8] {
        try check(offset, count)
        let start = bytes.startIndex + offset
        return Array(bytes[start..<start + count])
    }

    func byte(at offset: Int) throws(ObjectFileError) -> UInt8 {
        try check(offset, 1)
        return bytes[bytes.startIndex + offset]
    }

    func half(at offset: Int) throws(ObjectFileError) -> UInt16 {
        try check(offset, 2)
        let start = bytes.startIndex + offset
        return UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8
    }

    func word(at offset: Int) throws(ObjectFileError) -> UInt32 {
        try check(offset, 4)
        let start = bytes.startIndex + offset
        return UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
            | UInt32(bytes[start + 3]) << 24
    }

    func doubleWord(at offset: Int) throws(ObjectFileError) -> UInt64 {
        UInt64(try word(at: offset)) | UInt64(try word(at: offset + 4)) << 32
    }

    /// The index after the last byte of the string at `offset`, or nil where no zero byte ends it within `limit`.
    func endOfString(at offset: Int, limit: Int) -> Int? {
        guard offset >= 0, offset < bytes.count else { return nil }
        let start = bytes.startIndex + offset
        let last = min(bytes.endIndex, start + limit + 1)
        return bytes[start..<last].firstIndex(of: 0).map { $0 - bytes.startIndex }
    }

    private func check(_ offset: Int, _ length: Int) throws(ObjectFileError) {
        guard offset >= 0, length >= 0, offset <= bytes.count, length <= bytes.count - offset else {
            throw .malformed(
                .section(sectionName, offset: UInt64(clamping: offset)),
                "\(length) bytes expected here, the content ends at \(bytes.count)")
        }
    }
}
