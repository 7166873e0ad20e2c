import BPFInstructionSet

/// Translates a program's slots one by one, checking what the kernel checks before it looks at registers' values.
///
/// Reserved fields are those of check_alu_op, check_cond_jmp_op, resolve_pseudo_ldimm64 and do_check
/// (kernel/bpf/verifier.c).
struct ProgramDecoder {
    let instructions: [Instruction]
    /// The second slots of 64-bit immediate loads, ascending.
    private(set) var secondHalves: [Int] = []

    /// R10, which no instruction may write.
    static let framePointer: UInt8 = 10
    /// bpf_tail_call has an operation of its own.
    static let tailCallHelper: Int32 = 12

    init(_ instructions: [Instruction]) {
        self.instructions = instructions
    }

    /// The decoded slots, with ``Operation/end`` behind them.
    mutating func decode() throws(DecodeError) -> [DecodedInstruction] {
        guard !instructions.isEmpty else {
            throw DecodeError(instructionIndex: 0, found: "no instructions", expected: "at least one")
        }
        findSecondHalves()
        var decoded: [DecodedInstruction] = []
        decoded.reserveCapacity(instructions.count + 1)
        while decoded.count < instructions.count {
            let index = decoded.count
            let instruction = instructions[index]
            decoded.append(try decode(instruction, at: index))
            if instruction.opcode == Opcode.loadImmediate { decoded.append(DecodedInstruction(operation: .end)) }
        }
        decoded.append(DecodedInstruction(operation: .end))
        return decoded
    }

    private mutating func findSecondHalves() {
        var index = 0
        while index < instructions.count {
            if instructions[index].opcode == Opcode.loadImmediate {
                index += 1
                secondHalves.append(index)
            }
            index += 1
        }
    }

    private func decode(_ instruction: Instruction, at index: Int) throws(DecodeError) -> DecodedInstruction {
        try checkRegister(instruction.destination, at: index)
        switch instruction.opcode & 0x07 {
        case Opcode.Class.load: return try decodeLegacyLoad(instruction, at: index)
        case Opcode.Class.loadRegister: return try decodeLoad(instruction, at: index)
        case Opcode.Class.store, Opcode.Class.storeRegister: return try decodeStore(instruction, at: index)
        case Opcode.Class.jump, Opcode.Class.jump32: return try decodeJump(instruction, at: index)
        default: return try decodeArithmetic(instruction, at: index)
        }
    }

    // MARK: What several kinds of instruction need

    func checkRegister(_ register: UInt8, at index: Int) throws(DecodeError) {
        guard register <= Self.framePointer else {
            throw DecodeError(instructionIndex: index, found: "register r\(register)", expected: "r0 to r10")
        }
    }

    func checkWritten(_ register: UInt8, at index: Int) throws(DecodeError) {
        guard register != Self.framePointer else {
            throw DecodeError(
                instructionIndex: index, found: "a write to r10", expected: "r0 to r9, the frame pointer is read only")
        }
    }

    /// Throws unless `isZero`, naming the fields that this instruction doesn't use.
    func checkReserved(_ fields: String, _ isZero: Bool, at index: Int) throws(DecodeError) {
        guard isZero else {
            throw DecodeError(
                instructionIndex: index, found: "opcode \(hex(instructions[index].opcode)) with \(fields) set",
                expected: "reserved fields to be 0")
        }
    }

    func unknownOpcode(at index: Int) -> DecodeError {
        DecodeError(
            instructionIndex: index, found: "opcode \(hex(instructions[index].opcode))",
            expected: "an opcode of RFC 9669")
    }

    /// The distance to the slot `distance` after the next one, in bytes of decoded code.
    func target(_ distance: Int, from index: Int, what: String) throws(DecodeError) -> Int32 {
        let target = index + 1 + distance
        guard target >= 0, target < instructions.count else {
            throw DecodeError(
                instructionIndex: index, found: "\(what) to slot \(target)",
                expected: "one of the program's slots 0 to \(instructions.count - 1)")
        }
        guard !isSecondHalf(target) else {
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

    private func isSecondHalf(_ index: Int) -> Bool {
        var low = 0
        var high = secondHalves.count
        while low < high {
            let middle = (low + high) / 2
            if secondHalves[middle] < index { low = middle + 1 } else { high = middle }
        }
        return low < secondHalves.count && secondHalves[low] == index
    }

    func hex(_ opcode: UInt8) -> String { "0x" + (opcode < 16 ? "0" : "") + String(opcode, radix: 16) }
}

/// Parts of an opcode (RFC 9669, sections 3 to 5).
enum Opcode {
    /// LDDW: IMM mode, double word, class LD.
    static let loadImmediate: UInt8 = 0x18
    /// The source-operand bit: a register rather than the immediate.
    static let registerOperand: UInt8 = 0x08

    /// The low three bits.
    enum Class {
        static let load: UInt8 = 0
        static let loadRegister: UInt8 = 1
        static let store: UInt8 = 2
        static let storeRegister: UInt8 = 3
        static let arithmetic32: UInt8 = 4
        static let jump: UInt8 = 5
        static let jump32: UInt8 = 6
        static let arithmetic64: UInt8 = 7
    }

    /// The high three bits of loads and stores.
    enum Mode {
        static let absolute: UInt8 = 0x20
        static let indirect: UInt8 = 0x40
        static let memory: UInt8 = 0x60
        static let memorySigned: UInt8 = 0x80
        static let atomic: UInt8 = 0xC0
    }
}
