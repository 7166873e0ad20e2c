import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// The frame that a stack pointer points into.
    func stackFrame(of register: Register) -> FrameState { state.frames[Int(register.state.frame)] }

    /// Within the 512 bytes below the frame pointer; makes room for them (`check_stack_access_within_bounds`).
    func checkStackBounds(
        _ number: UInt8, _ offset: Int, _ size: Int, _ accessor: Accessor, _ kind: AccessKind
    ) throws(Refusal) {
        let register = frame[Int(number)]
        let value = register.value
        let what =
            accessor == .helper ? " indirect access to" : kind == .read ? " read from" : " write to"
        let lowest: Int
        let end: Int
        if value.isConstant {
            lowest = Int(truncatingIfNeeded: value.tnum.value) &+ offset
            end = lowest &+ size
        } else {
            guard value.smax < Self.offsetLimit, value.smin > -Self.offsetLimit else {
                throw Refusal(.EACCES, "invalid unbounded variable-offset\(what) stack R\(number)")
            }
            lowest = Int(value.smin) + offset
            end = Int(value.smax) + offset + size
        }
        let errno: KernelErrno?
        if lowest < -FrameState.stackLimit || lowest > -1 {
            errno = .EACCES
        } else if end > 0 {
            errno = .EINVAL
        } else {
            errno = size < 0 ? .EFAULT : nil
        }
        if let errno {
            throw Refusal(
                errno,
                value.isConstant
                    ? "invalid\(what) stack R\(number) off=\(offset) size=\(size)"
                    : "invalid variable-offset\(what) stack R\(number) var_off=\(value.tnum.text) "
                        + "off=\(offset) size=\(size)")
        }
        grow(stackFrame(of: register), toBytes: -lowest)
    }

    private func grow(_ target: FrameState, toBytes bytes: Int) {
        target.growStack(toBytes: bytes)
        subprograms[target.subprogram].stackDepth = max(
            subprograms[target.subprogram].stackDepth, target.allocatedBytes)
    }

    // MARK: Writes

    /// `check_stack_write`
    func writeStack(_ number: UInt8, _ offset: Int, _ size: Int, _ value: UInt8?) throws(Refusal) {
        let pointer = frame[Int(number)]
        let target = stackFrame(of: pointer)
        if pointer.value.isConstant {
            try writeStack(target, Int(truncatingIfNeeded: pointer.value.tnum.value) &+ offset, size, value)
        } else {
            try writeStackSomewhere(target, pointer.value, offset, size, value)
        }
    }

    /// `check_stack_write_fixed_off`
    private func writeStack(
        _ target: FrameState, _ offset: Int, _ size: Int, _ number: UInt8?
    ) throws(Refusal) {
        let first = -offset - 1
        let index = first / 8
        let current = instructions[instruction]
        let isConstantStore = number == nil && current.opcodeClass == Opcode.st
        noteStackUse(by: target, at: offset)
        touchSlot(index)
        if let number, offset % 8 == 0, frame[Int(number)].isScalar {
            let register = frame[Int(number)]
            let fits = register.value.width <= size * 8
            if fits { linkBeforeCopy(register) }
            spill(register.state, target, index, size)
            if !fits { target.spilledRegister(index).id = 0 }
        } else if isConstantStore, offset % 8 == 0 {
            spill(.constant(UInt64(bitPattern: Int64(current.immediate))), target, index, size)
        } else if let number, frame[Int(number)].type.isSpillablePointer {
            guard size == 8 else { throw Refusal(.EACCES, "invalid size of register spill") }
            if target !== frame, frame[Int(number)].kind == .stack {
                throw Refusal(.EINVAL, "cannot spill pointers to stack into stack frame of the caller")
            }
            spill(frame[Int(number)].state, target, index, size)
        } else {
            return try overwriteStack(target, first, size, number, isZero: isConstantStore && current.immediate == 0)
        }
        let access = HistoryEntry.StackAccess(frame: target.number, slot: index)
        pushHistory { $0.stackAccess = access }
    }

    /// Keeps a register in a slot; what lies above a narrow one is unknown data (`save_register_state`).
    private func spill(_ register: RegisterState, _ target: FrameState, _ index: Int, _ size: Int) {
        let place = target.spilledRegister(index)
        place.state.copyContent(of: register)
        if size == 8 { place.live.insert(.written) }
        var slot = target.slot(index)
        for byte in 0..<8 {
            if byte >= 8 - size {
                slot[byte] = .spill
            } else if slot[byte] != .zero, slot[byte] != .invalid {
                slot[byte] = .misc
            }
        }
        target.setSlot(index, slot)
    }

    /// Data that is no register.
    private func overwriteStack(
        _ target: FrameState, _ first: Int, _ size: Int, _ number: UInt8?, isZero: Bool
    ) throws(Refusal) {
        let index = first / 8
        scrubRegister(target, index)
        if size == 8 { target.spilledRegister(index).live.insert(.written) }
        var content = StackByte.misc
        if let number, frame[Int(number)].state.isNull {
            try markPrecise(number)
            content = .zero
        } else if isZero {
            content = .zero
        }
        var slot = target.slot(index)
        for byte in 0..<size { slot[(first - byte) % 8] = content }
        target.setSlot(index, slot)
    }

    /// The slot holds no whole register any more (`scrub_special_slot`).
    private func scrubRegister(_ target: FrameState, _ index: Int) {
        target.spilledRegister(index).type = .uninitialised
        guard target.slot(index).isSpill else { return }
        var slot = target.slot(index)
        slot.scrub()
        target.setSlot(index, slot)
    }

    /// A write at a variable offset may hit any byte between (`check_stack_write_var_off`).
    private func writeStackSomewhere(
        _ target: FrameState, _ pointer: ScalarBounds, _ offset: Int, _ size: Int, _ number: UInt8?
    ) throws(Refusal) {
        let current = instructions[instruction]
        let isZero =
            number.map { frame[Int($0)].state.isNull }
            ?? (current.opcodeClass == Opcode.st && current.immediate == 0)
        var isZeroUsed = false
        noteStackUse(by: target, at: Int(pointer.smin) + offset)
        for position in (Int(pointer.smin) + offset)..<(Int(pointer.smax) + offset + size) {
            let byte = -position - 1
            let index = byte / 8
            touchSlot(index)
            let before = target.slot(index)[byte % 8]
            let spilled = target.spilledRegister(index)
            if isZero, before == .spill, target.slot(index).isSpill, spilled.isScalar, spilled.value.tnum.equals(0) {
                isZeroUsed = true
                continue
            }
            scrubRegister(target, index)
            var after = StackByte.misc
            // As the kernel, which looks again after the slot was scrubbed.
            if isZero, target.slot(index)[byte % 8] == .zero {
                after = .zero
                isZeroUsed = true
            }
            target.setByte(index, byte % 8, after)
        }
        if isZeroUsed, let number { try markPrecise(number) }
    }

    // MARK: Reads

    /// `check_stack_read`
    func readStack(_ number: UInt8, _ offset: Int, _ size: Int, into result: UInt8?) throws(Refusal) {
        let pointer = frame[Int(number)]
        let origin = stackFrame(of: pointer)
        if pointer.value.isConstant {
            return try readStack(
                origin, Int(truncatingIfNeeded: pointer.value.tnum.value) &+ offset, size, into: result)
        }
        guard let result else {
            throw Refusal(
                .EACCES,
                "variable offset stack pointer cannot be passed into helper function; "
                    + "var_off=\(pointer.value.tnum.text) off=\(offset) size=\(size)")
        }
        try checkStackRange(number, offset, size, allowsZero: false, .instruction, nil)
        // The result may replace the pointer.
        let (lowest, highest) = (Int(pointer.value.smin) + offset, Int(pointer.value.smax) + offset)
        readBytes(origin, from: lowest, to: highest + size, into: frame[Int(result)])
        noteStackUse(by: origin, at: lowest)
    }

    /// `check_stack_read_fixed_off`
    private func readStack(
        _ origin: FrameState, _ offset: Int, _ size: Int, into number: UInt8?
    ) throws(Refusal) {
        let first = -offset - 1
        let index = first / 8
        let slot = origin.slot(index)
        let spilled = origin.spilledRegister(index)
        touchSlot(index)
        noteStackUse(by: origin, at: offset)
        guard slot.isSpill else {
            markRead(spilled, spilled.parent, .read64)
            if let number { readBytes(origin, from: offset, to: offset + size, into: frame[Int(number)]) }
            return
        }
        var isFill = true
        if size != 8 || slot.spillSize != 8 {
            guard spilled.isScalar else { throw Refusal(.EACCES, "invalid size of register fill") }
            markRead(spilled, spilled.parent, .read64)
            guard let number else { return }
            let result = frame[Int(number)]
            if size <= slot.spillSize, offset % 8 == 0 {
                // The low end of the register.
                result.state.copyContent(of: spilled.state)
                if spilled.value.width > size * 8 { result.state.clearLink() }
            } else {
                let bytes = (0..<size).map { slot[(first - $0) % 8] }
                if bytes.allSatisfy({ $0 == .spill }), spilled.value.tnum.equals(0) {
                    result.state.setZero()
                } else {
                    if bytes.allSatisfy({ $0 == .zero }) {
                        result.state.setZero()
                    } else {
                        result.state.setUnknown()
                    }
                    isFill = false
                }
            }
            result.live.insert(.written)
        } else if let number {
            let result = frame[Int(number)]
            result.state.copyContent(of: spilled.state)
            result.live.insert(.written)
        }
        markRead(spilled, spilled.parent, .read64)
        if isFill {
            let access = HistoryEntry.StackAccess(frame: origin.number, slot: index)
            pushHistory { $0.stackAccess = access }
        }
    }

    /// A value of data bytes: 0 where all are known to be (`mark_reg_stack_read`).
    private func readBytes(_ origin: FrameState, from start: Int, to end: Int, into result: Register) {
        var isZero = true
        for position in start..<end {
            let byte = -position - 1
            touchSlot(byte / 8)
            if origin.slot(byte / 8)[byte % 8] != .zero {
                isZero = false
                break
            }
        }
        if isZero { result.state.setZero() } else { result.state.setUnknown() }
        result.live.insert(.written)
    }

    /// Bytes that are read together, by a helper or at a variable offset; what a helper was given becomes unknown data
    /// (`check_stack_range_initialized`).
    func checkStackRange(
        _ number: UInt8, _ offset: Int, _ size: Int, allowsZero: Bool, _ accessor: Accessor,
        _ call: HelperCall?
    ) throws(Refusal) {
        let pointer = frame[Int(number)]
        let origin = stackFrame(of: pointer)
        if size == 0, !allowsZero { throw Refusal(.EACCES, "invalid zero-sized read") }
        try checkStackBounds(number, offset, size, accessor, accessor == .helper ? .write : .read)
        let start: Int
        let last: Int
        var isRaw = call?.isRaw ?? false
        if pointer.value.isConstant {
            start = Int(truncatingIfNeeded: pointer.value.tnum.value) &+ offset
            last = start
        } else {
            // A helper that writes somewhere in the range leaves the rest as it was.
            isRaw = false
            (start, last) = (Int(pointer.value.smin) + offset, Int(pointer.value.smax) + offset)
        }
        if isRaw, let call {
            call.writtenSize = size
            call.writtenRegister = number
            return
        }
        for position in start..<(last + size) {
            let byte = -position - 1
            let index = byte / 8
            let spilled = origin.spilledRegister(index)
            let content = origin.slot(index)[byte % 8]
            if content == .zero || content == .invalid {
                if accessor == .helper { origin.setByte(index, byte % 8, .misc) }
            } else if content != .misc, origin.slot(index).isSpill, accessor == .helper {
                spilled.state.setUnknown()
                var slot = origin.slot(index)
                slot.scrub()
                origin.setSlot(index, slot)
            }
            markRead(spilled, spilled.parent, .read64)
        }
    }
}
