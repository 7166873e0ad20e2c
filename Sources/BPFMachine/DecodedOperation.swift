/// What one decoded instruction does; the interpreter's dispatch is a switch over all of them, without default.
///
/// A name ends in the width where there are two, and in `K` where the second operand is the immediate ("BPF_K").
enum DecodedOperation: UInt8, CaseIterable {
    // 64-bit arithmetic
    case add64, add64K, sub64, sub64K, mul64, mul64K, or64, or64K, and64, and64K, xor64, xor64K
    case lsh64, lsh64K, rsh64, rsh64K, arsh64, arsh64K, neg64, mov64, mov64K
    case div64, div64K, mod64, mod64K, sdiv64, sdiv64K, smod64, smod64K
    // 32-bit arithmetic; every result is zero-extended
    case add32, add32K, sub32, sub32K, mul32, mul32K, or32, or32K, and32, and32K, xor32, xor32K
    case lsh32, lsh32K, rsh32, rsh32K, arsh32, arsh32K, neg32, mov32, mov32K
    case div32, div32K, mod32, mod32K, sdiv32, sdiv32K, smod32, smod32K
    // Sign-extending moves: to 64 bits from 8, 16, 32; to 32 bits from 8, 16
    case mov64S8, mov64S16, mov64S32, mov32S8, mov32S16
    // Byte order. On this little-endian machine "to little endian" only cuts, and "to big endian" is a swap.
    case cut16, cut32, nothing, swap16, swap32, swap64
    // 64-bit immediate, two slots long
    case loadImmediate
    // Loads and stores, checked against the region table
    case load8, load16, load32, load64, load8S, load16S, load32S
    case store8, store16, store32, store64, store8K, store16K, store32K, store64K
    // The same relative to R10 within the frame: R10 is never written, so the decoder has checked these
    case frameLoad8, frameLoad16, frameLoad32, frameLoad64
    case frameStore8, frameStore16, frameStore32, frameStore64
    case frameStore8K, frameStore16K, frameStore32K, frameStore64K
    // Atomics; the immediate keeps RFC 9669's operation
    case atomic32, atomic64
    // Legacy packet access through the environment
    case loadAbsolute, loadIndirect
    // Jumps
    case jump
    case jumpEqual64, jumpEqual64K, jumpNotEqual64, jumpNotEqual64K, jumpSet64, jumpSet64K
    case jumpGreater64, jumpGreater64K, jumpGreaterEqual64, jumpGreaterEqual64K
    case jumpLess64, jumpLess64K, jumpLessEqual64, jumpLessEqual64K
    case jumpSignedGreater64, jumpSignedGreater64K, jumpSignedGreaterEqual64, jumpSignedGreaterEqual64K
    case jumpSignedLess64, jumpSignedLess64K, jumpSignedLessEqual64, jumpSignedLessEqual64K
    case jumpEqual32, jumpEqual32K, jumpNotEqual32, jumpNotEqual32K, jumpSet32, jumpSet32K
    case jumpGreater32, jumpGreater32K, jumpGreaterEqual32, jumpGreaterEqual32K
    case jumpLess32, jumpLess32K, jumpLessEqual32, jumpLessEqual32K
    case jumpSignedGreater32, jumpSignedGreater32K, jumpSignedGreaterEqual32, jumpSignedGreaterEqual32K
    case jumpSignedLess32, jumpSignedLess32K, jumpSignedLessEqual32, jumpSignedLessEqual32K
    // Control
    case callHelper, callSubprogram, tailCall, exit
    // Fused: a move and an operation on its destination, as one operation with three operands
    case copyAdd64, copySub64, copyXor64, copyOr64, copyAnd64, copyAdd64K, copyAnd64K, copyMul64K, copyLsh64K
    case copyRsh64K, copyAdd32, copySub32, copyXor32, copyOr32, copyMul32, copyAdd32K, copyAnd32K, copyLsh32K
    case copyRsh32K
    // Fused: the halves of a rotation (shift left, or), in place and behind a move
    case shiftOr32, copyShiftOr32
    // Fused: arithmetic and the jump behind it
    case add64KThenJumpLess64, add64KThenJumpLessEqual64, add64KThenJumpGreater64, add64KThenJumpNotEqual64
    case add64KThenJumpNotEqual64K, add64KThenJumpEqual64K, add64KThenJumpLess64K, add32KThenJumpEqual32K
    case add32KThenJumpNotEqual32K, and32KThenJumpEqual32K, and32KThenJumpNotEqual32K, mov64KThenJumpEqual32K
    case mov64KThenJumpNotEqual32K, mov64KThenJumpGreater32
    // Fused: a load and what is done with the value
    case load8ThenJumpEqual32K, load8ThenJumpNotEqual32K, load16ThenJumpEqual32K, load16ThenJumpNotEqual32K
    case load32ThenJumpEqual32K, load32ThenJumpNotEqual32K, load64ThenJumpEqual64K, load64ThenJumpNotEqual64K
    case load8ThenJumpSignedGreater32K, load16ThenSwap16, load32ThenSwap32
    // Fused: other frequent pairs
    case load16ThenAdd64, mov64ThenMov64, add64ThenMov64, add64ThenAdd64K, xor64ThenMov64, xor32ThenSub32
    case jumpEqual64KThenJump, jumpEqual32KThenJumpEqual32K, jumpSignedGreater32KThenJumpEqual32K
    /// Behind the last instruction: a run that comes here has fallen off the end.
    case end
}
