import BPFInstructionSet

/// Instructions as the fix-ups write them.
extension Instruction {
    /// The kernel's auxiliary register (BPF_REG_AX): only rewritten instructions use it.
    static let auxiliary: UInt8 = 11

    static func load(
        _ size: MemorySize, _ destination: UInt8, _ base: UInt8, _ offset: Int
    ) -> Instruction {
        Instruction(
            opcode: 0x61 | size.opcodeBits, destination: destination, source: base, offset: Int16(offset))
    }

    static func store(_ size: MemorySize, _ base: UInt8, _ offset: Int, _ source: UInt8) -> Instruction {
        Instruction(opcode: 0x63 | size.opcodeBits, destination: base, source: source, offset: Int16(offset))
    }

    /// The same store with another size and place; a register's or an immediate's stays that (BPF_EMIT_STORE).
    func store(_ size: MemorySize, at offset: Int) -> Instruction {
        var copy = self
        copy.opcode = opcode & 0x07 | 0x60 | size.opcodeBits
        copy.offset = Int16(offset)
        return copy
    }

    /// Whether a store's value is the immediate (BPF_ST).
    var storesImmediate: Bool { opcode & 0x07 == 0x02 }

    static func and32(_ register: UInt8, _ mask: Int32) -> Instruction {
        Instruction(opcode: 0x54, destination: register, immediate: mask)
    }

    static func shiftRight32(_ register: UInt8, _ count: Int) -> Instruction {
        Instruction(opcode: 0x74, destination: register, immediate: Int32(count))
    }

    static func move32(_ register: UInt8, _ value: Int32) -> Instruction {
        Instruction(opcode: 0xB4, destination: register, immediate: value)
    }

    static func move64(_ register: UInt8, _ value: Int32) -> Instruction {
        Instruction(opcode: 0xB7, destination: register, immediate: value)
    }

    static func signExtend(_ register: UInt8, from size: Int) -> Instruction {
        Instruction(opcode: 0xBF, destination: register, source: register, offset: Int16(size * 8))
    }

    static func add64(_ register: UInt8, _ source: UInt8) -> Instruction {
        Instruction(opcode: 0x0F, destination: register, source: source)
    }

    static func shiftLeft64(_ register: UInt8, _ count: Int) -> Instruction {
        Instruction(opcode: 0x67, destination: register, immediate: Int32(count))
    }

    static func multiply64(_ register: UInt8, _ factor: Int32) -> Instruction {
        Instruction(opcode: 0x27, destination: register, immediate: factor)
    }

    static func jump(_ distance: Int) -> Instruction { Instruction(opcode: 0x05, offset: Int16(distance)) }

    static func jumpIfEqual(_ register: UInt8, _ value: Int32, _ distance: Int) -> Instruction {
        Instruction(opcode: 0x15, destination: register, offset: Int16(distance), immediate: value)
    }

    /// Unsigned.
    static func jumpIfGreaterOrEqual(_ register: UInt8, _ value: Int32, _ distance: Int) -> Instruction {
        Instruction(opcode: 0x35, destination: register, offset: Int16(distance), immediate: value)
    }

    /// If any of the bits is set in the lower half.
    static func jumpIfAny32(_ register: UInt8, _ bits: Int32, _ distance: Int) -> Instruction {
        Instruction(opcode: 0x46, destination: register, offset: Int16(distance), immediate: bits)
    }

    /// LDDW: two slots.
    static func loadConstant(_ register: UInt8, _ value: UInt64) -> [Instruction] {
        [
            Instruction(
                opcode: 0x18, destination: register, immediate: Int32(truncatingIfNeeded: value)),
            Instruction(opcode: 0, immediate: Int32(truncatingIfNeeded: value >> 32)),
        ]
    }
}
