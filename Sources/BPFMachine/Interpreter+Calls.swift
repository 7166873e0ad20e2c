/// Calls, returns and faults: what is rarer than an instruction of every other kind.
extension ExecutionEnvironment {
    /// Shows the program its stack down to the frame of `depth`.
    @inline(__always)
    final func showStack(depth: Int) {
        unsafe regions.entries[Int(MemoryRegions.Slot.stack.rawValue)] = stackEntries[depth]
    }

    /// Opens a frame for the subprogram that `cursor` calls.
    @inline(__always)
    final func openFrame(_ cursor: inout Cursor, _ registers: Registers) throws(MachineFault) {
        let depth = unsafe state.pointee.depth
        guard depth < Self.maximumFrames - 1 else { throw fault(.callDepthExceeded, cursor) }
        unsafe (frames + depth).initialize(
            to: Frame(
                program: state.pointee.program, returnsTo: cursor.instruction + 1,
                r6: registers[6], r7: registers[7], r8: registers[8], r9: registers[9]))
        guard cursor.jump() else { throw fault(.budgetExhausted, cursor) }
        registers[10] &-= UInt64(Self.frameByteCount)
        unsafe state.pointee.depth = depth + 1
        showStack(depth: depth + 1)
    }

    /// Returns to the caller; false where the frame is the one that the interpreter loop was entered with.
    @inline(__always)
    final func closeFrame(_ cursor: inout Cursor, _ registers: Registers) -> Bool {
        let depth = unsafe state.pointee.depth
        guard unsafe depth > state.pointee.entryDepth else { return false }
        let frame = unsafe frames[depth - 1]
        unsafe state.pointee.program = frame.program
        unsafe state.pointee.depth = depth - 1
        unsafe cursor.instruction = frame.returnsTo
        registers[6] = frame.r6
        registers[7] = frame.r7
        registers[8] = frame.r8
        registers[9] = frame.r9
        registers[10] &+= UInt64(Self.frameByteCount)
        showStack(depth: depth - 1)
        return true
    }

    /// Calls the helper that `cursor` names.
    @inline(__always)
    final func callHelper(_ cursor: inout Cursor, _ registers: Registers) throws(MachineFault) {
        unsafe state.pointee.instruction = cursor.instruction
        unsafe state.pointee.remainingJumps = cursor.remainingJumps
        registers[0] = call(
            helper: cursor.constant32, registers[1], registers[2], registers[3], registers[4], registers[5])
        cursor.remainingJumps = unsafe state.pointee.remainingJumps
        if unsafe state.pointee.hasPendingFault { throw helperFault(cursor) }
    }

    /// Goes over to the program of a program array, in the current frame, or falls through; returns the next instruction.
    ///
    /// Only a call that happens counts (emit_bpf_tail_call_indirect in arch/x86/net/bpf_jit_comp.c). The cursor comes by
    /// value, as for all that isn't inlined: one whose address is taken would live in memory in the whole loop.
    @inline(never)
    final func tailCall(
        _ cursor: Cursor, _ registers: Registers
    ) throws(MachineFault) -> UnsafeMutablePointer<DecodedInstruction> {
        unsafe state.pointee.instruction = cursor.instruction
        unsafe state.pointee.remainingJumps = cursor.remainingJumps
        let target =
            unsafe state.pointee.tailCalls < Self.maximumTailCalls
            ? tailCallTarget(map: registers[2], index: registers[low: 3]) : nil
        if unsafe state.pointee.hasPendingFault { throw helperFault(cursor) }
        guard let target else { return unsafe cursor.instruction + 1 }
        tailCalledPrograms.append(target)
        unsafe state.pointee.tailCalls += 1
        unsafe state.pointee.program = Unmanaged.passUnretained(target)
        return unsafe target.code
    }

    /// LD_ABS and LD_IND; false where the packet doesn't have these bytes, which ends the program with R0 = 0.
    @inline(never)
    final func loadPacket(_ cursor: Cursor, _ registers: Registers) throws(MachineFault) -> Bool {
        let base = cursor.operation == .loadIndirect ? registers[lowSigned: cursor.source] : 0
        unsafe state.pointee.instruction = cursor.instruction
        let value = loadAbsolute(
            context: registers[6], byteCount: Int(cursor.displacement),
            offset: base &+ Int32(truncatingIfNeeded: cursor.constant))
        if unsafe state.pointee.hasPendingFault { throw helperFault(cursor) }
        registers[0] = value ?? 0
        return value != nil
    }

    /// A fault of the current instruction.
    @inline(never)
    final func fault(_ reason: MachineFault.Reason, _ cursor: Cursor) -> MachineFault {
        let program = unsafe state.pointee.program?.takeUnretainedValue()
        return MachineFault(
            instructionIndex: program.map { unsafe cursor.instruction - $0.code } ?? 0, reason: reason)
    }

    /// The fault that a helper, or a callback of its, left behind.
    @inline(never)
    private final func helperFault(_ cursor: Cursor) -> MachineFault {
        callbackFault ?? fault(pendingFault ?? .refused("a helper ended the run"), cursor)
    }
}
