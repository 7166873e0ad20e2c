import BPFInstructionSet
import LinuxABI

extension Verifier {
    enum AccessKind { case read, write }

    /// Who accesses memory: the instruction itself, or a helper on its behalf.
    enum Accessor { case instruction, helper }

    /// `check_load_mem`
    func checkLoad(_ current: Instruction) throws(Refusal) {
        try checkRegister(current.source, .source)
        try checkRegister(current.destination, .destinationKept)
        let type = frame[Int(current.source)].type
        try checkAccess(
            through: current.source, offset: Int(current.offset), size: current.accessSize, .read,
            value: current.destination, signExtended: current.opcodeMode == Opcode.memsx)
        try noteAccess(type, current)
        checkInvariants(frame[Int(current.destination)], "ldx")
    }

    /// `check_store_reg`
    func checkStore(_ current: Instruction) throws(Refusal) {
        try checkRegister(current.source, .source)
        try checkRegister(current.destination, .source)
        let type = frame[Int(current.destination)].type
        try checkAccess(
            through: current.destination, offset: Int(current.offset), size: current.accessSize, .write,
            value: current.source)
        try noteAccess(type, current)
    }

    func checkStoreOfConstant(_ current: Instruction) throws(Refusal) {
        try checkRegister(current.destination, .source)
        let type = frame[Int(current.destination)].type
        try checkAccess(
            through: current.destination, offset: Int(current.offset), size: current.accessSize, .write, value: nil)
        try noteAccess(type, current)
    }

    /// `check_atomic`
    func checkAtomic(_ current: Instruction) throws(Refusal) {
        switch current.immediate {
        case 0x00, 0x01, 0x50, 0x51, 0x40, 0x41, 0xa0, 0xa1, Opcode.exchange, Opcode.compareExchange: break
        default:
            let code = String(UInt32(bitPattern: current.immediate), radix: 16)
            throw Refusal(
                .EINVAL, "BPF_ATOMIC uses invalid atomic opcode " + (code.count < 2 ? "0" + code : code))
        }
        guard current.accessSize == 4 || current.accessSize == 8 else {
            throw Refusal(.EINVAL, "invalid atomic operand size")
        }
        try checkRegister(current.source, .source)
        try checkRegister(current.destination, .source)
        let isCompare = current.immediate == Opcode.compareExchange
        if isCompare { try checkRegister(0, .source) }
        let type = frame[Int(current.destination)].type
        if type == .context || type.isPacketPointer || type.isSocketPointer {
            throw Refusal(.EACCES, "BPF_ATOMIC stores into R\(current.destination) \(type.name) is not allowed")
        }
        var loaded: UInt8?
        if current.immediate & Opcode.fetch != 0 {
            let register = isCompare ? 0 : current.source
            try checkRegister(register, .destination)
            loaded = register
        }
        let (offset, size) = (Int(current.offset), current.accessSize)
        // Read, and read again into the register, as if in one step; then written.
        try checkAccess(
            through: current.destination, offset: offset, size: size, .read, value: nil, isStrict: true)
        if let loaded {
            try checkAccess(
                through: current.destination, offset: offset, size: size, .read, value: loaded, isStrict: true)
        }
        try noteAccess(frame[Int(current.destination)].type, current)
        try checkAccess(
            through: current.destination, offset: offset, size: size, .write, value: nil, isStrict: true)
    }

    /// One instruction cannot serve two kinds of pointers that are translated differently (`save_aux_ptr_type`).
    private func noteAccess(_ type: RegisterType, _ current: Instruction) throws(Refusal) {
        let fact = accessFact(type, current)
        guard let known = records[instruction].pointerType else {
            records[instruction].pointerType = type
            records[instruction].fact.access = fact
            return
        }
        func isTranslated(_ type: RegisterType) -> Bool { type == .context || type.isSocketPointer }
        if type != known, isTranslated(type) || isTranslated(known) {
            throw Refusal(.EINVAL, "same insn cannot be used with different pointers")
        }
        if fact != records[instruction].fact.access { records[instruction].fact.access = .mixed }
    }

