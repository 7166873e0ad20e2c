// The instruction table: RFC 9669 with instruction set v4, and Linux's own additions (LD_ABS and LD_IND, the pseudo
// sources of LDDW, may_goto, the arena's address space cast). Rows of one opcode are told apart by their selectors; the
// first of them is the plain one.

extension Operation {
    /// Every row, sorted by opcode; rows of one opcode keep their order.
    public static let all: [Operation] = {
        let rows =
            arithmetic + moves + byteOrder + loads + stores + atomics + wideImmediates + packetLoads + jumps + calls
        // A stable sort: the position breaks ties.
        return rows.enumerated().sorted { ($0.element.opcode, $0.offset) < ($1.element.opcode, $1.offset) }.map(
            \.element)
    }()

    private static let ld: UInt8 = 0x00
    private static let ldx: UInt8 = 0x01
    private static let st: UInt8 = 0x02
    private static let stx: UInt8 = 0x03
    private static let jmp: UInt8 = 0x05
    private static let mem: UInt8 = 0x60
    private static let memsx: UInt8 = 0x80

    private static func arithmeticClass(_ width: OperandWidth) -> UInt8 { width == .word ? 0x04 : 0x07 }
    private static func jumpClass(_ width: OperandWidth) -> UInt8 { width == .word ? 0x06 : 0x05 }

    /// BPF_ALU and BPF_ALU64 with two operands. Division and modulo use the offset field: 0 unsigned, 1 signed.
    private static let arithmetic: [Operation] = OperandWidth.allCases.flatMap { width in
        OperandSource.allCases.flatMap { source in
            ArithmeticOperation.allCases.map { operation in
                Operation(
                    arithmeticClass(width) | source.rawValue | operation.opcodeBits, .alu(operation, width, source),
                    destination: .register, source: source == .register ? .register : .reserved,
                    offset: operation.isDivision ? .selector(operation.isSignedDivision ? 1 : 0) : .reserved,
                    immediate: source == .register ? .reserved : .constant)
            }
        }
    }

    /// BPF_MOV and BPF_NEG. A register move's offset field is the width it sign-extends from: 0, 8, 16, 32 bits.
    private static let moves: [Operation] =
        OperandWidth.allCases.flatMap { width -> [Operation] in
            let move = arithmeticClass(width) | 0xB0
            let narrower: [MemorySize] = width == .word ? [.byte, .halfword] : [.byte, .halfword, .word]
            return [
                Operation(move, .move(width, .immediate), destination: .register, immediate: .constant),
                Operation(
                    move | 0x08, .move(width, .register), destination: .register, source: .register,
                    offset: .selector(0)),
                Operation(arithmeticClass(width) | 0x80, .negate(width), destination: .register),
            ]
                + narrower.map { size in
                    Operation(
                        move | 0x08, .moveSignExtended(width, from: size), destination: .register, source: .register,
                        offset: .selector(Int32(size.bitCount)))
                }
        } + [
            // The immediate holds the two address spaces; a register move otherwise has none.
            Operation(
                0xBF, .addressSpaceCast, destination: .register, source: .register, offset: .selector(1),
                immediate: .constant)
        ]

    /// BPF_END; the immediate is the number of bits.
    private static let byteOrder: [Operation] = ByteOrderConversion.allCases.flatMap { conversion in
        [MemorySize.halfword, .word, .doubleword].map { size in
            Operation(
                conversion.opcode, .endian(conversion, size), destination: .register,
                immediate: .selector(Int32(size.bitCount)))
        }
    }

    /// BPF_LDX. A sign-extending load of 64 bits does not exist.
    private static let loads: [Operation] =
        MemorySize.allCases.map { load($0, mode: mem, signed: false) }
        + MemorySize.allCases.filter { $0 != .doubleword }.map { load($0, mode: memsx, signed: true) }

    private static func load(_ size: MemorySize, mode: UInt8, signed: Bool) -> Operation {
        Operation(
            ldx | mode | size.opcodeBits, .load(size, signed: signed), destination: .register, source: .register,
            offset: .displacement)
    }

    /// BPF_ST and BPF_STX.
    private static let stores: [Operation] = MemorySize.allCases.flatMap { size in
        [
            Operation(
                st | mem | size.opcodeBits, .store(size, .immediate), destination: .register, offset: .displacement,
                immediate: .constant),
            Operation(
                stx | mem | size.opcodeBits, .store(size, .register), destination: .register, source: .register,
                offset: .displacement),
        ]
    }

    /// BPF_STX with mode BPF_ATOMIC; the immediate is the operation.
    private static let atomics: [Operation] = [MemorySize.word, .doubleword].flatMap { size in
        AtomicOperation.allCases.flatMap { operation in
            (operation.alwaysFetches ? [true] : [false, true]).map { fetch in
                Operation(
                    stx | 0xC0 | size.opcodeBits, .atomic(operation, size, fetch: fetch), destination: .register,
                    source: .register, offset: .displacement,
                    immediate: .selector(Int32(operation.rawValue) | (fetch ? AtomicOperation.fetchFlag : 0)))
            }
        }
    }

    /// LDDW, first slot; the source field tells the meaning.
    private static let wideImmediates: [Operation] = WideImmediate.allCases.map { meaning in
        let immediate: FieldUse =
            switch meaning {
            case .constant: .constant
            case .function: .distance
            case .mapFD, .mapValue, .btfID, .mapIndex, .mapIndexValue: .identifier
            }
        return Operation(
            0x18, .loadImmediate64(meaning), destination: .register, source: .selector(Int32(meaning.rawValue)),
            immediate: immediate)
    }

    /// BPF_LD with modes BPF_ABS and BPF_IND.
    private static let packetLoads: [Operation] = [MemorySize.byte, .halfword, .word].flatMap { size in
        [
            Operation(ld | 0x20 | size.opcodeBits, .loadPacket(size, indirect: false), immediate: .constant),
            Operation(
                ld | 0x40 | size.opcodeBits, .loadPacket(size, indirect: true), source: .register, immediate: .constant),
        ]
    }

    /// BPF_JMP and BPF_JMP32 without calls.
    private static let jumps: [Operation] =
        OperandWidth.allCases.flatMap { width in
            OperandSource.allCases.flatMap { source in
                JumpCondition.allCases.map { condition in
                    Operation(
                        jumpClass(width) | source.rawValue | condition.rawValue, .jump(condition, width, source),
                        destination: .register, source: source == .register ? .register : .reserved,
                        offset: .distance, immediate: source == .register ? .reserved : .constant)
                }
            }
        } + [
            Operation(jmp, .jumpAlways(long: false), offset: .distance),
            Operation(0x06, .jumpAlways(long: true), immediate: .distance),
            Operation(jmp | 0xE0, .mayGoto, source: .selector(0), offset: .distance),
            Operation(jmp | 0x90, .exit, offset: .ignored),
        ]

    /// Calls; the source field tells what is called.
    private static let calls: [Operation] = [
        Operation(jmp | 0x80, .call(.helper), source: .selector(0), immediate: .identifier),
        Operation(jmp | 0x80, .call(.subprogram), source: .selector(1), immediate: .distance),
        Operation(
            jmp | 0x80, .call(.kernelFunction), source: .selector(2), offset: .identifier, immediate: .identifier),
        Operation(jmp | 0x88, .call(.register), destination: .register),
    ]
}
