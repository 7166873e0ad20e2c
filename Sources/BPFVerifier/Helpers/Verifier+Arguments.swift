import LinuxABI

extension Verifier {
    /// Argument `index` of a call, against the helper's prototype (`check_func_arg`).
    func checkArgument(_ index: Int, _ call: HelperCall) throws(Refusal) {
        let argument = call.prototype.arguments[index]
        let number = UInt8(index + 1)
        let register = frame[index + 1]
        try checkRegister(number, .source)
        if argument == .anything { return }
        if register.type.isPacketPointer, !call.prototype.takesPacket {
            throw Refusal(.EACCES, "helper access to the packet is not allowed")
        }
        if register.state.isNull, argument.mayBeNull {
            try markPrecise(number)
        } else {
            try checkType(register, number, argument)
            try checkArgumentOffset(register, number)
        }
        try checkContent(of: register, number, argument, index, call)
    }

    /// `check_reg_type`
    private func checkType(
        _ register: Register, _ number: UInt8, _ argument: HelperPrototype.Argument
    ) throws(Refusal) {
        var type = register.type
        if argument.mayBeNull { type.mayBeNull = false }
        guard argument.registerTypes.contains(type) else {
            throw Refusal(.EACCES, "R\(number) type=\(register.type.name) expected=\(argument.expectedNames)")
        }
    }

    /// Only plain memory may be passed from its middle (`check_func_arg_reg_off`).
    func checkArgumentOffset(_ register: Register, _ number: UInt8) throws(Refusal) {
        if !register.type.mayBeNull {
            switch register.kind {
            case .stack, .packet, .packetMeta, .mapValue, .memory, .scalar: return
            default: break
            }
        }
        try checkUnmodified(register.state, number)
    }

    private func checkContent(
        of register: Register, _ number: UInt8, _ argument: HelperPrototype.Argument, _ index: Int,
        _ call: HelperCall
    ) throws(Refusal) {
        switch argument {
        case .mapPointer:
            call.map = register.state.map
        case .mapKey:
            guard let map = call.map else {
                throw Refusal(.EACCES, "invalid map_ptr to access map->key")
            }
            try checkHelperMemory(number, Int(maps[map].keySize), .read, allowsZero: false, nil)
        case .mapValue, .uninitialisedMapValue:
            guard let map = call.map else {
                throw Refusal(.EACCES, "invalid map_ptr to access map->value")
            }
            call.isRaw = argument == .uninitialisedMapValue
            try checkHelperMemory(
                number, Int(maps[map].valueSize), call.isRaw ? .write : .read, allowsZero: false, call)
        case .memory(let memory):
            call.isRaw = memory.contains(.uninitialised)
        case .fixedMemory(let size, let memory, let isAligned):
            call.isRaw = memory.contains(.uninitialised)
            try checkHelperMemory(
                number, size, memory.contains(.written) ? .write : .read, allowsZero: false, call)
            if isAligned { try checkAlignment(register, 0, size, isStrict: true) }
        case .size, .sizeOrZero:
            guard case .memory(let memory) = call.prototype.arguments[index - 1] else {
                throw Refusal(.EFAULT, "a size without memory")
            }
            try checkSize(
                register, number, memory.contains(.written) ? .write : .read,
                allowsZero: argument == .sizeOrZero, call)
        case .anything, .context, .socketCommon:
            break
        }
    }

    /// The size of the memory in the register before (`check_mem_size_reg`).
    private func checkSize(
        _ register: Register, _ number: UInt8, _ kind: AccessKind, allowsZero: Bool, _ call: HelperCall
    ) throws(Refusal) {
        let value = register.value
        if value.smin < 0 {
            throw Refusal(
                .EACCES, "R\(number) min value is negative, either use unsigned or 'var &= const'")
        }
        if value.umin == 0, !allowsZero {
            throw Refusal(
                .EACCES,
                "R\(number) invalid zero-sized read: u64=[\(Int64(bitPattern: value.umin)),"
                    + "\(Int64(bitPattern: value.umax))]")
        }
        guard value.umax < UInt64(Self.offsetLimit) else {
            throw Refusal(
                .EACCES,
                "R\(number) unbounded memory access, use 'var &= const' or 'if (var < const)'")
        }
        // What a helper may fill only in part has to be initialised.
        try checkHelperMemory(
            number - 1, Int(value.umax), kind, allowsZero: allowsZero, value.isConstant ? call : nil)
        try markPrecise(number)
    }

    /// Memory that a helper reads or writes (`check_helper_mem_access`).
    func checkHelperMemory(
        _ number: UInt8, _ size: Int, _ kind: AccessKind, allowsZero: Bool, _ call: HelperCall?
    ) throws(Refusal) {
        let register = frame[Int(number)]
        let offset = Int(register.offset)
        switch register.kind {
        case .packet, .packetMeta:
            try checkPacketAccess(number, offset, size, allowsZero: allowsZero)
        case .mapValue:
            try checkMapMode(number, offset, size, kind)
            try checkRegion(number, offset, size, maps[register.state.map].valueSize, allowsZero: allowsZero)
        case .memory:
            try checkRegion(
                number, offset, size, UInt32(bitPattern: register.state.extent), allowsZero: allowsZero)
        case .stack:
            try checkStackRange(number, offset, size, allowsZero: allowsZero, .helper, call)
        default:
            if allowsZero, size == 0, register.state.isNull { return }
            throw Refusal(
                .EACCES, "R\(number) type=\(register.type.name) expected=\(RegisterType.stack.name)")
        }
    }
}
