/// Why Linux refuses an instruction by its encoding alone, in the words of the verifier's log (kernel/bpf/verifier.c, 6.12).
///
/// The kernel finds some of these in a pass over the whole program before it follows any path, the others only when a path
/// reaches the instruction; ``isFoundBeforeWalking`` tells which.
public enum EncodingViolation: Error, Hashable, Sendable {
    /// The opcode does not exist for Linux. CALLX (0x8d) is one of these.
    case unknownOpcode(UInt8)
    /// A field that must be zero, or one of a few values, is not.
    case reservedFields(ReservedFieldsGroup)
    /// The immediate of an atomic operation names none.
    case unknownAtomicOperation(Int32)
    /// LDDW without a well-formed second slot.
    case invalidWideImmediate
    /// LDDW whose source field has no meaning, or a map's descriptor with an offset.
    case unrecognizedWideImmediate
    /// An address space cast other than between 0 and 1.
    case invalidAddressSpaceCast
    /// JCOND with fields other than those of may_goto, or with distance 0.
    case invalidMayGoto(offset: Int16, immediate: Int32)

    /// The name by which the kernel's message calls a group of instructions.
    public enum ReservedFieldsGroup: String, Hashable, Sendable {
        case negate = "BPF_NEG"
        case endian = "BPF_END"
        case move = "BPF_MOV"
        case arithmetic = "BPF_ALU"
        case load = "BPF_LDX"
        case store = "BPF_ST"
        case storeRegister = "BPF_STX"
        case packetLoad = "BPF_LD_[ABS|IND]"
        case wideImmediate = "BPF_LD_IMM64"
        case jump = "BPF_JMP/JMP32"
        case jumpAlways = "BPF_JA"
        case call = "BPF_CALL"
        case exit = "BPF_EXIT"
    }

    /// True when the kernel finds it in resolve_pseudo_ldimm64: after the ranges of subprograms and jumps (check_subprogs),
    /// before the graph (check_cfg) and before do_check follows any path.
    public var isFoundBeforeWalking: Bool {
        switch self {
        case .unknownOpcode, .invalidWideImmediate, .unrecognizedWideImmediate, .reservedFields(.load): true
        case .reservedFields, .unknownAtomicOperation, .invalidAddressSpaceCast, .invalidMayGoto: false
        }
    }
}

extension EncodingViolation: CustomStringConvertible {
    /// The line of the kernel's log, without the line break.
    public var description: String {
        switch self {
        case .unknownOpcode(let opcode): "unknown opcode \(hexadecimal(opcode, digits: 2))"
        case .reservedFields(let group): "\(group.rawValue) uses reserved fields"
        case .unknownAtomicOperation(let immediate):
            "BPF_ATOMIC uses invalid atomic opcode \(hexadecimal(UInt32(bitPattern: immediate), digits: 2))"
        case .invalidWideImmediate: "invalid bpf_ld_imm64 insn"
        case .unrecognizedWideImmediate: "unrecognized bpf_ld_imm64 insn"
        case .invalidAddressSpaceCast: "addr_space_cast insn can only convert between address space 1 and 0"
        case .invalidMayGoto(let offset, let immediate): "invalid may_goto off \(offset) imm \(immediate)"
        }
    }
}

/// Lower-case hexadecimal without a prefix, padded with zeros to `digits`.
func hexadecimal(_ value: some BinaryInteger, digits: Int = 1) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

extension Instruction {
    /// Why Linux 6.12 refuses this instruction by its encoding alone; nil when the encoding is sound.
    ///
    /// - Parameter next: the slot after this one, which LDDW needs; nil at the end of the program.
    ///
    /// Register numbers above 10, division by a constant zero, shift amounts, jump targets and helper numbers are not
    /// the encoding's business: they are checked, with messages of their own, where the registers are.
    public func violation(next: Instruction?) -> EncodingViolation? {
        // The order of resolve_pseudo_ldimm64: loads first, then LDDW, then the opcode.
        let isLoad = opcode & 0x07 == 0x01
        let mode = opcode & 0xE0
        if isLoad, (mode != 0x60 && mode != 0x80) || immediate != 0 { return .reservedFields(.load) }
        let rows = Operation.rows(opcode: opcode)
        guard let plain = rows.first, plain.form != .call(.register) else { return .unknownOpcode(opcode) }
        guard let row = operation else { return plain.form.violationWithoutRow(self, next: next) }

        if case .loadImmediate64(let meaning) = row.form {
            guard let next, next.opcode == 0, next.destination == 0, next.source == 0, next.offset == 0 else {
                return .invalidWideImmediate
            }
            if (meaning == .mapFD || meaning == .mapIndex) && next.immediate != 0 { return .unrecognizedWideImmediate }
        }
        if row.form == .mayGoto, offset == 0 { return .invalidMayGoto(offset: offset, immediate: immediate) }
        if row.form == .addressSpaceCast, immediate != 1, immediate != 1 << 16 { return .invalidAddressSpaceCast }
        guard row.keepsReservedFieldsZero(self) else {
            if row.form == .mayGoto { return .invalidMayGoto(offset: offset, immediate: immediate) }
            return row.form.reservedFieldsGroup.map(EncodingViolation.reservedFields)
        }
        return nil
    }
}

extension InstructionForm {
    /// How the kernel's message calls this form when a reserved field is set; nil for forms without reserved fields.
    fileprivate var reservedFieldsGroup: EncodingViolation.ReservedFieldsGroup? {
        switch self {
        case .alu: .arithmetic
        case .negate: .negate
        case .move, .moveSignExtended: .move
        case .addressSpaceCast, .atomic, .mayGoto: nil
        case .endian: .endian
        case .load: .load
        case .store(_, .immediate): .store
        case .store(_, .register): .storeRegister
        case .loadImmediate64: .wideImmediate
        case .loadPacket: .packetLoad
        case .jump: .jump
        case .jumpAlways: .jumpAlways
        case .call: .call
        case .exit: .exit
        }
    }

    /// The violation of an instruction whose opcode exists, with this as its plain form, but whose selecting fields fit no row.
    fileprivate func violationWithoutRow(_ instruction: Instruction, next: Instruction?) -> EncodingViolation? {
        switch self {
        case .atomic: return .unknownAtomicOperation(instruction.immediate)
        case .mayGoto: return .invalidMayGoto(offset: instruction.offset, immediate: instruction.immediate)
        case .loadImmediate64:
            guard let next, next.opcode == 0, next.destination == 0, next.source == 0, next.offset == 0 else {
                return .invalidWideImmediate
            }
            return .unrecognizedWideImmediate
        default: return reservedFieldsGroup.map(EncodingViolation.reservedFields)
        }
    }
}
