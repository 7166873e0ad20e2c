import BPFInstructionSet

/// Translates a program's slots one by one, refusing what the kernel refuses before it looks at registers' values.
///
/// Encodings are the instruction table's business; here are registers, jump targets, and what the machine doesn't model.
struct ProgramDecoder {
    let instructions: [Instruction]
    /// The second slots of 64-bit immediate loads.
    private let isSecondHalf: [Bool]

    /// R10, which no instruction may write.
    static let framePointer: UInt8 = 10
    /// bpf_tail_call has an operation of its own.
    static let tailCallHelper: Int32 = 12

    /// The highest register: R10, or R11 where a loader may use it.
    private let lastRegister: UInt8

    init(_ instructions: [Instruction], lastRegister: UInt8 = framePointer) {
        self.instructions = instructions
        self.lastRegister = lastRegister
        var isSecondHalf = [Bool](repeating: false, count: instructions.count)
        var index = 0
        while index < instructions.count {
            let slotCount = instructions[index].form?.slotCount ?? 1
            if slotCount == 2, index + 1 < instructions.count { isSecondHalf[index + 1] = true }
            index += slotCount
        }
        self.isSecondHalf = isSecondHalf
    }

    /// The decoded slots, with ``DecodedOperation/end`` behind them.
    func decode() throws(DecodeError) -> [DecodedInstruction] {
        guard !instructions.isEmpty else {
            throw DecodeError(instructionIndex: 0, found: "no instructions", expected: "at least one")
        }
        var decoded: [DecodedInstruction] = []
        decoded.reserveCapacity(instructions.count + 1)
        for index in instructions.indices {
            decoded.append(isSecondHalf[index] ? DecodedInstruction(operation: .end) : try decodeSlot(index))
        }
        decoded.append(DecodedInstruction(operation: .end))
        return decoded
    }

    private func decodeSlot(_ index: Int) throws(DecodeError) -> DecodedInstruction {
        let instruction = instructions[index]
        if instruction.form == .call(.register) {
            throw notModelled("CALLX, a call of an address in a register", at: index)
        }
        let next = index + 1 < instructions.count ? instructions[index + 1] : nil
        if let violation = instruction.violation(next: next) {
            throw DecodeError(
                instructionIndex: index, found: "\(violation)", expected: "an encoding that Linux accepts")
        }
        guard let row = instruction.operation else {
            throw DecodeError(
                instructionIndex: index, found: "opcode \(instruction.opcode)", expected: "one of the instruction table"
            )
        }
        try checkRegisters(instruction, row, at: index)
        var decoded = DecodedInstruction(
            operation: try operation(instruction, row.form, at: index),
            destination: instruction.destination, source: instruction.source, offset: Int32(instruction.offset),
            immediate: UInt64(bitPattern: Int64(instruction.immediate)))
        switch row.form {
        case .jump, .jumpAlways(long: false):
            decoded.offset = try target(Int(instruction.offset), from: index, what: "a jump")
        case .jumpAlways(long: true):
            decoded.offset = try target(Int(instruction.immediate), from: index, what: "a jump")
        case .call(.subprogram):
            decoded.offset = try target(Int(instruction.immediate), from: index, what: "a call")
        case .loadImmediate64:
            let upper = UInt32(bitPattern: next?.immediate ?? 0)
            decoded.immediate = UInt64(upper) << 32 | UInt64(UInt32(bitPattern: instruction.immediate))
        case .loadPacket(let size, _):
            // The packet offset is the immediate; the displacement is free for the size.
            decoded.offset = Int32(size.byteCount)
        default: break
        }
        return decoded
    }

    private func notModelled(_ what: String, at index: Int) -> DecodeError {
        DecodeError(instructionIndex: index, found: what, expected: nil)
    }

