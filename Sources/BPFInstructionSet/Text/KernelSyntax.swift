/// Instructions as the verifier's log writes them: `(b7) r0 = 0`, `(85) call bpf_redirect_neigh#152` (kernel/bpf/disasm.c, 6.12).
///
/// Every instruction has a text, also a malformed one: the verifier logs an instruction before it refuses it.
public struct KernelSyntax: InstructionSyntax {
    /// How the constant of LDDW is written.
    public enum WideImmediateStyle: Sendable {
        /// As in the verifier's log: a number, 0 for pointers that the loader may not see (`allow_ptr_leaks`).
        /// The meaning is lost: a map and a plain number look alike. For a map the kernel has put the address into the
        /// two immediates before it logs; this prints what is in them.
        case log(showsPointers: Bool)
        /// As in `bpftool prog dump xlated`: `map[id:5]`, `map[id:5][0]+8`, `subprog[+3]`; and, where bpftool has only a
        /// number, `map[idx:5]`, `btf[id:5]`. A kernel function of a module gets ` module[1]`. Nothing is lost.
        case dump
    }

    /// How the constant of LDDW is written.
    public var wideImmediates: WideImmediateStyle

    /// The name of a kernel function by BTF id and module index; without one it is `kernel-function`.
    public var kernelFunctionName: (@Sendable (_ id: Int32, _ module: Int16) -> String?)?

    public init(
        wideImmediates: WideImmediateStyle = .log(showsPointers: true),
        kernelFunctionName: (@Sendable (_ id: Int32, _ module: Int16) -> String?)? = nil
    ) {
        self.wideImmediates = wideImmediates
        self.kernelFunctionName = kernelFunctionName
    }

    public func text(of instruction: Instruction, next: Instruction?) -> String {
        // Fields that select no row do not keep the kernel from printing: then it goes by the opcode alone.
        guard let form = instruction.form ?? Operation.rows(opcode: instruction.opcode).first?.form else {
            return unknown(instruction)
        }
        if case .atomic = form, instruction.form == nil { return unknown(instruction) }
        return "(\(hexadecimal(instruction.opcode, digits: 2))) " + body(instruction, form, next: next)
    }

    /// disasm.c's words for what it cannot print. The verifier has refused all but the atomics before it logs them.
    private func unknown(_ instruction: Instruction) -> String {
        let classWord =
            switch instruction.opcode & 0x07 {
            case 0x00: "ld_"
            case 0x01: "ldx_"
            case 0x02: "st_"
            default: ""
            }
        return "BUG_\(classWord)\(hexadecimal(instruction.opcode, digits: 2))"
    }

    private func body(_ instruction: Instruction, _ form: InstructionForm, next: Instruction?) -> String {
        let destination = instruction.destination
        let source = instruction.source
        let immediate = instruction.immediate
        switch form {
        case .alu(let operation, let width, let operand):
            let letter = width.registerLetter
            let right = operand == .register ? "\(letter)\(source)" : "\(immediate)"
            return "\(letter)\(destination) \(operation.symbol) \(right)"
        case .move(let width, .immediate):
            return "\(width.registerLetter)\(destination) = \(immediate)"
        case .move(let width, .register):
            return move(instruction, width)
        case .moveSignExtended(let width, let size):
            let letter = width.registerLetter
            return "\(letter)\(destination) = (s\(size.bitCount))\(letter)\(source)"
        case .negate(let width):
            let letter = width.registerLetter
            return "\(letter)\(destination) = -\(letter)\(destination)"
        case .addressSpaceCast:
            let spaces = UInt32(bitPattern: immediate)
            return "r\(destination) = addr_space_cast(r\(source), \(spaces >> 16), \(spaces & 0xFFFF))"
        case .endian(let conversion, _):
            return "r\(destination) = \(conversion.word)\(immediate) r\(destination)"
        case .load(let size, let signed):
            let address = pointer(source, instruction.offset)
            return "r\(destination) = *(\(signed ? "s" : "u")\(size.bitCount) *)\(address)"
        case .store(let size, let operand):
            let value = operand == .register ? "r\(source)" : "\(immediate)"
            return "*(u\(size.bitCount) *)\(pointer(destination, instruction.offset)) = \(value)"
        case .atomic(let operation, let size, let fetch):
            return atomic(instruction, operation, size, fetch: fetch)
        case .loadImmediate64(let meaning):
            return "r\(destination) = " + wideImmediate(instruction, meaning, next: next)
        case .loadPacket(let size, let indirect):
            return "r0 = *(u\(size.bitCount) *)skb[\(indirect ? "r\(source) + " : "")\(immediate)]"
        case .jump(let condition, let width, let operand):
            let letter = width.registerLetter
            let right =
                operand == .register ? "\(letter)\(source)" : "0x" + hexadecimal(UInt32(bitPattern: immediate))
            return "if \(letter)\(destination) \(condition.symbol) \(right) goto pc\(signed(instruction.offset))"
        case .jumpAlways(let long):
            return long ? "gotol pc\(signed(immediate))" : "goto pc\(signed(instruction.offset))"
        case .mayGoto:
            // The kernel has no word for another kind of JCOND, and prints C's null string in its place.
            if source != 0 {
                return "if r\(destination) (null) 0x\(hexadecimal(UInt32(bitPattern: immediate))) "
                    + "goto pc\(signed(instruction.offset))"
            }
            return "may_goto pc\(signed(instruction.offset))"
        case .call(let target):
            return call(instruction, target)
        case .exit:
            return "exit"
        }
    }

