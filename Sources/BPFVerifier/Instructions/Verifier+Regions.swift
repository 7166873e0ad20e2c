import LinuxABI

extension Verifier {
    /// A fixed range within a block of memory (`__check_mem_access`).
    private func checkRange(
        _ number: UInt8, _ offset: Int64, _ size: Int, _ available: UInt32, allowsZero: Bool
    ) throws(Refusal) {
        // The kernel computes in 32 bits.
        let offset = Int32(truncatingIfNeeded: offset)
        if offset >= 0, size > 0 || size == 0 && allowsZero, Int64(offset) + Int64(size) <= Int64(available) {
            return
        }
        let register = frame[Int(number)]
        let place = "off=\(offset) size=\(size)"
        let extent = Int32(bitPattern: available)
        switch register.kind {
        case .mapValue where !register.type.mayBeNull:
            throw Refusal(.EACCES, "invalid access to map value, value_size=\(extent) \(place)")
        case .packet, .packetMeta, .packetEnd:
            throw Refusal(
                .EACCES,
                "invalid access to packet, off=\(offset) size=\(size), "
                    + "R\(number)(id=\(register.id),off=\(offset),r=\(extent))")
        default:
            throw Refusal(.EACCES, "invalid access to memory, mem_size=\(available) \(place)")
        }
    }

    /// A range at a variable offset: its lowest and its highest place are within (`check_mem_region_access`).
    func checkRegion(
        _ number: UInt8, _ offset: Int, _ size: Int, _ available: UInt32, allowsZero: Bool
    ) throws(Refusal) {
        let value = frame[Int(number)].value
        let lowest = value.smin.addingReportingOverflow(Int64(offset))
        if value.smin < 0,
            value.smin == .min || lowest.overflow || Int32(exactly: lowest.partialValue) == nil
                || lowest.partialValue < 0
        {
            throw Refusal(
                .EACCES,
                "R\(number) min value is negative, "
                    + "either use unsigned index or do a if (index >=0) check.")
        }
        do throws(Refusal) {
            try checkRange(number, lowest.partialValue, size, available, allowsZero: allowsZero)
        } catch {
            throw error.adding("R\(number) min value is outside of the allowed memory range")
        }
        guard value.umax < UInt64(Self.offsetLimit) else {
            throw Refusal(
                .EACCES, "R\(number) unbounded memory access, make sure to bounds check any such access")
        }
        do throws(Refusal) {
            try checkRange(number, Int64(value.umax) + Int64(offset), size, available, allowsZero: allowsZero)
        } catch {
            throw error.adding("R\(number) max value is outside of the allowed memory range")
        }
    }

    /// Only bytes that a comparison has proven to be there (`check_packet_access`).
    func checkPacketAccess(_ number: UInt8, _ offset: Int, _ size: Int, allowsZero: Bool) throws(Refusal) {
        let register = frame[Int(number)]
        if register.value.smin < 0 {
            throw Refusal(
                .EACCES,
                "R\(number) min value is negative, "
                    + "either use unsigned index or do a if (index >=0) check.")
        }
        guard register.state.range >= 0 else {
            throw Refusal(.EINVAL, "R\(number) offset is outside of the packet")
        }
        do throws(Refusal) {
            try checkRange(
                number, Int64(offset), size, UInt32(register.state.range), allowsZero: allowsZero)
        } catch {
            throw error.adding("R\(number) offset is outside of the packet")
        }
    }

    /// A pointer that must be what it was made as: no offset (`__check_ptr_off_reg`).
    func checkUnmodified(_ register: RegisterState, _ number: UInt8) throws(Refusal) {
        let name = register.type.name
        if register.offset < 0 {
            throw Refusal(.EACCES, "negative offset \(name) ptr R\(number) off=\(register.offset) disallowed")
        }
        if register.offset != 0 {
            throw Refusal(
                .EACCES, "dereference of modified \(name) ptr R\(number) off=\(register.offset) disallowed")
        }
        if !register.value.tnum.equals(0) {
            throw Refusal(
                .EACCES, "variable \(name) access var_off=\(register.value.tnum.text) disallowed")
        }
    }

    /// Stack accesses and atomics are aligned, others where the program asks for it (`check_ptr_alignment`).
    func checkAlignment(
        _ register: Register, _ displacement: Int, _ size: Int, isStrict: Bool
    ) throws(Refusal) {
        let kind = register.type.mayBeNull ? .uninitialised : register.kind
        guard isStrict || program.requiresStrictAlignment || kind == .stack, size != 1 else { return }
        let offset = Int(register.offset)
        if register.type.isPacketPointer {
            // The IP header is aligned where the packet starts two bytes off (NET_IP_ALIGN).
            let place = register.value.tnum + .constant(UInt64(bitPattern: Int64(2 + offset + displacement)))
            guard place.isAligned(to: UInt64(size)) else {
                throw Refusal(
                    .EACCES,
                    "misaligned packet access off 2+\(register.value.tnum.text)+\(offset)+\(displacement) "
                        + "size \(size)")
            }
            return
        }
        let place = register.value.tnum + .constant(UInt64(bitPattern: Int64(offset + displacement)))
        guard place.isAligned(to: UInt64(size)) else {
            let name =
                switch kind {
                case .mapValue: "value "
                case .context: "context "
                case .stack: "stack "
                case .socket: "sock "
                case .socketCommon: "sock_common "
                case .tcpSocket: "tcp_sock "
                default: ""
                }
            throw Refusal(
                .EACCES,
                "misaligned \(name)access off \(register.value.tnum.text)+\(offset)+\(displacement) size \(size)")
        }
    }
}
