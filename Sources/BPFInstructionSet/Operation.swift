/// One row of the instruction table: an encoding and its meaning.
///
/// The table (``all``) is the only place that knows opcodes. Decoding, validity, text in and out, and tests are look-ups in it.
/// A trivial value; see ``Instruction/operation`` for the look-up.
public struct Operation: Hashable, Sendable {
    /// What one field of an instruction means in a row.
    public enum FieldUse: Hashable, Sendable {
        /// A register number.
        case register
        /// A number of the program: a constant, a shift amount, half of a wide immediate.
        case constant
        /// A displacement in bytes from an address register.
        case displacement
        /// A distance in slots from the next slot.
        case distance
        /// The number of a helper, kernel function, map or variable.
        case identifier
        /// Always this value: tells rows of one opcode apart.
        case selector(Int32)
        /// Must be zero; see ``Instruction/violation(next:)``.
        case reserved
        /// Neither read nor checked by Linux: the offset of `exit`.
        case ignored
    }

    /// The opcode byte.
    public let opcode: UInt8
    /// What the instruction does.
    public let form: InstructionForm
    /// The destination field.
    public let destination: FieldUse
    /// The source field.
    public let source: FieldUse
    /// The offset field.
    public let offset: FieldUse
    /// The immediate field (of the first slot for LDDW).
    public let immediate: FieldUse

    init(
        _ opcode: UInt8, _ form: InstructionForm, destination: FieldUse = .reserved, source: FieldUse = .reserved,
        offset: FieldUse = .reserved, immediate: FieldUse = .reserved
    ) {
        self.opcode = opcode
        self.form = form
        self.destination = destination
        self.source = source
        self.offset = offset
        self.immediate = immediate
    }
}

extension Operation {
    /// True when the instruction has this row's opcode and selecting fields; reserved fields are not looked at.
    func matches(_ instruction: Instruction) -> Bool {
        opcode == instruction.opcode
            && source.selects(Int32(instruction.source))
            && offset.selects(Int32(instruction.offset))
            && immediate.selects(instruction.immediate)
            && destination.selects(Int32(instruction.destination))
    }

    /// True when a field besides the opcode chooses this row.
    var hasSelector: Bool {
        [destination, source, offset, immediate].contains { if case .selector = $0 { true } else { false } }
    }

    /// True when each reserved field is zero.
    func keepsReservedFieldsZero(_ instruction: Instruction) -> Bool {
        (destination != .reserved || instruction.destination == 0)
            && (source != .reserved || instruction.source == 0)
            && (offset != .reserved || instruction.offset == 0)
            && (immediate != .reserved || instruction.immediate == 0)
    }

    /// The first slot of an instruction of this row; selecting fields come from the row, the others that are not in use
    /// are zero, and arguments for either are ignored.
    public func instruction(
        destination: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, immediate: Int32 = 0
    ) -> Instruction {
        Instruction(
            opcode: opcode,
            destination: UInt8(truncatingIfNeeded: self.destination.value(or: Int32(destination))),
            source: UInt8(truncatingIfNeeded: self.source.value(or: Int32(source))),
            offset: Int16(truncatingIfNeeded: self.offset.value(or: Int32(offset))),
            immediate: self.immediate.value(or: immediate))
    }
}

extension Operation.FieldUse {
    /// False only for a selector of another value.
    fileprivate func selects(_ value: Int32) -> Bool {
        if case .selector(let required) = self { required == value } else { true }
    }

    /// What the field holds when the program wants `wanted` in it.
    fileprivate func value(or wanted: Int32) -> Int32 {
        switch self {
        case .selector(let required): required
        case .reserved, .ignored: 0
        case .register, .constant, .displacement, .distance, .identifier: wanted
        }
    }
}
