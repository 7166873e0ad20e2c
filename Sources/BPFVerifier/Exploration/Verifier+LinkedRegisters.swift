/// Scalars that share an id hold the same value, up to a constant: what a comparison tells of one holds for all.
extension Verifier {
    /// All places linked to the compared ones (`collect_linked_regs`); noted in the history where there are several.
    func collectLinked(_ destination: Register, _ source: Register?) -> LinkedRegisters {
        var linked = LinkedRegisters()
        if let source, source.isScalar, source.id != 0 { collect(source.state.linkID, &linked) }
        if destination.isScalar, destination.id != 0 { collect(destination.state.linkID, &linked) }
        if linked.places.count > 1 { pushHistory { $0.linked = linked } }
        return linked
    }

    private func collect(_ id: UInt32, _ linked: inout LinkedRegisters) {
        func add(_ register: Register, _ place: LinkedRegisters.Place) {
            guard register.isScalar, register.state.linkID == id else { return }
            if linked.places.count < LinkedRegisters.limit {
                linked.places.append(place)
            } else {
                register.state.clearLink()
            }
        }
        for frame in state.frames.reversed() {
            for number in 0..<FrameState.framePointer {
                add(frame[number], .init(frame: frame.number, index: number, isRegister: true))
            }
            for slot in 0..<frame.slotCount where frame.slot(slot).isSpill {
                add(frame.spilledRegister(slot), .init(frame: frame.number, index: slot, isRegister: false))
            }
        }
    }

    /// Gives the linked places what is known of `known` now (`sync_linked_regs`).
    func syncLinked(_ linked: LinkedRegisters, with known: Register, in state: VerifierState) {
        for place in linked.places {
            let frame = state.frames[place.frame]
            let register = place.isRegister ? frame[place.index] : frame.spilledRegister(place.index)
            guard register.isScalar, register != known, register.state.linkID == known.state.linkID else { continue }
            let (id, offset) = (register.id, register.offset)
            let isSame =
                !register.state.isLinkedByAddition && !known.state.isLinkedByAddition || offset == known.offset
            register.state.copyContent(of: known.state)
            guard !isSame else { continue }
            let distance = Int64(offset) - Int64(known.offset)
            register.id = id
            register.offset = offset
            register.value.add(.constant(UInt64(bitPattern: distance)))
        }
    }
}
