import BPFInstructionSet

extension Verifier {
    /// A packet pointer compared with the packet's end, or a metadata pointer with its start, proves bytes
    /// (`try_match_pkt_pointers`).
    func comparePacketPointers(
        _ current: Instruction, _ destination: Register, _ source: Register, _ other: VerifierState
    ) {
        let operation = current.opcodeOperation
        guard [Opcode.jgt, Opcode.jlt, Opcode.jge, Opcode.jle].contains(operation) else { return }
        let pointer: Register
        let number: Int
        let comparison: UInt8
        if isPair(destination, source) {
            (pointer, number, comparison) = (destination, Int(current.destination), operation)
        } else if isPair(source, destination) {
            (pointer, number, comparison) = (source, Int(current.source), Condition.flipped(operation))
        } else {
            return
        }
        // pointer > end: fall-through has the bytes before it; >=: one byte more is still proven by the strict case.
        let (within, beyond): (VerifierState, VerifierState)
        let isOpen: Bool
        switch comparison {
        case Opcode.jgt: (within, beyond, isOpen) = (state, other, false)
        case Opcode.jge: (within, beyond, isOpen) = (state, other, true)
        case Opcode.jlt: (within, beyond, isOpen) = (other, state, true)
        default: (within, beyond, isOpen) = (other, state, false)
        }
        prove(pointer, in: within, isOpen: isOpen)
        let outside = beyond.current[number]
        if outside.type == .packet {
            outside.state.range = isOpen ? RegisterState.atEnd : RegisterState.beyondEnd
        }
    }

    private func isPair(_ pointer: Register, _ limit: Register) -> Bool {
        switch pointer.type {
        case .packet: limit.type == .packetEnd
        case .packetMeta: limit.type == .packet && limit.id == 0 && limit.offset == 0 && limit.value.tnum.equals(0)
        default: false
        }
    }

    /// All pointers of this id may access what lies before the compared one (`find_good_pkt_pointers`); `isOpen`: the
    /// compared one itself is within, so one byte more.
    private func prove(_ pointer: Register, in state: VerifierState, isOpen: Bool) {
        let (type, id, offset, umax) = (pointer.type, pointer.id, pointer.offset, pointer.value.umax)
        let greatest: UInt64 = 0xffff
        guard offset > 0 || offset == 0 && !isOpen, umax <= greatest, umax &+ UInt64(offset) <= greatest else {
            return
        }
        let range = isOpen ? offset + 1 : offset
        state.forEachRegister { register in
            if register.type == type, register.id == id {
                register.state.range = max(register.state.range, range)
            }
        }
    }
}
