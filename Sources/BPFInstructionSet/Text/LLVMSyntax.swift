/// Instructions as `llvm-objdump -d` writes them for `-mcpu=v4`, without its `<symbol>` after jumps: `w1 = *(u32 *)(r6 + 0x8)`.
///
/// Where llvm's text does not say all, an annotation in angle brackets follows it, which the assembler understands:
/// `call 0x5 <subprogram>`, `call 0x5 <kernel function>`, `ld_pseudo r1, 0x2, 0x5 <+0x8>`. Llvm drops the immediate of
/// an indirect packet load; here it is written, `skb[r1 + 0x4]`, when it is not zero. An instruction with a violation
/// (see ``Instruction/violation(next:)``), a register above r10 or an opcode of later Linux is `<unknown>`;
/// CALLX is `callx r3`.
public struct LLVMSyntax: InstructionSyntax {
    public init() {}

    public func text(of instruction: Instruction, next: Instruction?) -> String {
        guard let row = instruction.operation else { return "<unknown>" }
        let isSound = instruction.violation(next: next) == nil || row.form == .call(.register)
        guard isSound, row.keepsReservedFieldsZero(instruction), row.hasExistingRegisters(instruction) else {
            return "<unknown>"
        }
        return body(instruction, row.form, next: next)
    }

    private func body(_ instruction: Instruction, _ form: InstructionForm, next: Instruction?) -> String {
        let destination = instruction.destination
        let source = instruction.source
        let immediate = instruction.immediate
        let displacement = instruction.offset
        switch form {
        case .alu(let operation, let width, let operand):
            let letter = width.registerLetter
            let right = operand == .register ? "\(letter)\(source)" : hex(immediate)
            return "\(letter)\(destination) \(operation.symbol) \(right)"
        case .move(let width, let operand):
            let letter = width.registerLetter
            return "\(letter)\(destination) = \(operand == .register ? "\(letter)\(source)" : hex(immediate))"
        case .moveSignExtended(let width, let size):
            let letter = width.registerLetter
            return "\(letter)\(destination) = (s\(size.bitCount))\(letter)\(source)"
        case .negate(let width):
            let letter = width.registerLetter
            return "\(letter)\(destination) = -\(letter)\(destination)"
        case .addressSpaceCast:
            let spaces = UInt32(bitPattern: immediate)
            return "r\(destination) = addr_space_cast(r\(source), \(hex(spaces >> 16)), \(hex(spaces & 0xFFFF)))"
        case .endian(let conversion, let size):
            return "r\(destination) = \(conversion.word)\(size.bitCount) r\(destination)"
        case .load(let size, let signed):
            let address = "(\(pointer(source, displacement)))"
            let letter = signed ? "r" : letter(size)
            return "\(letter)\(destination) = *(\(signed ? "s" : "u")\(size.bitCount) *)\(address)"
        case .store(let size, let operand):
            let value = operand == .register ? "\(letter(size))\(source)" : hex(immediate)
            return "*(u\(size.bitCount) *)(\(pointer(destination, displacement))) = \(value)"
        case .atomic(let operation, let size, let fetch):
            return atomic(instruction, operation, size, fetch: fetch)
        case .loadImmediate64(.constant):
            return "r\(destination) = \(hex(Int64(bitPattern: instruction.wideImmediate(next: next)))) ll"
        case .loadImmediate64(let meaning):
            let upper = next?.immediate ?? 0
            let text = "ld_pseudo\tr\(destination), \(hex(meaning.rawValue)), \(hex(immediate))"
            return upper == 0 ? text : text + " <+\(hex(UInt32(bitPattern: upper)))>"
        case .loadPacket(let size, let indirect):
            let index =
                switch (indirect, immediate) {
                case (true, 0): "r\(source)"
                case (true, _): pointer(source, immediate)
                case (false, _): hex(immediate)
                }
            return "r0 = *(u\(size.bitCount) *)skb[\(index)]"
        case .jump(let condition, let width, let operand):
            let letter = width.registerLetter
            let right = operand == .register ? "\(letter)\(source)" : hex(immediate)
            return "if \(letter)\(destination) \(condition.symbol) \(right) goto \(distance(displacement))"
        case .jumpAlways(let long):
            return long ? "gotol \(distance(immediate))" : "goto \(distance(displacement))"
        case .mayGoto: return "may_goto \(distance(displacement))"
        case .call(.helper): return "call \(hex(immediate))"
        case .call(.subprogram): return "call \(hex(immediate)) <subprogram>"
        case .call(.kernelFunction):
            let module = displacement == 0 ? "" : " module \(hex(displacement))"
            return "call \(hex(immediate)) <kernel function\(module)>"
        case .call(.register): return "callx r\(destination)"
        case .exit: return "exit"
        }
    }

    private func atomic(
        _ instruction: Instruction, _ operation: AtomicOperation, _ size: MemorySize, fetch: Bool
    ) -> String {
        let letter = letter(size)
        let value = "\(letter)\(instruction.source)"
        let address = pointer(instruction.destination, instruction.offset)
        // Llvm's names carry the width of the register, and for 32 bits that of the class as well.
        let suffix = size == .doubleword ? "_64" : "32_32"
        switch operation {
        case .compareExchange: return "\(letter)0 = cmpxchg\(suffix)(\(address), \(letter)0, \(value))"
        case .exchange: return "\(value) = xchg\(suffix)(\(address), \(value))"
        case .add, .or, .and, .xor:
            let memory = "(u\(size.bitCount) *)(\(address))"
            return fetch
                ? "\(value) = atomic_fetch_\(operation.word)(\(memory), \(value))"
                : "lock *\(memory) \(operation.symbol) \(value)"
        }
    }

    /// A register that moves up to 32 bits is written with `w`.
    private func letter(_ size: MemorySize) -> Character { size == .doubleword ? "r" : "w" }

    /// `r1 - 0x8`.
    private func pointer(_ register: UInt8, _ offset: some SignedInteger & FixedWidthInteger) -> String {
        "r\(register) \(offset < 0 ? "-" : "+") 0x\(hexadecimal(offset.magnitude))"
    }

    /// `+0x3`, `-0x3`.
    private func distance(_ slots: some SignedInteger & FixedWidthInteger) -> String {
        "\(slots < 0 ? "-" : "+")0x\(hexadecimal(slots.magnitude))"
    }

    /// `0x3`, `-0x3`.
    private func hex(_ value: some FixedWidthInteger) -> String {
        "\(value < 0 ? "-" : "")0x\(hexadecimal(value.magnitude))"
    }
}

extension Operation {
    /// True when each field that names a register names one of r0 to r10.
    func hasExistingRegisters(_ instruction: Instruction) -> Bool {
        (destination != .register || instruction.destination <= 10) && (source != .register || instruction.source <= 10)
    }
}
