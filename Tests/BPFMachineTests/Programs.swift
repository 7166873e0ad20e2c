import BPFInstructionSet
import BPFMachine
import SimulationCore

/// A short notation for test programs. Names are llvm's mnemonics where there is one.
enum Code: UInt8, CaseIterable, Sendable {
    case add = 0x00
    case sub = 0x10
    case mul = 0x20
    case div = 0x30
    case or = 0x40
    case and = 0x50
    case lsh = 0x60
    case rsh = 0x70
    case mod = 0x90
    case xor = 0xA0
    case mov = 0xB0
    case arsh = 0xC0
}

enum Comparison: UInt8, CaseIterable, Sendable {
    case eq = 0x10
    case gt = 0x20
    case ge = 0x30
    case set = 0x40
    case ne = 0x50
    case sgt = 0x60
    case sge = 0x70
    case lt = 0xA0
    case le = 0xB0
    case slt = 0xC0
    case sle = 0xD0
}

enum Width: UInt8, CaseIterable, Sendable {
    case byte = 0x10
    case half = 0x08
    case word = 0x00
    case double = 0x18

    var byteCount: Int {
        switch self {
        case .byte: 1
        case .half: 2
        case .word: 4
        case .double: 8
        }
    }
}

extension Instruction {
    static let exit = Instruction(opcode: 0x95)

    static func alu(_ code: Code, _ register: UInt8, _ source: UInt8, bits: Int = 64, offset: Int16 = 0) -> Self {
        Instruction(
            opcode: code.rawValue | 0x08 | (bits == 64 ? 7 : 4), destination: register, source: source, offset: offset)
    }

    static func alu(_ code: Code, _ register: UInt8, k constant: Int32, bits: Int = 64, offset: Int16 = 0) -> Self {
        Instruction(
            opcode: code.rawValue | (bits == 64 ? 7 : 4), destination: register, offset: offset, immediate: constant)
    }

    static func mov(_ register: UInt8, _ constant: Int32) -> Self { alu(.mov, register, k: constant) }

    static func jump(
        _ comparison: Comparison, _ register: UInt8, _ source: UInt8, bits: Int = 64, to offset: Int16
    ) -> Self {
        Instruction(
            opcode: comparison.rawValue | 0x08 | (bits == 64 ? 5 : 6), destination: register, source: source,
            offset: offset)
    }

    static func jump(
        _ comparison: Comparison, _ register: UInt8, k constant: Int32, bits: Int = 64, to offset: Int16
    ) -> Self {
        Instruction(
            opcode: comparison.rawValue | (bits == 64 ? 5 : 6), destination: register, offset: offset,
            immediate: constant)
    }

    static func ja(_ offset: Int16) -> Self { Instruction(opcode: 0x05, offset: offset) }
    static func ja32(_ offset: Int32) -> Self { Instruction(opcode: 0x06, immediate: offset) }
    static func call(_ helper: Int32) -> Self { Instruction(opcode: 0x85, immediate: helper) }
    static func callSubprogram(_ distance: Int32) -> Self {
        Instruction(opcode: 0x85, source: 1, immediate: distance)
    }

    static func load(
        _ width: Width, _ register: UInt8, _ base: UInt8, _ offset: Int16 = 0, signed: Bool = false
    ) -> Self {
        Instruction(
            opcode: (signed ? 0x80 : 0x60) | width.rawValue | 1, destination: register, source: base, offset: offset)
    }

    static func store(_ width: Width, _ base: UInt8, _ offset: Int16, _ source: UInt8) -> Self {
        Instruction(opcode: 0x60 | width.rawValue | 3, destination: base, source: source, offset: offset)
    }

    static func store(_ width: Width, _ base: UInt8, _ offset: Int16, k constant: Int32) -> Self {
        Instruction(opcode: 0x60 | width.rawValue | 2, destination: base, offset: offset, immediate: constant)
    }

    static func atomic(_ width: Width, _ operation: Int32, _ base: UInt8, _ offset: Int16, _ source: UInt8) -> Self {
        Instruction(
            opcode: 0xC0 | width.rawValue | 3, destination: base, source: source, offset: offset,
            immediate: operation)
    }
}

/// LDDW, two slots.
func lddw(_ register: UInt8, _ value: UInt64) -> [Instruction] {
    [
        Instruction(
            opcode: 0x18, destination: register, immediate: Int32(truncatingIfNeeded: value)),
        Instruction(opcode: 0, immediate: Int32(truncatingIfNeeded: value >> 32)),
    ]
}

/// An environment with one context of a few bytes.
@safe class TestEnvironment: ExecutionEnvironment {
    let arena: MemoryArena
    let context: UnsafeMutableRawPointer
    let byteCount: Int

    init(memory: [UInt8] = [], writable: Bool = true) {
        arena = MemoryArena(capacity: 1 << 20)
        byteCount = memory.count
        guard let block = unsafe arena.allocate(max(1, memory.count)) else { preconditionFailure("arena is full") }
        unsafe context = block
        super.init(arena: arena)
        unsafe context.copyMemory(from: memory, byteCount: memory.count)
        unsafe regions.set(.context, base: context, byteCount: memory.count, isWritable: writable)
    }

    var address: UInt64 { unsafe UInt64(UInt(bitPattern: context)) }
    var memory: [UInt8] { unsafe [UInt8](UnsafeRawBufferPointer(start: context, count: byteCount)) }

    /// R0, with R1 at the context and R2 its size.
    func run(_ instructions: [Instruction], budget: Int = 1000) throws -> UInt64 {
        try Interpreter.run(
            DecodedProgram(instructions), r1: address, r2: UInt64(byteCount), environment: self, budget: budget)
    }

    /// How the run of `instructions` fails, or nil.
    func fault(_ instructions: [Instruction], budget: Int = 1000) throws -> MachineFault? {
        let program = try DecodedProgram(instructions)
        do {
            _ = try Interpreter.run(
                program, r1: address, r2: UInt64(byteCount), environment: self, budget: budget)
            return nil
        } catch {
            return error
        }
    }
}
