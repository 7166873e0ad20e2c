/// Which ids of an old state stand for which of the current one (`struct bpf_idmap`).
struct IDMap {
    private var pairs: [(old: UInt32, current: UInt32)] = []
    private var lastTemporary: UInt32 = 0

    mutating func reset(after lastID: UInt32) {
        pairs.removeAll(keepingCapacity: true)
        lastTemporary = lastID
    }

    /// Whether the ids may stand for each other, one to one; remembers it (`check_ids`).
    mutating func matches(_ old: UInt32, _ current: UInt32) -> Bool {
        guard (old != 0) == (current != 0) else { return false }
        guard old != 0 else { return true }
        for pair in pairs {
            if pair.old == old { return pair.current == current }
            if pair.current == current { return false }
        }
        pairs.append((old, current))
        return true
    }

    /// The same for scalars, where an old one without link fits all, and a current one without gets an id of its own
    /// (`check_scalar_ids`).
    mutating func matchesScalar(_ old: UInt32, _ current: UInt32) -> Bool {
        guard old != 0 else { return true }
        var current = current
        if current == 0 {
            lastTemporary += 1
            current = lastTemporary
        }
        guard matches(old, current) else { return false }
        guard old & RegisterState.addedConstant != 0 else { return true }
        return matches(old & ~RegisterState.addedConstant, current & ~RegisterState.addedConstant)
    }
}

extension Verifier {
    /// Whether what was proven from `old` holds for `current` (`states_equal`); `exactly` asks for the same state, as a
    /// loop without progress has it.
    func isEqual(_ old: VerifierState, _ current: VerifierState, exactly: Bool) -> Bool {
        guard old.frames.count == current.frames.count else { return false }
        idMap.reset(after: lastID)
        for (a, b) in zip(old.frames, current.frames) {
            guard a.callSite == b.callSite else { return false }
            for number in 0..<FrameState.registerCount {
                guard covers(a[number], b[number], exactly) else { return false }
            }
            guard coversStack(a, b, exactly) else { return false }
        }
        return true
    }

    /// `regs_exact`
    private func isSame(_ old: Register, _ current: Register) -> Bool {
        old.state.isSameContent(as: current.state) && idMap.matches(old.id, current.id)
    }

    /// Whether every value of `current` is one of `old`'s, as far as it mattered (`regsafe`).
    private func covers(_ old: Register, _ current: Register, _ exactly: Bool) -> Bool {
        if exactly { return isSame(old, current) }
        if !old.live.isRead || old.kind == .uninitialised { return true }
        guard old.type == current.type else { return false }
        switch old.kind {
        case .scalar:
            guard old.isPrecise else { return true }
            return coversScalar(old.state, current.state)
        case .mapValue, .memory:
            return old.offset == current.offset && old.state.extent == current.state.extent
                && coversValue(old, current) && idMap.matches(old.id, current.id)
        case .packet, .packetMeta:
            let (range, available) = (old.state.range, current.state.range)
            guard range < 0 || available < 0 ? range == available : range <= available else { return false }
            return old.offset == current.offset && idMap.matches(old.id, current.id) && coversValue(old, current)
        case .stack:
            return isSame(old, current) && old.state.frame == current.state.frame
        default:
            return isSame(old, current)
        }
    }

    private func coversValue(_ old: Register, _ current: Register) -> Bool {
        old.value.containsRanges(of: current.value) && old.value.tnum.contains(current.value.tnum)
    }

    private func coversScalar(_ old: RegisterState, _ current: RegisterState) -> Bool {
        // An old scalar linked by addition is known relative to another one, which has to hold now as well.
        if old.isLinkedByAddition, !current.isLinkedByAddition { return false }
        if old.id != 0, !old.isLinkedByAddition, current.isLinkedByAddition { return false }
        if old.isLinkedByAddition, old.offset != current.offset { return false }
        return idMap.matchesScalar(old.id, current.id) && old.value.containsRanges(of: current.value)
            && old.value.tnum.contains(current.value.tnum)
    }

    /// Whether the stack holds what the old one held, where it was read (`stacksafe`).
    private func coversStack(_ old: FrameState, _ current: FrameState, _ exactly: Bool) -> Bool {
        for index in 0..<old.slotCount {
            let oldSlot = old.slot(index)
            let oldRegister = old.spilledRegister(index)
            if exactly {
                guard index < current.slotCount, oldSlot == current.slot(index) else { return false }
            } else if !oldRegister.live.isRead {
                continue
            }
            // Bytes never written, or written with unknown data, cover everything: root may read either.
            if oldSlot.isAllMisc { continue }
            guard index < current.slotCount else { return false }
            let currentSlot = current.slot(index)
            let currentRegister = current.spilledRegister(index)
            if oldSlot.isWholeSpill, oldRegister.isScalar {
                if currentSlot.isWholeSpill, currentRegister.isScalar {
                    guard covers(oldRegister, currentRegister, exactly) else { return false }
                    continue
                }
                if currentSlot.isAllMisc {
                    guard coversUnknownData(oldRegister, exactly) else { return false }
                    continue
                }
            }
            for byte in 0..<8 {
                let (before, now) = (oldSlot[byte], currentSlot[byte])
                if before == .invalid || before == .misc { continue }
                guard before == now else { return false }
            }
            if oldSlot.isSpill {
                guard covers(oldRegister, currentRegister, exactly) else { return false }
            }
        }
        return true
    }

    /// Whether a spilled scalar covers a slot of unknown bytes (`unbound_reg`).
    private func coversUnknownData(_ old: Register, _ exactly: Bool) -> Bool {
        if exactly { return old.state.isSameContent(as: .unknownScalar) && old.id == 0 }
        return !old.live.isRead || !old.isPrecise || coversScalar(old.state, .unknownScalar)
    }
}
