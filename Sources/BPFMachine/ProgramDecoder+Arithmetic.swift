import BPFInstructionSet

extension ProgramDecoder {
    /// An arithmetic operation in its four forms.
    private typealias Forms = (
        register64: Operation, constant64: Operation, register32: Operation, constant32: Operation
    )

    /// By the opcode's high four bits; negation, moves and byte swaps have rules of their own.
    private static func forms(_ code: UInt8, isSigned: Bool) -> Forms? {
        switch (code, isSigned) {
        case (0x00, false): (.add64, .add64K, .add32, .add32K)
        case (0x10, false): (.sub64, .sub64K, .sub32, .sub32K)
        case (0x20, false): (.mul64, .mul64K, .mul32, .mul32K)
        case (0x30, false): (.div64, .div64K, .div32, .div32K)
        case (0x30, true): (.sdiv64, .sdiv64K, .sdiv32, .sdiv32K)
        case (0x40, false): (.or64, .or64K, .or32, .or32K)
        case (0x50, false): (.and64, .and64K, .and32, .and32K)
        case (0x60, false): (.lsh64, .lsh64K, .lsh32, .lsh32K)
        case (0x70, false): (.rsh64, .rsh64K, .rsh32, .rsh32K)
        case (0x90, false): (.mod64, .mod64K, .mod32, .mod32K)
        case (0x90, true): (.smod64, .smod64K, .smod32, .smod32K)
        case (0xA0, false): (.xor64, .xor64K, .xor32, .xor32K)
        case (0xC0, false): (.arsh64, .arsh64K, .arsh32, .arsh32K)
        default: nil
        }
    }

    func decodeArithmetic(_ instruction: Instruction, at index: Int) throws(DecodeError) -> DecodedInstruction {
        try checkWritten(instruction.destination, at: index)
        let is64 = instruction.opcode & 0x07 == Opcode.Class.arithmetic64
        let code = instruction.opcode & 0xF0
        let isRegister = instruction.opcode & Opcode.registerOperand != 0
        var decoded = DecodedInstruction(
            operation: .nothing, destination: instruction.destination, source: instruction.source,
            immediate: UInt64(bitPattern: Int64(instruction.immediate)))
        switch code {
        case 0x80:
            guard !isRegister else { throw unknownOpcode(at: index) }
            try checkReserved(
                "source, offset or immediate",
                instruction.source == 0 && instruction.offset == 0 && instruction.immediate == 0, at: index)
            decoded.operation = is64 ? .neg64 : .neg32
        case 0xD0:
            decoded.operation = try byteOrder(instruction, at: index)
        case 0xB0:
            try checkOperand(instruction, offsetIsUsed: true, at: index)
            decoded.operation = try move(instruction, at: index)
        default:
            let isDivision = code == 0x30 || code == 0x90
            try checkOperand(instruction, offsetIsUsed: isDivision, at: index)
            guard instruction.offset == 0 || instruction.offset == 1 else {
                throw DecodeError(
                    instructionIndex: index, found: "division with offset \(instruction.offset)",
                    expected: "0 (unsigned) or 1 (signed)")
            }
            guard let forms = Self.forms(code, isSigned: instruction.offset == 1) else {
                throw unknownOpcode(at: index)
            }
            decoded.operation =
                switch (is64, isRegister) {
                case (true, true): forms.register64
                case (true, false): forms.constant64
                case (false, true): forms.register32
                case (false, false): forms.constant32
                }
        }
        return decoded
    }

    /// A register operand leaves the immediate reserved, and the other way round.
    private func checkOperand(
        _ instruction: Instruction, offsetIsUsed: Bool, at index: Int
    ) throws(DecodeError) {
        try checkReserved("offset", offsetIsUsed || instruction.offset == 0, at: index)
        if instruction.opcode & Opcode.registerOperand != 0 {
            try checkRegister(instruction.source, at: index)
            try checkReserved("immediate", instruction.immediate == 0, at: index)
        } else {
            try checkReserved("source", instruction.source == 0, at: index)
        }
    }

    /// MOV, and MOVSX, which has the width in its offset.
    private func move(_ instruction: Instruction, at index: Int) throws(DecodeError) -> Operation {
        let is64 = instruction.opcode & 0x07 == Opcode.Class.arithmetic64
        guard instruction.opcode & Opcode.registerOperand != 0 else {
            try checkReserved("offset", instruction.offset == 0, at: index)
            return is64 ? .mov64K : .mov32K
        }
        switch (is64, instruction.offset) {
        case (true, 0): return .mov64
        case (true, 8): return .mov64S8
        case (true, 16): return .mov64S16
        case (true, 32): return .mov64S32
        case (false, 0): return .mov32
        case (false, 8): return .mov32S8
        case (false, 16): return .mov32S16
        default:
            throw DecodeError(
                instructionIndex: index, found: "move with offset \(instruction.offset)",
                expected: is64 ? "0, 8, 16 or 32" : "0, 8 or 16")
        }
    }

    /// TO_LE, TO_BE (class ALU) and BSWAP (class ALU64), with the width in the immediate.
    private func byteOrder(_ instruction: Instruction, at index: Int) throws(DecodeError) -> Operation {
        let is64 = instruction.opcode & 0x07 == Opcode.Class.arithmetic64
        let isToBigEndian = instruction.opcode & Opcode.registerOperand != 0
        guard !(is64 && isToBigEndian) else { throw unknownOpcode(at: index) }
        try checkReserved(
            "source or offset", instruction.source == 0 && instruction.offset == 0, at: index)
        switch (is64 || isToBigEndian, instruction.immediate) {
        case (true, 16): return .swap16
        case (true, 32): return .swap32
        case (true, 64): return .swap64
        case (false, 16): return .cut16
        case (false, 32): return .cut32
        case (false, 64): return .nothing
        default:
            throw DecodeError(
                instructionIndex: index, found: "byte swap of \(instruction.immediate) bits",
                expected: "16, 32 or 64")
        }
    }
}
