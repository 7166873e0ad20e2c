import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// A pointer plus or minus a scalar (`adjust_ptr_min_max_vals`); the result goes to the destination register.
    func adjustPointer(
        _ current: Instruction, _ pointerRegister: Register, _ offset: RegisterState
    ) throws(Refusal) {
        let number = current.destination
        let destination = frame[Int(number)]
        let operation = current.opcodeOperation
        let amount = offset.value
        let isKnown = amount.isConstant
        let pointer = pointerRegister.state
        if isKnown && (amount.smin != amount.smax || amount.umin != amount.umax) || amount.smin > amount.smax
            || amount.umin > amount.umax
        {
            // A path that cannot be taken.
            destination.state.setUnknown()
            return
        }
        if current.opcodeClass != Opcode.alu64 {
            if operation == Opcode.sub {
                destination.state.setUnknown()
                return
            }
            throw Refusal(.EACCES, "R\(number) 32-bit pointer arithmetic prohibited")
        }
        if pointer.type.mayBeNull {
            throw Refusal(
                .EACCES, "R\(number) pointer arithmetic on \(pointer.type.name) prohibited, null-check it first")
        }
        switch pointer.type.kind {
        case .context, .mapValue, .stack, .packetMeta, .packet, .memory: break
        case .mapPointer where isKnown && amount.smin == 0 && operation == Opcode.add: break
        default: throw Refusal(.EACCES, "R\(number) pointer arithmetic on \(pointer.type.name) prohibited")
        }
        let isPointerFirst = destination == pointerRegister
        if !isPointerFirst {
            destination.state = pointer
        }
        try checkSaneOffset(offset, pointer.type)
        try checkSaneOffset(pointer, pointer.type)
        destination.value.setUnbounded32()
        switch operation {
        case Opcode.add:
            addToPointer(destination, pointer, amount)
        case Opcode.sub:
            guard isPointerFirst else {
                throw Refusal(.EACCES, "R\(number) tried to subtract pointer from scalar")
            }
            if pointer.type.kind == .stack {
                throw Refusal(.EACCES, "R\(number) subtraction from stack pointer prohibited")
            }
            subtractFromPointer(destination, pointer, amount)
        case Opcode.and, Opcode.or, Opcode.xor:
            throw Refusal(
                .EACCES,
                "R\(number) bitwise operator \(Opcode.arithmeticSign(operation)) on pointer prohibited")
        default:
            throw Refusal(
                .EACCES,
                "R\(number) pointer arithmetic with \(Opcode.arithmeticSign(operation)) operator prohibited")
        }
        try checkSaneOffset(destination.state, pointer.type)
        destination.value.synchronise()
    }

    private func addToPointer(_ destination: Register, _ pointer: RegisterState, _ amount: ScalarBounds) {
        if amount.isConstant, let offset = Int32(exactly: Int64(pointer.offset) &+ amount.smin) {
            keepRanges(of: pointer, in: destination)
            destination.value.tnum = pointer.value.tnum
            destination.offset = offset
            return
        }
        let low = pointer.value.smin.addingReportingOverflow(amount.smin)
        let high = pointer.value.smax.addingReportingOverflow(amount.smax)
        (destination.value.smin, destination.value.smax) =
            low.overflow || high.overflow ? (.min, .max) : (low.partialValue, high.partialValue)
        let least = pointer.value.umin.addingReportingOverflow(amount.umin)
        let most = pointer.value.umax.addingReportingOverflow(amount.umax)
        (destination.value.umin, destination.value.umax) =
            least.overflow || most.overflow ? (0, .max) : (least.partialValue, most.partialValue)
        destination.value.tnum = pointer.value.tnum + amount.tnum
        destination.offset = pointer.offset
        if pointer.type.isPacketPointer {
            // A new place in the packet: what was proven of the old one says nothing.
            destination.id = nextID()
            destination.state.extent = 0
        }
    }

    private func subtractFromPointer(_ destination: Register, _ pointer: RegisterState, _ amount: ScalarBounds) {
        if amount.isConstant, let offset = Int32(exactly: Int64(pointer.offset) &- amount.smin) {
            keepRanges(of: pointer, in: destination)
            destination.value.tnum = pointer.value.tnum
            destination.id = pointer.id
            destination.offset = offset
            return
        }
        let low = pointer.value.smin.subtractingReportingOverflow(amount.smax)
        let high = pointer.value.smax.subtractingReportingOverflow(amount.smin)
        (destination.value.smin, destination.value.smax) =
            low.overflow || high.overflow ? (.min, .max) : (low.partialValue, high.partialValue)
        (destination.value.umin, destination.value.umax) =
            pointer.value.umin < amount.umax
            ? (0, .max) : (pointer.value.umin - amount.umax, pointer.value.umax &- amount.umin)
        destination.value.tnum = pointer.value.tnum - amount.tnum
        destination.offset = pointer.offset
        if pointer.type.isPacketPointer {
            destination.id = nextID()
            if amount.smin < 0 { destination.state.extent = 0 }
        }
    }

    private func keepRanges(of pointer: RegisterState, in destination: Register) {
        (destination.value.smin, destination.value.smax) = (pointer.value.smin, pointer.value.smax)
        (destination.value.umin, destination.value.umax) = (pointer.value.umin, pointer.value.umax)
    }

    /// Offsets stay where sums of them cannot overflow (`check_reg_sane_offset`).
    private func checkSaneOffset(_ register: RegisterState, _ type: RegisterType) throws(Refusal) {
        let limit = Self.offsetLimit
        let value = Int64(bitPattern: register.value.tnum.value)
        if register.value.isConstant, value >= limit || value <= -limit {
            throw Refusal(.EINVAL, "math between \(type.name) pointer and \(value) is not allowed")
        }
        if Int64(register.offset) >= limit || Int64(register.offset) <= -limit {
            throw Refusal(.EINVAL, "\(type.name) pointer offset \(register.offset) is not allowed")
        }
        let least = register.value.smin
        if least == .min {
            throw Refusal(
                .EINVAL,
                "math between \(type.name) pointer and register with unbounded min value is not allowed")
        }
        if least >= limit || least <= -limit {
            throw Refusal(.EINVAL, "value \(least) makes \(type.name) pointer be out of bounds")
        }
    }
}
