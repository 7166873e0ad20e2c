/// What an instruction does, without its registers and constants: the row of the instruction table it belongs to.
///
/// A trivial value: making one, comparing and switching over it allocate nothing. The registers, the displacement and
/// the constant stay in the ``Instruction``; ``Operation`` says which of its fields are in use.
public enum InstructionForm: Hashable, Sendable {
    /// `destination op= operand`.
    case alu(ArithmeticOperation, OperandWidth, OperandSource)
    /// `destination = -destination`.
    case negate(OperandWidth)
    /// `destination = operand`; a 32-bit move clears the upper half.
    case move(OperandWidth, OperandSource)
    /// MOVSX: `destination = (s8|s16|s32) source`, from the lowest `from` bytes of the source register.
    case moveSignExtended(OperandWidth, from: MemorySize)
    /// A cast between an arena's address spaces; Linux takes it only in programs that have an arena.
    case addressSpaceCast
    /// `destination = be16|le32|bswap64 destination`.
    case endian(ByteOrderConversion, MemorySize)
    /// `destination = *(size *)(source + offset)`, zero- or sign-extended to 64 bits.
    case load(MemorySize, signed: Bool)
    /// `*(size *)(destination + offset) = operand`; an immediate is sign-extended before it is cut to size.
    case store(MemorySize, OperandSource)
    /// A read-modify-write of memory at `destination + offset`; with `fetch` the old value goes to the source register
    /// (to r0 for ``AtomicOperation/compareExchange``). Size is word or doubleword.
    case atomic(AtomicOperation, MemorySize, fetch: Bool)
    /// LDDW, two slots: `destination = 64-bit value`, of the given meaning.
    case loadImmediate64(WideImmediate)
    /// The classic `r0 = *(size *)skb[immediate]`, with `indirect` `skb[source + immediate]`; big endian, r6 is the packet.
    case loadPacket(MemorySize, indirect: Bool)
    /// `if destination condition operand goto offset`.
    case jump(JumpCondition, OperandWidth, OperandSource)
    /// `goto`: by the offset field, or, when `long` (JA32), by the immediate field.
    case jumpAlways(long: Bool)
    /// JCOND: jumps once the loop's budget is used up.
    case mayGoto
    /// `call`.
    case call(CallTarget)
    /// Return from the function; r0 is the result.
    case exit
}

extension InstructionForm {
    /// True when control may continue somewhere else than at the next instruction: jumps, `exit`, `may_goto`, not calls.
    public var endsBasicBlock: Bool {
        switch self {
        case .jump, .jumpAlways, .mayGoto, .exit: true
        case .alu, .negate, .move, .moveSignExtended, .addressSpaceCast, .endian, .load, .store, .atomic,
            .loadImmediate64, .loadPacket, .call:
            false
        }
    }

    /// The 8-byte slots the instruction takes: 2 for LDDW, otherwise 1.
    public var slotCount: Int {
        if case .loadImmediate64 = self { 2 } else { 1 }
    }
}

extension Instruction {
    /// How far a jump goes, in slots counted from the next instruction; nil for anything but jumps.
    ///
    /// For a call of a subprogram the distance is the immediate field, and this is nil.
    public var jumpDistance: Int? {
        switch form {
        case .jump, .mayGoto, .jumpAlways(long: false): Int(offset)
        case .jumpAlways(long: true): Int(immediate)
        default: nil
        }
    }
}
