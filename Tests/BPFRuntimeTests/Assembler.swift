import BPFInstructionSet

/// A few instructions by name, for programs that a test writes itself.
enum Assembler {
    static let exit = Instruction(opcode: 0x95)

    static func call(_ helper: Int32) -> Instruction { Instruction(opcode: 0x85, immediate: helper) }
    static func move(_ to: UInt8, _ from: UInt8) -> Instruction {
        Instruction(opcode: 0xBF, destination: to, source: from)
    }
    static func set(_ to: UInt8, _ value: Int32) -> Instruction {
        Instruction(opcode: 0xB7, destination: to, immediate: value)
    }
    static func add(_ to: UInt8, _ value: Int32) -> Instruction {
        Instruction(opcode: 0x07, destination: to, immediate: value)
    }
    static func load(_ size: MemorySize, _ to: UInt8, _ base: UInt8, _ offset: Int16) -> Instruction {
        Instruction(opcode: 0x61 | size.opcodeBits, destination: to, source: base, offset: offset)
    }
    static func store(_ size: MemorySize, _ base: UInt8, _ offset: Int16, _ from: UInt8) -> Instruction {
        Instruction(opcode: 0x63 | size.opcodeBits, destination: base, source: from, offset: offset)
    }
    /// Jumps where the first register is unsigned greater than the second.
    static func jumpIfGreater(_ register: UInt8, _ other: UInt8, _ distance: Int16) -> Instruction {
        Instruction(opcode: 0x2D, destination: register, source: other, offset: distance)
    }
    static func map(_ to: UInt8, _ descriptor: Int32) -> [Instruction] {
        [Instruction(opcode: 0x18, destination: to, source: 1, immediate: descriptor), Instruction(opcode: 0)]
    }

    /// Writes `byte` to the packet's first one and returns 0; 9 where there is none.
    static func writer(_ byte: Int32) -> [Instruction] {
        [
            load(.word, 2, 1, 76), load(.word, 3, 1, 80), move(4, 2), add(4, 1), set(0, 9), jumpIfGreater(4, 3, 3),
            set(5, byte), store(.byte, 2, 0, 5), set(0, 0), exit,
        ]
    }
}
