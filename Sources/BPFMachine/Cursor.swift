/// Where a run is: the current instruction's fields, and how many more jumps may be taken.
@safe struct Cursor {
    var instruction: UnsafeMutablePointer<DecodedInstruction>
    var remainingJumps: Int

    var operation: DecodedOperation { @inline(__always) get { unsafe instruction.pointee.operation } }
    var destination: UInt8 { @inline(__always) get { unsafe instruction.pointee.destination } }
    var source: UInt8 { @inline(__always) get { unsafe instruction.pointee.source } }
    var regionHint: UInt8 { @inline(__always) get { unsafe instruction.pointee.regionHint } }
    /// The third register of a fused operation.
    var operand: UInt8 { @inline(__always) get { unsafe instruction.pointee.regionHint } }
    /// The displacement as something to add to an address.
    var displacement: UInt64 {
        @inline(__always) get { unsafe UInt64(bitPattern: Int64(instruction.pointee.offset)) }
    }
    /// The constant operand.
    var constant: UInt64 { @inline(__always) get { unsafe instruction.pointee.immediate } }
    /// The constant operand's lower half, for 32-bit operations.
    var constant32: UInt32 { @inline(__always) get { UInt32(truncatingIfNeeded: constant) } }

    /// Moves on by `count` slots.
    @inline(__always)
    mutating func advance(_ count: Int = 1) { unsafe instruction += count }

    /// Moves on to the next instruction of a fused operation, which counts as one of its own.
    @inline(__always)
    mutating func step<Observer: InstructionObserver>(_ observer: Observer) {
        advance()
        unsafe observer.executed(instruction)
    }

    /// Takes the instruction's jump; false, and no move, where the budget is used up.
    @inline(__always)
    mutating func jump() -> Bool {
        remainingJumps &-= 1
        guard remainingJumps >= 0 else { return false }
        unsafe instruction = UnsafeMutableRawPointer(instruction)
            .advanced(by: Int(instruction.pointee.offset))
            .assumingMemoryBound(to: DecodedInstruction.self)
        return true
    }

    /// Takes the instruction's jump if `isTaken`, otherwise moves on; false where the budget is used up.
    @inline(__always)
    mutating func branch(if isTaken: Bool) -> Bool {
        guard isTaken else {
            advance()
            return true
        }
        return jump()
    }
}
