import BPFInstructionSet

extension ProgramDecoder {
    /// A conditional jump in its four forms.
    private typealias Forms = (
        register64: Operation, constant64: Operation, register32: Operation, constant32: Operation
    )

    private static func forms(_ code: UInt8) -> Forms? {
        switch code {
        case 0x10: (.jumpEqual64, .jumpEqual64K, .jumpEqual32, .jumpEqual32K)
        case 0x20: (.jumpGreater64, .jumpGreater64K, .jumpGreater32, .jumpGreater32K)
        case 0x30: (.jumpGreaterEqual64, .jumpGreaterEqual64K, .jumpGreaterEqual32, .jumpGreaterEqual32K)
        case 0x40: (.jumpSet64, .jumpSet64K, .jumpSet32, .jumpSet32K)
        case 0x50: (.jumpNotEqual64, .jumpNotEqual64K, .jumpNotEqual32, .jumpNotEqual32K)
        case 0x60: (.jumpSignedGreater64, .jumpSignedGreater64K, .jumpSignedGreater32, .jumpSignedGreater32K)
        case 0x70:
            (
                .jumpSignedGreaterEqual64, .jumpSignedGreaterEqual64K, .jumpSignedGreaterEqual32,
                .jumpSignedGreaterEqual32K
            )
        case 0xA0: (.jumpLess64, .jumpLess64K, .jumpLess32, .jumpLess32K)
        case 0xB0: (.jumpLessEqual64, .jumpLessEqual64K, .jumpLessEqual32, .jumpLessEqual32K)
        case 0xC0: (.jumpSignedLess64, .jumpSignedLess64K, .jumpSignedLess32, .jumpSignedLess32K)
        case 0xD0:
            (.jumpSignedLessEqual64, .jumpSignedLessEqual64K, .jumpSignedLessEqual32, .jumpSignedLessEqual32K)
        default: nil
        }
    }

    func decodeJump(_ instruction: Instruction, at index: Int) throws(DecodeError) -> DecodedInstruction {
        switch instruction.opcode {
        case 0x05:
            try checkReserved(
                "registers or immediate",
                instruction.destination == 0 && instruction.source == 0 && instruction.immediate == 0, at: index)
            return DecodedInstruction(
                operation: .jump, offset: try target(Int(instruction.offset), from: index, what: "a jump"))
        case 0x06:
            try checkReserved(
                "registers or offset",
                instruction.destination == 0 && instruction.source == 0 && instruction.offset == 0, at: index)
            return DecodedInstruction(
                operation: .jump, offset: try target(Int(instruction.immediate), from: index, what: "a jump"))
        case 0x85:
            return try decodeCall(instruction, at: index)
        case 0x8D:
            throw DecodeError(
                instructionIndex: index, found: "CALLX, a call of an address in a register", expected: nil)
        case 0x95:
            try checkReserved(
                "registers, offset or immediate",
                instruction.destination == 0 && instruction.source == 0 && instruction.offset == 0
                    && instruction.immediate == 0, at: index)
            return DecodedInstruction(operation: .exit)
        case 0xE5:
            throw DecodeError(
                instructionIndex: index, found: "JCOND (may_goto)", expected: nil)
        default:
            return try decodeConditionalJump(instruction, at: index)
        }
    }

    private func decodeConditionalJump(
        _ instruction: Instruction, at index: Int
    ) throws(DecodeError) -> DecodedInstruction {
        guard let forms = Self.forms(instruction.opcode & 0xF0) else { throw unknownOpcode(at: index) }
        let is64 = instruction.opcode & 0x07 == Opcode.Class.jump
        let isRegister = instruction.opcode & Opcode.registerOperand != 0
        if isRegister {
            try checkRegister(instruction.source, at: index)
            try checkReserved("immediate", instruction.immediate == 0, at: index)
        } else {
            try checkReserved("source", instruction.source == 0, at: index)
        }
        let operation =
            switch (is64, isRegister) {
            case (true, true): forms.register64
            case (true, false): forms.constant64
            case (false, true): forms.register32
            case (false, false): forms.constant32
            }
        return DecodedInstruction(
            operation: operation, destination: instruction.destination, source: instruction.source,
            offset: try target(Int(instruction.offset), from: index, what: "a jump"),
            immediate: UInt64(bitPattern: Int64(instruction.immediate)))
    }

    private func decodeCall(_ instruction: Instruction, at index: Int) throws(DecodeError) -> DecodedInstruction {
        try checkReserved("destination", instruction.destination == 0, at: index)
        switch instruction.source {
        case 0:
            try checkReserved("offset", instruction.offset == 0, at: index)
            return DecodedInstruction(
                operation: instruction.immediate == Self.tailCallHelper ? .tailCall : .callHelper,
                immediate: UInt64(UInt32(bitPattern: instruction.immediate)))
        case PseudoSource.call:
            try checkReserved("offset", instruction.offset == 0, at: index)
            return DecodedInstruction(
                operation: .callSubprogram,
                offset: try target(Int(instruction.immediate), from: index, what: "a call"))
        case PseudoSource.kernelFunction:
            throw DecodeError(
                instructionIndex: index, found: "a call of a kernel function (BPF_PSEUDO_KFUNC_CALL)",
                expected: "a helper's number or a subprogram; the loader resolves kernel functions")
        default:
            throw DecodeError(
                instructionIndex: index, found: "a call with source \(instruction.source)",
                expected: "0 (helper) or 1 (subprogram)")
        }
    }
}
