import BPFInstructionSet

/// The opcode's parts, as numbers (include/uapi/linux/bpf_common.h): the verifier meets opcodes that are no operation.
enum Opcode {
    // Classes
    static let ld: UInt8 = 0x00
    static let ldx: UInt8 = 0x01
    static let st: UInt8 = 0x02
    static let stx: UInt8 = 0x03
    static let alu32: UInt8 = 0x04
    static let jmp: UInt8 = 0x05
    static let jmp32: UInt8 = 0x06
    static let alu64: UInt8 = 0x07

    // Arithmetic
    static let add: UInt8 = 0x00
    static let sub: UInt8 = 0x10
    static let mul: UInt8 = 0x20
    static let div: UInt8 = 0x30
    static let or: UInt8 = 0x40
    static let and: UInt8 = 0x50
    static let lsh: UInt8 = 0x60
    static let rsh: UInt8 = 0x70
    static let neg: UInt8 = 0x80
    static let mod: UInt8 = 0x90
    static let xor: UInt8 = 0xa0
    static let mov: UInt8 = 0xb0
    static let arsh: UInt8 = 0xc0
    static let end: UInt8 = 0xd0

    // Jumps
    static let ja: UInt8 = 0x00
    static let jeq: UInt8 = 0x10
    static let jgt: UInt8 = 0x20
    static let jge: UInt8 = 0x30
    static let jset: UInt8 = 0x40
    static let jne: UInt8 = 0x50
    static let jsgt: UInt8 = 0x60
    static let jsge: UInt8 = 0x70
    static let call: UInt8 = 0x80
    static let exit: UInt8 = 0x90
    static let jlt: UInt8 = 0xa0
    static let jle: UInt8 = 0xb0
    static let jslt: UInt8 = 0xc0
    static let jsle: UInt8 = 0xd0
    static let jcond: UInt8 = 0xe0
    /// `JSET` not taken; no opcode, the kernel writes it so while it reverses conditions.
    static let notJset: UInt8 = 0x48

    // Modes
    static let imm: UInt8 = 0x00
    static let abs: UInt8 = 0x20
    static let ind: UInt8 = 0x40
    static let mem: UInt8 = 0x60
    static let memsx: UInt8 = 0x80
    static let atomic: UInt8 = 0xc0

    static let ldimm64: UInt8 = 0x18

    // Atomic operations, in the immediate
    static let fetch: Int32 = 0x01
    static let exchange: Int32 = 0xe1
    static let compareExchange: Int32 = 0xf1

    /// The kernel log's operator of an arithmetic operation (`bpf_alu_string`).
    static func arithmeticSign(_ operation: UInt8) -> String {
        switch operation {
        case add: "+="
        case sub: "-="
        case mul: "*="
        case div: "/="
        case or: "|="
        case and: "&="
        case lsh: "<<="
        case rsh: ">>="
        case neg: "neg"
        case mod: "%="
        case xor: "^="
        case mov: "="
        case arsh: "s>>="
        case end: "endian"
        default: "?"
        }
    }
}

extension Instruction {
    var opcodeClass: UInt8 { opcode & 0x07 }
    /// Arithmetic or jump operation.
    var opcodeOperation: UInt8 { opcode & 0xf0 }
    var opcodeMode: UInt8 { opcode & 0xe0 }
    var usesSourceRegister: Bool { opcode & 0x08 != 0 }
    var isWide: Bool { opcode == Opcode.ldimm64 }

    /// Bytes that a load or store moves.
    var accessSize: Int {
        switch opcode & 0x18 {
        case 0x00: 4
        case 0x08: 2
        case 0x10: 1
        default: 8
        }
    }

    var isDoubleWord: Bool { opcode & 0x18 == 0x18 }

    var isSubprogramCall: Bool { opcode == 0x85 && source == PseudoSource.call }
    var isKernelFunctionCall: Bool { opcode == 0x85 && source == PseudoSource.kernelFunction }
    var isHelperCall: Bool { opcode == 0x85 && source == 0 }
    var isFunctionAddress: Bool { opcode == Opcode.ldimm64 && source == PseudoSource.function }

    var isAtomicFetch: Bool {
        opcodeClass == Opcode.stx && opcodeMode == Opcode.atomic && immediate & Opcode.fetch != 0
    }

    /// Whether the kernel has an instruction of this opcode (`bpf_opcode_in_insntable`).
    var isKnownOpcode: Bool {
        switch opcodeClass {
        case Opcode.alu32, Opcode.alu64:
            switch opcodeOperation {
            case Opcode.neg: !usesSourceRegister
            case Opcode.end: opcodeClass == Opcode.alu32 || !usesSourceRegister
            case 0xe0, 0xf0: false
            default: true
            }
        case Opcode.jmp:
            switch opcodeOperation {
            case Opcode.ja, Opcode.call, Opcode.exit, Opcode.jcond: !usesSourceRegister
            case 0xf0: false
            default: true
            }
        case Opcode.jmp32:
            switch opcodeOperation {
            case Opcode.ja: !usesSourceRegister
            case Opcode.call, Opcode.exit, 0xe0, 0xf0: false
            default: true
            }
        case Opcode.ldx:
            opcodeMode == Opcode.mem || opcodeMode == Opcode.memsx && !isDoubleWord
        case Opcode.st: opcodeMode == Opcode.mem
        case Opcode.stx:
            opcodeMode == Opcode.mem || opcodeMode == Opcode.atomic && (accessSize == 4 || isDoubleWord)
        default:
            isWide || (opcodeMode == Opcode.abs || opcodeMode == Opcode.ind) && !isDoubleWord
        }
    }
}