    private func accessFact(_ type: RegisterType, _ current: Instruction) -> VerifiedProgram.AccessFact {
        switch type.kind {
        case .context: .context(offset: Int(current.offset), size: current.accessSize)
        case .packet, .packetMeta, .packetEnd: .packet
        case .stack: .stack
        case .mapValue: .mapValue
        case .socket, .socketCommon, .tcpSocket: .socket(offset: Int(current.offset), size: current.accessSize)
        default: .memory
        }
    }

    /// A load into, or a store of, register `value` (`check_mem_access`); nil where no register takes part.
    func checkAccess(
        through number: UInt8, offset displacement: Int, size: Int, _ kind: AccessKind, value: UInt8?,
        isStrict: Bool = false, signExtended: Bool = false
    ) throws(Refusal) {
        let register = frame[Int(number)]
        try checkAlignment(register, displacement, size, isStrict: isStrict)
        let offset = displacement + Int(register.offset)
        let result = value.map { frame[Int($0)] }
        let type = register.type
        switch type.kind {
        case .mapValue where !type.mayBeNull:
            try checkMapValueAccess(number, offset, size, kind)
            if kind == .read, let result {
                let map = maps[register.state.map]
                if register.value.isConstant,
                    let constant = map.constant(
                        at: offset + Int(truncatingIfNeeded: register.value.tnum.value), size: size,
                        signExtended: signExtended)
                {
                    result.state.setKnown(constant)
                    result.type = .scalar
                } else {
                    result.state.setUnknown()
                }
            }
        case .memory where !type.mayBeNull:
            try checkRegion(number, offset, size, UInt32(bitPattern: register.state.extent), allowsZero: false)
            if kind == .read { result?.state.setUnknown() }
        case .context:
            try checkUnmodified(register.state, number)
            let field = try checkContextAccess(offset: offset, size: size, kind, signExtended: signExtended)
            if kind == .read, let result {
                if field == .scalar {
                    result.state.setUnknown()
                } else {
                    result.state.setKnown(0)
                    if field.mayBeNull { result.id = nextID() }
                }
                result.type = field
            }
        case .stack:
            try checkStackBounds(number, offset, size, .instruction, kind)
            if kind == .read {
                try readStack(number, offset, size, into: value)
            } else {
                try writeStack(number, offset, size, value)
            }
        case .packet, .packetMeta:
            if kind == .write { writesPacketDirectly = true }
            try checkPacketAccess(number, offset, size, allowsZero: false)
            if kind == .read { result?.state.setUnknown() }
        case .socket where !type.mayBeNull, .socketCommon where !type.mayBeNull, .tcpSocket where !type.mayBeNull:
            try checkSocketAccess(number, offset, size, kind)
            result?.state.setUnknown()
        case .mapPointer:
            throw .notModelled("access to the fields of a map")
        default:
            throw Refusal(.EACCES, "R\(number) invalid mem access '\(type.name)'")
        }
        if kind == .read, size < 8, let result, result.isScalar {
            if signExtended {
                result.value.signExtend(fromBytes: size)
            } else {
                result.value.truncate(toBytes: size)
            }
        }
    }

    private func checkMapValueAccess(
        _ number: UInt8, _ offset: Int, _ size: Int, _ kind: AccessKind
    ) throws(Refusal) {
        try checkMapMode(number, offset, size, kind)
        let map = maps[frame[Int(number)].state.map]
        try checkRegion(number, offset, size, map.valueSize, allowsZero: false)
    }

    /// Maps may be closed to programs in one direction (`check_map_access_type`).
    func checkMapMode(_ number: UInt8, _ offset: Int, _ size: Int, _ kind: AccessKind) throws(Refusal) {
        let map = maps[frame[Int(number)].state.map]
        let place = "value_size=\(map.valueSize) off=\(offset) size=\(size)"
        if kind == .write, !map.isWritableByProgram {
            throw Refusal(.EACCES, "write into map forbidden, \(place)")
        }
        if kind == .read, !map.isReadableByProgram {
            throw Refusal(.EACCES, "read from map forbidden, \(place)")
        }
    }
}
