import BPFInstructionSet

extension ProgramDecoder {
    /// The bytes of an access by the size bits of its opcode.
    private func byteCount(_ instruction: Instruction) -> Int {
        switch instruction.opcode & 0x18 {
        case 0x00: 4
        case 0x08: 2
        case 0x10: 1
        default: 8
        }
    }

    private func decoded(_ operation: Operation, _ instruction: Instruction) -> DecodedInstruction {
        DecodedInstruction(
            operation: operation, destination: instruction.destination, source: instruction.source,
            offset: Int32(instruction.offset), immediate: UInt64(bitPattern: Int64(instruction.immediate)))
    }

    /// Whether an access at R10 plus the instruction's offset lies in the 512 bytes of the frame.
    private func isInFrame(_ instruction: Instruction, base: UInt8) -> Bool {
        base == Self.framePointer && instruction.offset >= -Int16(ExecutionEnvironment.frameByteCount)
            && Int(instruction.offset) <= -byteCount(instruction)
    }

    /// Class LD: 64-bit immediates, and the legacy packet loads.
    func decodeLegacyLoad(_ instruction: Instruction, at index: Int) throws(DecodeError) -> DecodedInstruction {
        let mode = instruction.opcode & 0xE0
        if instruction.opcode == Opcode.loadImmediate { return try decodeLoadImmediate(instruction, at: index) }
        guard mode == Opcode.Mode.absolute || mode == Opcode.Mode.indirect, byteCount(instruction) != 8 else {
            throw unknownOpcode(at: index)
        }
        try checkReserved(
            "destination or offset", instruction.destination == 0 && instruction.offset == 0, at: index)
        var decoded = decoded(mode == Opcode.Mode.absolute ? .loadAbsolute : .loadIndirect, instruction)
        // The packet offset is the immediate; the displacement is free for the size.
        decoded.offset = Int32(byteCount(instruction))
        if mode == Opcode.Mode.absolute {
            try checkReserved("source", instruction.source == 0, at: index)
        } else {
            try checkRegister(instruction.source, at: index)
        }
        return decoded
    }

    private func decodeLoadImmediate(
        _ instruction: Instruction, at index: Int
    ) throws(DecodeError) -> DecodedInstruction {
        try checkWritten(instruction.destination, at: index)
        guard index + 1 < instructions.count else {
            throw DecodeError(
                instructionIndex: index, found: "a 64-bit immediate load in the last slot",
                expected: "its second slot behind it")
        }
        let second = instructions[index + 1]
        guard second.opcode == 0, second.destination == 0, second.source == 0, second.offset == 0 else {
            throw DecodeError(
                instructionIndex: index + 1, found: "a second slot with more than an immediate",
                expected: "opcode, registers and offset 0 in the second slot of a 64-bit immediate load")
        }
        guard instruction.source == 0 else {
            throw DecodeError(
                instructionIndex: index, found: Self.pseudoName(instruction.source),
                expected: "a plain 64-bit constant (source 0), which the loader puts in its place")
        }
        try checkReserved("offset", instruction.offset == 0, at: index)
        var decoded = decoded(.loadImmediate, instruction)
        decoded.immediate =
            UInt64(UInt32(bitPattern: second.immediate)) << 32 | UInt64(UInt32(bitPattern: instruction.immediate))
        return decoded
    }

    /// The names of include/uapi/linux/bpf.h.
    private static func pseudoName(_ source: UInt8) -> String {
        switch source {
        case PseudoSource.mapFD: "a map descriptor (BPF_PSEUDO_MAP_FD)"
        case PseudoSource.mapValue: "a map value (BPF_PSEUDO_MAP_VALUE)"
        case PseudoSource.btfID: "a kernel variable (BPF_PSEUDO_BTF_ID)"
        case PseudoSource.function: "a subprogram's address (BPF_PSEUDO_FUNC)"
        case 5: "a map's index (BPF_PSEUDO_MAP_IDX)"
        case 6: "a map value by index (BPF_PSEUDO_MAP_IDX_VALUE)"
        default: "a 64-bit immediate load with source \(source)"
        }
    }

    /// Class LDX.
    func decodeLoad(_ instruction: Instruction, at index: Int) throws(DecodeError) -> DecodedInstruction {
        try checkRegister(instruction.source, at: index)
        try checkWritten(instruction.destination, at: index)
        let isInFrame = isInFrame(instruction, base: instruction.source)
        let operation: Operation
        switch (instruction.opcode & 0xE0, byteCount(instruction)) {
        case (Opcode.Mode.memory, 1): operation = isInFrame ? .frameLoad8 : .load8
        case (Opcode.Mode.memory, 2): operation = isInFrame ? .frameLoad16 : .load16
        case (Opcode.Mode.memory, 4): operation = isInFrame ? .frameLoad32 : .load32
        case (Opcode.Mode.memory, 8): operation = isInFrame ? .frameLoad64 : .load64
        case (Opcode.Mode.memorySigned, 1): operation = .load8S
        case (Opcode.Mode.memorySigned, 2): operation = .load16S
        case (Opcode.Mode.memorySigned, 4): operation = .load32S
        default: throw unknownOpcode(at: index)
        }
        try checkReserved("immediate", instruction.immediate == 0, at: index)
        return decoded(operation, instruction)
    }

    /// Classes ST and STX, atomics among the latter.
    func decodeStore(_ instruction: Instruction, at index: Int) throws(DecodeError) -> DecodedInstruction {
        let isRegister = instruction.opcode & 0x07 == Opcode.Class.storeRegister
        let mode = instruction.opcode & 0xE0
        if isRegister {
            try checkRegister(instruction.source, at: index)
            if mode == Opcode.Mode.atomic { return try decodeAtomic(instruction, at: index) }
        }
        guard mode == Opcode.Mode.memory else { throw unknownOpcode(at: index) }
        let isInFrame = isInFrame(instruction, base: instruction.destination)
        if isRegister {
            try checkReserved("immediate", instruction.immediate == 0, at: index)
        } else {
            try checkReserved("source", instruction.source == 0, at: index)
        }
        let operation: Operation =
            switch (byteCount(instruction), isRegister, isInFrame) {
            case (1, true, false): .store8
            case (1, true, true): .frameStore8
            case (1, false, false): .store8K
            case (1, false, true): .frameStore8K
            case (2, true, false): .store16
            case (2, true, true): .frameStore16
            case (2, false, false): .store16K
            case (2, false, true): .frameStore16K
            case (4, true, false): .store32
            case (4, true, true): .frameStore32
            case (4, false, false): .store32K
            case (4, false, true): .frameStore32K
            case (_, true, false): .store64
            case (_, true, true): .frameStore64
            case (_, false, false): .store64K
            case (_, false, true): .frameStore64K
            }
        return decoded(operation, instruction)
    }

    private func decodeAtomic(_ instruction: Instruction, at index: Int) throws(DecodeError) -> DecodedInstruction {
        let width = byteCount(instruction)
        guard width >= 4 else {
            throw DecodeError(
                instructionIndex: index, found: "an atomic operation on \(width) bytes", expected: "4 or 8 bytes")
        }
        guard let operation = AtomicOperation(rawValue: instruction.immediate) else {
            throw DecodeError(
                instructionIndex: index, found: "atomic operation \(instruction.immediate)",
                expected: "add, or, and, xor (with or without fetch), xchg or cmpxchg")
        }
        if operation.writesSource { try checkWritten(instruction.source, at: index) }
        return decoded(width == 4 ? .atomic32 : .atomic64, instruction)
    }
}
