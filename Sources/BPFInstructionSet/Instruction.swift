/// One 8-byte BPF instruction as it stands in an object file or a bpf(2) request (RFC 9669, section 3).
///
/// A 64-bit immediate load (`LDDW`) takes two of them: the second has opcode 0 and carries the upper half.
public struct Instruction: Hashable, Sendable {
    /// Class in the low three bits; the rest depends on the class.
    public var opcode: UInt8
    /// 0 to 10; values 11 to 15 can be encoded and are refused later.
    public var destination: UInt8
    /// A register, or a pseudo code such as ``PseudoSource/mapFD`` for `LDDW` and calls.
    public var source: UInt8
    /// Jump distance in instructions after this one, or memory displacement in bytes.
    public var offset: Int16
    /// Constant operand, helper number, call distance, or a half of a 64-bit constant.
    public var immediate: Int32

    public init(
        opcode: UInt8, destination: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0
    ) {
        self.opcode = opcode
        self.destination = destination
        self.source = source
        self.offset = offset
        self.immediate = immediate
    }

    /// Encoded length in bytes.
    public static let byteCount = 8
}
