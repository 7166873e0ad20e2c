import BPFInstructionSet
import LinuxABI

extension Verifier {
    /// Static functions are followed in place, global ones taken at their prototype's word (`check_func_call`).
    func checkSubprogramCall(_ current: Instruction) throws(Refusal) {
        let number = subprogram(containing: instruction + Int(current.immediate) + 1)
        let mismatch = checkPrototype(of: number)
        if subprograms[number].isGlobal {
            if let mismatch {
                throw mismatch.adding("Caller passes invalid args into func#\(number) ('\(functionName(number))')")
            }
            log.write("Func#\(number) ('\(functionName(number))') is global and assumed valid.\n")
            if subprograms[number].changesPacketData { forgetPacketPointers() }
            subprograms[number].isCalled = true
            try forgetCallerSaved(in: frame)
            frame[0].state.setUnknown()
            return
        }
        if let mismatch { for line in mismatch.lines { log.write(line + "\n") } }
        try enter(number)
    }

    private func enter(_ number: Int) throws(Refusal) {
        guard state.frames.count < VerifierState.frameLimit else {
            throw Refusal(.E2BIG, "the call stack of \(state.frames.count + 1) frames is too deep")
        }
        let caller = frame
        let callee = FrameState(callSite: instruction, number: state.frames.count, subprogram: number)
        touchEverything()
        // With liveness: what the callee reads of its arguments, the caller's states had to hold.
        for register in 1...5 { callee[register].state = caller[register].state }
        state.frames.append(callee)
        try forgetCallerSaved(in: caller)
        frame = callee
        instruction = subprograms[number].start - 1
        if log.level.writesInstructions {
            log.write("caller:\n")
            writeState(of: caller, all: true)
            log.write("callee:\n")
            writeState(of: callee, all: true)
        }
    }

    /// An exit of a function that was followed in place (`prepare_func_exit`).
    func returnToCaller() throws(Refusal) {
        let callee = frame
        if callee[0].kind == .stack {
            throw Refusal(.EINVAL, "cannot return stack pointer to the caller")
        }
        let caller = state.frames[state.frames.count - 2]
        caller[0].state = callee[0].state
        instruction = callee.callSite + 1
        if log.level.writesInstructions {
            log.write("returning from callee:\n")
            writeState(of: callee, all: true)
            log.write("to caller at \(instruction):\n")
            writeState(of: caller, all: true)
        }
        state.frames.removeLast()
        frame = caller
    }

    /// What a call leaves of r0 to r5: nothing (`clear_caller_saved_regs`).
    func forgetCallerSaved(in frame: FrameState) throws(Refusal) {
        for register in 0...5 {
            frame[register].state.setUninitialised()
            try checkRegister(register, .destinationKept, in: frame)
        }
    }

    /// The packet may have moved: pointers into it are numbers from here on (`clear_all_pkt_pointers`).
    func forgetPacketPointers() {
        state.forEachRegister { register in
            if register.type.isAnyPacketPointer { register.state.setUnknown() }
        }
    }

    /// Any value will do for a classifier; that there is one has to be certain (`check_return_code`).
    func checkReturnValue() throws(Refusal) {
        try checkRegister(0, .source)
        if frame.subprogram != 0, !frame[0].isScalar {
            throw Refusal(
                .EINVAL, "At subprogram exit the register R0 is not a scalar value (\(frame[0].type.name))")
        }
    }

    // MARK: Prototypes

    /// Whether the arguments fit the callee's types (`btf_check_subprog_call`); for a static function that is no
    /// more than a remark.
    private func checkPrototype(of number: Int) -> Refusal? {
        guard let function = subprograms[number].function else { return nil }
        if subprograms[number].isUnreliable { return function.isGlobal ? Refusal(.EINVAL, lines: []) : nil }
        do throws(Refusal) {
            try checkSignature(of: function)
            if !function.isGlobal, !function.hasOnlySimpleParameters {
                subprograms[number].isUnreliable = true
                return nil
            }
            for (index, parameter) in function.parameters.enumerated() {
                try checkArgument(index, parameter)
            }
            return nil
        } catch {
            subprograms[number].isUnreliable = true
            return error
        }
    }

