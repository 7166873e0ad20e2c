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
    /// Behind the last instruction: a run that comes here has fallen off the end.
    case end
}
