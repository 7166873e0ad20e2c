/// The width an operation computes in; 32-bit results are zero-extended into the register.
public enum OperandWidth: UInt8, Hashable, Sendable, CaseIterable {
    /// 32 bits: the classes BPF_ALU and BPF_JMP32, registers written `w0`.
    case word = 32
    /// 64 bits: the classes BPF_ALU64 and BPF_JMP, registers written `r0`.
    case doubleword = 64

    /// The letter of a register's name in text: `w` or `r`.
    public var registerLetter: Character { self == .word ? "w" : "r" }
}

/// Where the second operand comes from (BPF_K or BPF_X).
public enum OperandSource: UInt8, Hashable, Sendable, CaseIterable {
    /// BPF_K: the immediate field, sign-extended to the operation's width.
    case immediate = 0x00
    /// BPF_X: the source register.
    case register = 0x08
}

/// How many bytes of memory an instruction accesses; the raw value is that number.
public enum MemorySize: UInt8, Hashable, Sendable, CaseIterable {
    case byte = 1
    case halfword = 2
    case word = 4
    case doubleword = 8

    /// The size in bytes.
    public var byteCount: Int { Int(rawValue) }

    /// The size in bits.
    public var bitCount: Int { Int(rawValue) * 8 }

    /// The size field of a load or store opcode (BPF_B, BPF_H, BPF_W, BPF_DW).
    public var opcodeBits: UInt8 {
        switch self {
        case .byte: 0x10
        case .halfword: 0x08
        case .word: 0x00
        case .doubleword: 0x18
        }
    }
}

/// The two-operand arithmetic of BPF_ALU and BPF_ALU64 (RFC 9669, section 4.1), without moves and negation.
public enum ArithmeticOperation: UInt8, Hashable, Sendable, CaseIterable {
    case add
    case subtract
    case multiply
    /// Unsigned; division by zero gives 0.
    case divide
    case or
    case and
    /// The shift amount is taken modulo the width.
    case shiftLeft
    case shiftRight
    /// Unsigned; modulo zero leaves the destination, cut to the width.
    case modulo
    case xor
    case arithmeticShiftRight
    /// The opcode of ``divide`` with offset 1; rounds toward zero.
    case signedDivide
    /// The opcode of ``modulo`` with offset 1; takes the dividend's sign.
    case signedModulo

    /// The operation field of the opcode.
    public var opcodeBits: UInt8 {
        switch self {
        case .add: 0x00
        case .subtract: 0x10
        case .multiply: 0x20
        case .divide, .signedDivide: 0x30
        case .or: 0x40
        case .and: 0x50
        case .shiftLeft: 0x60
        case .shiftRight: 0x70
        case .modulo, .signedModulo: 0x90
        case .xor: 0xA0
        case .arithmeticShiftRight: 0xC0
        }
    }

    /// True for the four that share the opcodes of division and modulo, told apart by the offset field.
    public var isDivision: Bool {
        switch self {
        case .divide, .modulo, .signedDivide, .signedModulo: true
        default: false
        }
    }

    /// True for the signed division and modulo of instruction set v4.
    public var isSignedDivision: Bool { self == .signedDivide || self == .signedModulo }

    /// The assignment operator, the same in the kernel log and in llvm: `+=`, `s>>=`.
    public var symbol: StaticString {
        switch self {
        case .add: "+="
        case .subtract: "-="
        case .multiply: "*="
        case .divide: "/="
        case .or: "|="
        case .and: "&="
        case .shiftLeft: "<<="
        case .shiftRight: ">>="
        case .modulo: "%="
        case .xor: "^="
        case .arithmeticShiftRight: "s>>="
        case .signedDivide: "s/="
        case .signedModulo: "s%="
        }
    }
}

/// What a conditional jump compares; the raw value is the operation field of the opcode (RFC 9669, section 4.3).
public enum JumpCondition: UInt8, Hashable, Sendable, CaseIterable {
    case equal = 0x10
    case greater = 0x20
    case greaterOrEqual = 0x30
    /// JSET: some bit is set in both operands.
    case anyBitSet = 0x40
    case notEqual = 0x50
    case signedGreater = 0x60
    case signedGreaterOrEqual = 0x70
    case less = 0xA0
    case lessOrEqual = 0xB0
    case signedLess = 0xC0
    case signedLessOrEqual = 0xD0

    /// The comparison as text, the same in the kernel log and in llvm: `==`, `s<=`, `&`.
    public var symbol: StaticString {
        switch self {
        case .equal: "=="
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .anyBitSet: "&"
        case .notEqual: "!="
        case .signedGreater: "s>"
        case .signedGreaterOrEqual: "s>="
        case .less: "<"
        case .lessOrEqual: "<="
        case .signedLess: "s<"
        case .signedLessOrEqual: "s<="
        }
    }
}

/// The byte order conversions: BPF_END of BPF_ALU, and the unconditional swap of BPF_ALU64.
public enum ByteOrderConversion: UInt8, Hashable, Sendable, CaseIterable {
    /// Between host order and little endian (BPF_TO_LE); on a little endian host it only cuts to size.
    case little
    /// Between host order and big endian (BPF_TO_BE).
    case big
    /// BSWAP of instruction set v4.
    case swap

    /// The opcode.
    public var opcode: UInt8 {
        switch self {
        case .little: 0xD4
        case .big: 0xDC
        case .swap: 0xD7
        }
    }

    /// The word before the number of bits in text: `le`, `be`, `bswap`.
    public var word: StaticString {
        switch self {
        case .little: "le"
        case .big: "be"
        case .swap: "bswap"
        }
    }
}

/// The read-modify-write operations of BPF_ATOMIC; the raw value is the immediate without BPF_FETCH (RFC 9669, 5.3).
public enum AtomicOperation: UInt8, Hashable, Sendable, CaseIterable {
    case add = 0x00
    case or = 0x40
    case and = 0x50
    case xor = 0xA0
    /// XCHG; always fetches.
    case exchange = 0xE0
    /// CMPXCHG: compares with r0 and always fetches into r0.
    case compareExchange = 0xF0

    /// The bit of the immediate that asks for the old value.
    public static let fetchFlag: Int32 = 0x01

    /// True for the operations that exist only with fetch.
    public var alwaysFetches: Bool { self == .exchange || self == .compareExchange }
}

/// What the 64-bit immediate of LDDW stands for, told by the source field.
public enum WideImmediate: UInt8, Hashable, Sendable, CaseIterable {
    /// A plain number.
    case constant = 0
    /// A map, by file descriptor.
    case mapFD = 1
    /// The address of a map's value, by file descriptor; the second slot's immediate is an offset into it.
    case mapValue = 2
    /// A kernel variable, by BTF id.
    case btfID = 3
    /// A subprogram's address; the immediate is a distance in slots from the next slot.
    case function = 4
    /// A map, by index into the load request's descriptor array.
    case mapIndex = 5
    /// The address of a map's value, by index into the load request's descriptor array.
    case mapIndexValue = 6

    /// True for the meanings that the kernel's log hides from those who may not see addresses.
    public var isPointer: Bool { self != .constant && self != .function }
}

/// What a call calls.
public enum CallTarget: UInt8, Hashable, Sendable, CaseIterable {
    /// A helper; the immediate is its number, see ``HelperName``.
    case helper
    /// A subprogram; the immediate is a distance in slots from the next slot.
    case subprogram
    /// A kernel function; the immediate is its BTF id, the offset the index of its module's BTF descriptor.
    case kernelFunction
    /// CALLX, through the destination register. Compilers emit it; Linux refuses it as an unknown opcode.
    case register
}
