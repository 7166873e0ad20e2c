/// Why bytes are no pcapng capture.
public struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Hashable, Sendable {
        /// The bytes end inside a block.
        case truncated
        /// A block's length is not possible.
        case blockLength
        /// The first block is no section header, or its byte-order magic is unknown.
        case notCapture
        case version
        /// A packet names an interface that was not described.
        case interface
        /// A packet or an option is longer than its block.
        case contents
    }

    public let code: Code
    /// Offset of the block in the file.
    public let offset: Int
    public let detail: String

    init(_ code: Code, at offset: Int, _ detail: String) {
        self.code = code
        self.offset = offset
        self.detail = detail
    }

    /// `block at byte 28: length 13, expected a multiple of 4`
    public var description: String { "block at byte \(offset): \(detail)" }
}
