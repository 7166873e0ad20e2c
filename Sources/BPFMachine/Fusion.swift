/// Fusion: frequent neighbours become one operation, in the slot of the first.
///
/// The slots behind keep their operations, so a jump to one of them finds what the program has there, and a slot is never
/// moved. A fused operation reads what it needs of the next slot there; only a fused move takes the second operand over,
/// in fields that a move has no use for. Pairs were chosen by how often they are executed; see Benchmarks/README.md.
enum Fusion {
    /// Fuses what can be fused in `code`, which ends with ``DecodedOperation/end``.
    static func fuse(_ code: inout [DecodedInstruction]) {
        // Each slot is fused with what the decoder put behind it, fused itself or not: from the back, so that the next
        // slot's original operation is at hand.
        var second = DecodedInstruction(operation: .end)
        var third = second
        for index in code.indices.reversed() {
            let first = code[index]
            if let fused = fused(first, second, third) { code[index] = fused }
            third = second
            second = first
        }
    }

    private static func fused(
        _ first: DecodedInstruction, _ second: DecodedInstruction, _ third: DecodedInstruction
    ) -> DecodedInstruction? {
        if let rotation = rotation(first, second, third) { return rotation }
        if let copy = copy(first, second) { return copy }
        guard let operation = pair(first.operation, second.operation) ?? load(first, second) else { return nil }
        var fused = first
        fused.operation = operation
        return fused
    }

    /// `d = s; d <<= k; d |= t`, or the last two of these.
    private static func rotation(
        _ first: DecodedInstruction, _ second: DecodedInstruction, _ third: DecodedInstruction
    ) -> DecodedInstruction? {
        func isOr(_ shift: DecodedInstruction, _ or: DecodedInstruction) -> Bool {
            shift.operation == .lsh32K && or.operation == .or32 && or.destination == shift.destination
                && or.source != shift.destination
        }
        var fused = first
        if isOr(first, second) {
            fused.operation = .shiftOr32
            fused.operand = second.source
            return fused
        }
        guard first.operation == .mov32 || first.operation == .mov64, second.destination == first.destination,
            isOr(second, third)
        else { return nil }
        fused.operation = .copyShiftOr32
        fused.operand = third.source
        fused.immediate = second.immediate
        return fused
    }

    /// `d = s; d op= t` or `d = s; d op= constant`.
    private static func copy(_ first: DecodedInstruction, _ second: DecodedInstruction) -> DecodedInstruction? {
        guard second.destination == first.destination, let operation = copyOperation(second.operation) else {
            return nil
        }
        // A 32-bit operation looks at the lower half alone, so either move will do.
        guard first.operation == .mov64 || first.operation == .mov32 && operation.is32 else { return nil }
        var fused = first
        fused.operation = operation.fused
        if operation.isRegister {
            guard second.source != first.destination else { return nil }
            fused.operand = second.source
        } else {
            fused.immediate = second.immediate
        }
        return fused
    }

    /// An operation that a move can be fused with: what comes out, and what its second operand is.
    private typealias CopyOperation = (fused: DecodedOperation, is32: Bool, isRegister: Bool)

    private static func copyOperation(_ operation: DecodedOperation) -> CopyOperation? {
        switch operation {
        case .add64: (.copyAdd64, false, true)
        case .sub64: (.copySub64, false, true)
        case .xor64: (.copyXor64, false, true)
        case .or64: (.copyOr64, false, true)
        case .and64: (.copyAnd64, false, true)
        case .add64K: (.copyAdd64K, false, false)
        case .and64K: (.copyAnd64K, false, false)
        case .mul64K: (.copyMul64K, false, false)
        case .lsh64K: (.copyLsh64K, false, false)
        case .rsh64K: (.copyRsh64K, false, false)
        case .add32: (.copyAdd32, true, true)
        case .sub32: (.copySub32, true, true)
        case .xor32: (.copyXor32, true, true)
        case .or32: (.copyOr32, true, true)
        case .mul32: (.copyMul32, true, true)
        case .add32K: (.copyAdd32K, true, false)
        case .and32K: (.copyAnd32K, true, false)
        case .lsh32K: (.copyLsh32K, true, false)
        case .rsh32K: (.copyRsh32K, true, false)
        default: nil
        }
    }

    /// Pairs whatever their registers.
    private static func pair(_ first: DecodedOperation, _ second: DecodedOperation) -> DecodedOperation? {
        switch (first, second) {
        case (.add64K, .jumpLess64): .add64KThenJumpLess64
        case (.add64K, .jumpLessEqual64): .add64KThenJumpLessEqual64
        case (.add64K, .jumpGreater64): .add64KThenJumpGreater64
        case (.add64K, .jumpNotEqual64): .add64KThenJumpNotEqual64
        case (.add64K, .jumpNotEqual64K): .add64KThenJumpNotEqual64K
        case (.add64K, .jumpEqual64K): .add64KThenJumpEqual64K
        case (.add64K, .jumpLess64K): .add64KThenJumpLess64K
        case (.add32K, .jumpEqual32K): .add32KThenJumpEqual32K
        case (.add32K, .jumpNotEqual32K): .add32KThenJumpNotEqual32K
        case (.and32K, .jumpEqual32K): .and32KThenJumpEqual32K
        case (.and32K, .jumpNotEqual32K): .and32KThenJumpNotEqual32K
        case (.mov64K, .jumpEqual32K): .mov64KThenJumpEqual32K
        case (.mov64K, .jumpNotEqual32K): .mov64KThenJumpNotEqual32K
        case (.mov64K, .jumpGreater32): .mov64KThenJumpGreater32
        case (.load16, .add64): .load16ThenAdd64
        case (.mov64, .mov64): .mov64ThenMov64
        case (.add64, .mov64): .add64ThenMov64
        case (.add64, .add64K): .add64ThenAdd64K
        case (.xor64, .mov64): .xor64ThenMov64
        case (.xor32, .sub32): .xor32ThenSub32
        case (.jumpEqual64K, .jump): .jumpEqual64KThenJump
        case (.jumpEqual32K, .jumpEqual32K): .jumpEqual32KThenJumpEqual32K
        case (.jumpSignedGreater32K, .jumpEqual32K): .jumpSignedGreater32KThenJumpEqual32K
        default: nil
        }
    }

    /// A load, and a test or a byte swap of the loaded value.
    private static func load(_ first: DecodedInstruction, _ second: DecodedInstruction) -> DecodedOperation? {
        guard first.destination == second.destination else { return nil }
        return switch (first.operation, second.operation) {
        case (.load8, .jumpEqual32K): .load8ThenJumpEqual32K
        case (.load8, .jumpNotEqual32K): .load8ThenJumpNotEqual32K
        case (.load16, .jumpEqual32K): .load16ThenJumpEqual32K
        case (.load16, .jumpNotEqual32K): .load16ThenJumpNotEqual32K
        case (.load32, .jumpEqual32K): .load32ThenJumpEqual32K
        case (.load32, .jumpNotEqual32K): .load32ThenJumpNotEqual32K
        case (.load64, .jumpEqual64K): .load64ThenJumpEqual64K
        case (.load64, .jumpNotEqual64K): .load64ThenJumpNotEqual64K
        case (.load8, .jumpSignedGreater32K): .load8ThenJumpSignedGreater32K
        case (.load16, .swap16): .load16ThenSwap16
        case (.load32, .swap32): .load32ThenSwap32
        default: nil
        }
    }
}
