/// Numbers in the machine's byte order, as the kernel's structures hold them.
extension [UInt8] {
    mutating func append(native number: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: number) { unsafe append(contentsOf: $0) }
    }

    /// Zeros up to a multiple of that many bytes.
    mutating func pad(to alignment: Int) {
        while count % alignment != 0 { append(0) }
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// The number that begins `offset` bytes from the first; nil where it does not fit.
    func native<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type = Number.self)
        -> Number?
    {
        let size = Number.bitWidth / 8
        guard offset >= 0, offset <= count - size else { return nil }
        var number = Number.zero
        let start = startIndex + offset
        unsafe withUnsafeMutableBytes(of: &number) { room in
            for index in 0..<size { unsafe room[index] = self[start + index] }
        }
        return number
    }

    /// The number at a place that is known to hold one, as in a record of our own layout.
    func number<Number: FixedWidthInteger>(at offset: Int) -> Number {
        guard let number = native(at: offset, as: Number.self) else {
            preconditionFailure("no number of \(Number.bitWidth) bits at \(offset) of \(count) bytes")
        }
        return number
    }
}
