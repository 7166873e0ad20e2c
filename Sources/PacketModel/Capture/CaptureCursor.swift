/// Reads numbers, padded bytes and options inside one block, never beyond ``end``.
struct CaptureCursor {
    let bytes: [UInt8]
    /// Where the block begins.
    let block: Int
    var isBigEndian: Bool
    var position: Int
    var end = 0

    init(bytes: [UInt8], block: Int, isBigEndian: Bool) {
        self.bytes = bytes
        self.block = block
        self.isBigEndian = isBigEndian
        position = block
    }

    mutating func number<T: FixedWidthInteger>(_ type: T.Type) throws(CaptureError) -> T {
        let count = T.bitWidth / 8
        guard position + count <= end else {
            throw CaptureError(.truncated, at: block, "\(max(0, end - position)) bytes left, expected \(count)")
        }
        var value: T = 0
        for index in 0..<count {
            let byte = bytes[position + (isBigEndian ? index : count - 1 - index)]
            value = value << 8 | T(truncatingIfNeeded: byte)
        }
        position += count
        return value
    }

    /// `count` bytes, then the padding to a multiple of 4.
    mutating func padded(_ count: Int) throws(CaptureError) -> [UInt8] {
        guard count <= end - position else {
            throw CaptureError(.contents, at: block, "\(count) bytes claimed, \(max(0, end - position)) are there")
        }
        let value = Array(bytes[position..<position + count])
        position = min(end, position + (count + 3) / 4 * 4)
        return value
    }

    /// The next option; nil at the list's end.
    mutating func option() throws(CaptureError) -> (code: UInt16, value: [UInt8], text: String)? {
        guard position < end else { return nil }
        let code = try number(UInt16.self)
        let value = try padded(Int(try number(UInt16.self)))
        guard code != CaptureFormat.endOfOptions else { return nil }
        return (code, value, String(decoding: value, as: UTF8.self))
    }
}