    /// Only what a global function's prototype may say (`btf_prepare_func_args`).
    private func checkSignature(of function: FunctionRecord) throws(Refusal) {
        guard function.isGlobal else { return }
        if function.parameters.count > 5 {
            throw Refusal(
                .EINVAL,
                "Global function \(function.name)() with \(function.parameters.count) > 5 args. Buggy compiler.")
        }
        if !function.returnsScalar {
            throw Refusal(
                .EINVAL,
                "Global function \(function.name)() doesn't return scalar. Only those are supported.")
        }
        for (index, parameter) in function.parameters.enumerated() {
            if case .unsupported(let kind) = parameter {
                throw Self.unsupported(kind, at: index, of: function.name)
            }
        }
    }

    /// A parameter's type as C writes it: the kernel asks what a pointer's target measures, and of other types for integers.
    private static func unsupported(_ type: String, at index: Int, of function: String) -> Refusal {
        let words = type.split(separator: " ")
        let isComposite = words.count > 1 && ["struct", "union"].contains(words[0])
        guard type.hasSuffix("*") else {
            let kind = isComposite ? words[0].uppercased() : type
            return Refusal(.EINVAL, "Arg#\(index) type \(kind) in \(function)() is not supported yet.")
        }
        if isComposite, words[1] == "bpf_dynptr" { return .notModelled("parameter \(type) of a global function") }
        let target = isComposite ? "FWD \(words[1])" : "UNKNOWN "
        return Refusal(.EINVAL, "arg#\(index) reference type('\(target)') size cannot be determined: -22")
    }

    /// `btf_check_func_arg_match`
    private func checkArgument(_ index: Int, _ parameter: FunctionRecord.Parameter) throws(Refusal) {
        let number = UInt8(index + 1)
        let register = frame[index + 1]
        switch parameter {
        case .scalar:
            guard register.isScalar else { throw Refusal(.EINVAL, "R\(number) is not a scalar") }
        case .context:
            try checkArgumentOffset(register, number)
            guard register.type == .context else {
                throw Refusal(.EINVAL, "arg#\(index) expects pointer to ctx")
            }
        case .memory(let size, let mayBeNull):
            try checkArgumentOffset(register, number)
            try checkMemoryArgument(register, number, Int(size))
            if !mayBeNull, register.type.mayBeNull {
                throw Refusal(.EINVAL, "arg#\(index) is expected to be non-NULL")
            }
        case .unsupported:
            break
        }
    }

    /// Readable and writable, if it is not NULL (`check_mem_reg`).
    private func checkMemoryArgument(_ register: Register, _ number: UInt8, _ size: Int) throws(Refusal) {
        if register.state.isNull { return }
        let saved = register.state
        if saved.type.mayBeNull { setNotNull(register) }
        defer { if saved.type.mayBeNull { register.state = saved } }
        do throws(Refusal) {
            try checkHelperMemory(number, size, .read, allowsZero: true, nil)
            try checkHelperMemory(number, size, .write, allowsZero: true, nil)
        } catch {
            var refusal = error
            refusal.errno = .EINVAL
            throw refusal
        }
    }

    /// A global function starts with what its prototype promises.
    func prepareArguments(ofGlobal number: Int) throws(Refusal) {
        guard let function = subprograms[number].function else { return }
        try checkSignature(of: function)
        for (index, parameter) in function.parameters.enumerated() {
            let register = frame[index + 1]
            switch parameter {
            case .context:
                register.state.setKnown(0)
                register.type = .context
            case .scalar:
                register.state.setUnknown()
            case .memory(let size, let mayBeNull):
                register.state.setKnown(0)
                register.type = RegisterType(kind: .memory, mayBeNull: mayBeNull)
                register.state.extent = Int32(bitPattern: size)
                register.id = nextID()
            case .unsupported:
                break
            }
        }
    }
}

extension FunctionRecord {
    /// Integers and the context: all that the kernel looks at in a static function.
    fileprivate var hasOnlySimpleParameters: Bool {
        returnsScalar && parameters.count <= 5 && parameters.allSatisfy { $0 == .scalar || $0 == .context }
    }
}