    /// `(r1 +8)`.
    private func pointer(_ register: UInt8, _ offset: Int16) -> String { "(r\(register) \(signed(offset)))" }

    /// A register move, with what the kernel prints for offsets that exist only inside it, or only for the other width.
    private func move(_ instruction: Instruction, _ width: OperandWidth) -> String {
        let letter = width.registerLetter
        if width == .doubleword, instruction.offset == -1 {
            return "r\(instruction.destination) = &(void __percpu *)(r\(instruction.source))"
        }
        let extension_ = width == .word && instruction.offset == 32 ? "(s32)" : ""
        return "\(letter)\(instruction.destination) = \(extension_)\(letter)\(instruction.source)"
    }

    private func atomic(
        _ instruction: Instruction, _ operation: AtomicOperation, _ size: MemorySize, fetch: Bool
    ) -> String {
        let source = instruction.source
        let memory = "(u\(size.bitCount) *)" + pointer(instruction.destination, instruction.offset)
        let prefix = size == .doubleword ? "atomic64" : "atomic"
        switch operation {
        case .compareExchange: return "r0 = \(prefix)_cmpxchg(\(memory), r0, r\(source))"
        case .exchange: return "r\(source) = \(prefix)_xchg(\(memory), r\(source))"
        case .add, .or, .and, .xor:
            return fetch
                ? "r\(source) = \(prefix)_fetch_\(operation.word)(\(memory), r\(source))"
                : "lock *\(memory) \(operation.symbol) r\(source)"
        }
    }

    private func wideImmediate(_ instruction: Instruction, _ meaning: WideImmediate, next: Instruction?) -> String {
        let value = instruction.wideImmediate(next: next)
        let number = UInt32(bitPattern: instruction.immediate)
        let upper = UInt32(bitPattern: next?.immediate ?? 0)
        switch wideImmediates {
        case .log(let showsPointers):
            return "0x" + hexadecimal(meaning.isPointer && !showsPointers ? 0 : value)
        case .dump:
            switch meaning {
            case .constant: return "0x" + hexadecimal(value)
            case .mapFD: return "map[id:\(number)]"
            case .mapValue: return "map[id:\(number)][0]+\(upper)"
            case .mapIndex: return "map[idx:\(number)]"
            case .mapIndexValue: return "map[idx:\(number)]+\(upper)"
            case .btfID: return upper == 0 ? "btf[id:\(number)]" : "btf[id:\(number)]+\(upper)"
            case .function:
                return "subprog[\(signed(instruction.immediate))]" + (upper == 0 ? "" : "+\(upper)")
            }
        }
    }

    private func call(_ instruction: Instruction, _ target: CallTarget) -> String {
        let number = instruction.immediate
        switch target {
        case .helper:
            // A source field that names no kind of call hides the name even of a known number.
            let name = instruction.source == 0 ? HelperName.name(of: number) : nil
            return "call \(name ?? "unknown")#\(number)"
        case .subprogram: return "call pc\(signed(number))"
        case .kernelFunction:
            let name = kernelFunctionName?(number, instruction.offset) ?? "kernel-function"
            guard case .dump = wideImmediates, instruction.offset != 0 else { return "call \(name)#\(number)" }
            return "call \(name)#\(number) module[\(instruction.offset)]"
        case .register: return "callx r\(instruction.destination)"
        }
    }
}

extension AtomicOperation {
    /// The word in `atomic_fetch_add`.
    var word: StaticString {
        switch self {
        case .add: "add"
        case .or: "or"
        case .and: "and"
        case .xor: "xor"
        case .exchange: "xchg"
        case .compareExchange: "cmpxchg"
        }
    }

    /// The assignment operator of the form without fetch.
    var symbol: StaticString {
        switch self {
        case .add: "+="
        case .or: "|="
        case .and: "&="
        case .xor: "^="
        case .exchange, .compareExchange: "="
        }
    }
}
