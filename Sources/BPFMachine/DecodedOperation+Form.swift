import BPFInstructionSet

/// The operations that stand for the instruction table's forms.
extension DecodedOperation {
    /// An operation as (64 bits, register), (64 bits, constant), (32 bits, register), (32 bits, constant).
    private typealias Forms = (DecodedOperation, DecodedOperation, DecodedOperation, DecodedOperation)

    private static func choose(_ forms: Forms, _ width: OperandWidth, _ source: OperandSource) -> Self {
        switch (width, source) {
        case (.doubleword, .register): forms.0
        case (.doubleword, .immediate): forms.1
        case (.word, .register): forms.2
        case (.word, .immediate): forms.3
        }
    }

    /// Two-operand arithmetic.
    static func arithmetic(_ operation: ArithmeticOperation, _ width: OperandWidth, _ source: OperandSource) -> Self {
        let forms: Forms =
            switch operation {
            case .add: (.add64, .add64K, .add32, .add32K)
            case .subtract: (.sub64, .sub64K, .sub32, .sub32K)
            case .multiply: (.mul64, .mul64K, .mul32, .mul32K)
            case .divide: (.div64, .div64K, .div32, .div32K)
            case .signedDivide: (.sdiv64, .sdiv64K, .sdiv32, .sdiv32K)
            case .modulo: (.mod64, .mod64K, .mod32, .mod32K)
            case .signedModulo: (.smod64, .smod64K, .smod32, .smod32K)
            case .or: (.or64, .or64K, .or32, .or32K)
            case .and: (.and64, .and64K, .and32, .and32K)
            case .xor: (.xor64, .xor64K, .xor32, .xor32K)
            case .shiftLeft: (.lsh64, .lsh64K, .lsh32, .lsh32K)
            case .shiftRight: (.rsh64, .rsh64K, .rsh32, .rsh32K)
            case .arithmeticShiftRight: (.arsh64, .arsh64K, .arsh32, .arsh32K)
            }
        return choose(forms, width, source)
    }

    /// A conditional jump.
    static func conditionalJump(_ condition: JumpCondition, _ width: OperandWidth, _ source: OperandSource) -> Self {
        let forms: Forms =
            switch condition {
            case .equal: (.jumpEqual64, .jumpEqual64K, .jumpEqual32, .jumpEqual32K)
            case .notEqual: (.jumpNotEqual64, .jumpNotEqual64K, .jumpNotEqual32, .jumpNotEqual32K)
            case .anyBitSet: (.jumpSet64, .jumpSet64K, .jumpSet32, .jumpSet32K)
            case .greater: (.jumpGreater64, .jumpGreater64K, .jumpGreater32, .jumpGreater32K)
            case .greaterOrEqual: (.jumpGreaterEqual64, .jumpGreaterEqual64K, .jumpGreaterEqual32, .jumpGreaterEqual32K)
            case .less: (.jumpLess64, .jumpLess64K, .jumpLess32, .jumpLess32K)
            case .lessOrEqual: (.jumpLessEqual64, .jumpLessEqual64K, .jumpLessEqual32, .jumpLessEqual32K)
            case .signedGreater:
                (.jumpSignedGreater64, .jumpSignedGreater64K, .jumpSignedGreater32, .jumpSignedGreater32K)
            case .signedGreaterOrEqual:
                (
                    .jumpSignedGreaterEqual64, .jumpSignedGreaterEqual64K, .jumpSignedGreaterEqual32,
                    .jumpSignedGreaterEqual32K
                )
            case .signedLess: (.jumpSignedLess64, .jumpSignedLess64K, .jumpSignedLess32, .jumpSignedLess32K)
            case .signedLessOrEqual:
                (.jumpSignedLessEqual64, .jumpSignedLessEqual64K, .jumpSignedLessEqual32, .jumpSignedLessEqual32K)
            }
        return choose(forms, width, source)
    }

    /// MOVSX; 32 bits from 32 bits doesn't exist, and is a plain move.
    static func signExtension(_ width: OperandWidth, from size: MemorySize) -> Self {
        switch (width, size) {
        case (.doubleword, .byte): .mov64S8
        case (.doubleword, .halfword): .mov64S16
        case (.doubleword, .word): .mov64S32
        case (.doubleword, .doubleword): .mov64
        case (.word, .byte): .mov32S8
        case (.word, .halfword): .mov32S16
        case (.word, .word), (.word, .doubleword): .mov32
        }
    }

    /// A byte order conversion, as a little-endian machine does it.
    static func byteOrder(_ conversion: ByteOrderConversion, _ size: MemorySize) -> Self {
        switch (conversion, size) {
        case (_, .byte): .nothing
        case (.little, .halfword): .cut16
        case (.little, .word): .cut32
        case (.little, .doubleword): .nothing
        case (.big, .halfword), (.swap, .halfword): .swap16
        case (.big, .word), (.swap, .word): .swap32
        case (.big, .doubleword), (.swap, .doubleword): .swap64
        }
    }

    /// A zero-extending load; `inFrame` where the decoder has checked it.
    static func load(_ size: MemorySize, inFrame: Bool) -> Self {
        switch size {
        case .byte: inFrame ? .frameLoad8 : .load8
        case .halfword: inFrame ? .frameLoad16 : .load16
        case .word: inFrame ? .frameLoad32 : .load32
        case .doubleword: inFrame ? .frameLoad64 : .load64
        }
    }

    /// A sign-extending load; of 64 bits it doesn't exist, and is a plain one.
    static func signedLoad(_ size: MemorySize) -> Self {
        switch size {
        case .byte: .load8S
        case .halfword: .load16S
        case .word: .load32S
        case .doubleword: .load64
        }
    }

    /// A store; `inFrame` where the decoder has checked it.
    static func store(_ size: MemorySize, _ source: OperandSource, inFrame: Bool) -> Self {
        switch (size, source) {
        case (.byte, .register): inFrame ? .frameStore8 : .store8
        case (.byte, .immediate): inFrame ? .frameStore8K : .store8K
        case (.halfword, .register): inFrame ? .frameStore16 : .store16
        case (.halfword, .immediate): inFrame ? .frameStore16K : .store16K
        case (.word, .register): inFrame ? .frameStore32 : .store32
        case (.word, .immediate): inFrame ? .frameStore32K : .store32K
        case (.doubleword, .register): inFrame ? .frameStore64 : .store64
        case (.doubleword, .immediate): inFrame ? .frameStore64K : .store64K
        }
    }
}
