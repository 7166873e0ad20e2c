/// One slot of a decoded program, 16 bytes: everything that the interpreter would otherwise work out at every step.
///
/// Slots are those of the original program, one for one (a 64-bit immediate load keeps its second, unused, slot), so an
/// index in the decoded program is an index in the original.
struct DecodedInstruction {
    var operation: DecodedOperation
    var destination: UInt8 = 0
    var source: UInt8 = 0
    /// Which entry of the region table this access hit last; only a guess, checked at each access.
    var regionHint: UInt8 = 0
    /// Memory displacement in bytes; for jumps and subprogram calls the distance from this slot to the target, in bytes
    /// of decoded code.
    var offset: Int32 = 0
    /// The constant operand, sign-extended to 64 bits; a helper's number; an atomic operation.
    var immediate: UInt64 = 0

    /// The third register of a fused operation, which has no region to guess at.
    var operand: UInt8 {
        get { regionHint }
        set { regionHint = newValue }
    }

    /// The size of a decoded slot in bytes.
    static let byteCount = MemoryLayout<DecodedInstruction>.stride
}