    /// Registers are 0 to 10 (or 11), and nothing writes R10 ("frame pointer is read only").
    private func checkRegisters(
        _ instruction: Instruction, _ row: BPFInstructionSet.Operation, at index: Int
    ) throws(DecodeError) {
        for (use, register) in [(row.destination, instruction.destination), (row.source, instruction.source)] {
            guard use == .register, register > lastRegister else { continue }
            throw DecodeError(
                instructionIndex: index, found: "register r\(register)", expected: "r0 to r\(lastRegister)")
        }
        let written: UInt8? =
            switch row.form {
            case .alu, .negate, .move, .moveSignExtended, .addressSpaceCast, .endian, .load, .loadImmediate64:
                instruction.destination
            case .atomic(let operation, _, fetch: true) where operation != .compareExchange: instruction.source
            default: nil
            }
        guard written != Self.framePointer else {
            throw DecodeError(
                instructionIndex: index, found: "a write to r10", expected: "r0 to r9, the frame pointer is read only")
        }
    }

    /// The distance to the slot `distance` after the next one, in bytes of decoded code.
    private func target(_ distance: Int, from index: Int, what: String) throws(DecodeError) -> Int32 {
        let target = index + 1 + distance
        guard instructions.indices.contains(target) else {
            throw DecodeError(
                instructionIndex: index, found: "\(what) to slot \(target)",
                expected: "one of the program's slots 0 to \(instructions.count - 1)")
        }
        guard !isSecondHalf[target] else {
            throw DecodeError(
                instructionIndex: index, found: "\(what) to slot \(target), inside a 64-bit immediate load",
                expected: "a slot where an instruction starts")
        }
        guard let bytes = Int32(exactly: (target - index) * DecodedInstruction.byteCount) else {
            throw DecodeError(
                instructionIndex: index, found: "\(what) over \(distance) slots",
                expected: "less than \(Int32.max) bytes of decoded code")
        }
        return bytes
    }

    /// What the machine does for an instruction of this form.
    private func operation(
        _ instruction: Instruction, _ form: InstructionForm, at index: Int
    ) throws(DecodeError) -> DecodedOperation {
        switch form {
        case .alu(let operation, let width, let source): return .arithmetic(operation, width, source)
        case .negate(.doubleword): return .neg64
        case .negate(.word): return .neg32
        case .move(.doubleword, .register): return .mov64
        case .move(.doubleword, .immediate): return .mov64K
        case .move(.word, .register): return .mov32
        case .move(.word, .immediate): return .mov32K
        case .moveSignExtended(let width, let size): return .signExtension(width, from: size)
        case .endian(let conversion, let size): return .byteOrder(conversion, size)
        case .load(let size, let signed):
            return signed
                ? .signedLoad(size) : .load(size, inFrame: isInFrame(instruction, size, base: instruction.source))
        case .store(let size, let source):
            return .store(size, source, inFrame: isInFrame(instruction, size, base: instruction.destination))
        case .atomic(_, let size, _): return size == .word ? .atomic32 : .atomic64
        case .loadImmediate64(.constant): return .loadImmediate
        case .loadImmediate64(let meaning):
            throw DecodeError(
                instructionIndex: index, found: "a 64-bit immediate that stands for \(meaning)",
                expected: "a plain constant, which the loader puts in its place")
        case .loadPacket(_, let indirect): return indirect ? .loadIndirect : .loadAbsolute
        case .jump(let condition, let width, let source): return .conditionalJump(condition, width, source)
        case .jumpAlways: return .jump
        case .call(.helper): return instruction.immediate == Self.tailCallHelper ? .tailCall : .callHelper
        case .call(.subprogram): return .callSubprogram
        case .call(.kernelFunction):
            throw DecodeError(
                instructionIndex: index, found: "a call of a kernel function",
                expected: "a helper or a subprogram, by which the loader replaces it")
        case .call(.register): throw notModelled("CALLX", at: index)
        case .mayGoto: throw notModelled("may_goto", at: index)
        case .addressSpaceCast: throw notModelled("a cast between address spaces", at: index)
        case .exit: return .exit
        }
    }

    /// Whether an access at R10 plus the instruction's offset lies in the 512 bytes of the frame.
    private func isInFrame(_ instruction: Instruction, _ size: MemorySize, base: UInt8) -> Bool {
        base == Self.framePointer && Int(instruction.offset) >= -ExecutionEnvironment.frameByteCount
            && Int(instruction.offset) <= -size.byteCount
    }
}
