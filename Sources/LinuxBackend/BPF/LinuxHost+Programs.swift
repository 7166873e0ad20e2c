public import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// bpf(2)'s commands about programs, and what goes with their descriptors.
extension LinuxHost {
    /// Loads with the function and line information encoded as BTF, and attaches the witness to the program's end.
    ///
    /// - Throws: the kernel's errno, the message being the verifier's log; ``ControlError/unavailable(_:)`` where the kernel
    ///   cannot witness programs.
    public func loadProgram(_ request: ProgramLoad) throws(ControlError) -> (descriptor: Descriptor, log: String) {
        try checkInterruption()
        let witness = try startedWitness()
        let encoded = EncodedBTF(request)
        var loading = ProgramLoading(
            type: request.type.rawValue, name: request.name, instructions: request.instructions,
            licence: request.licence, logLevel: request.logLevel)
        loading.types = (try encoded.load(), encoded)
        let (number, log) = try loading.perform()
        let program = bpf.opened(number)
        do throws(ControlError) {
            let id = try objectID(program)
            try witness.watch(program, id: id, function: encoded.mainFunction)
            bpf.programIDs[program] = id
        } catch {
            try close(program)
            throw error
        }
        return (program, log)
    }

    public func programID(_ program: Descriptor) throws(ControlError) -> UInt32 { try objectID(program) }

    public func takeTracePipe() throws(ControlError) -> [String] { try bpf.witness?.takeLines() ?? [] }

    public func close(_ descriptor: Descriptor) throws(ControlError) {
        bpf.forget(descriptor)
        forgetSocket(descriptor)
        try SystemCall.libc(Glibc.close(descriptor.rawValue))
    }

    /// The witness, made with the first namespace or program that needs it.
    func startedWitness() throws(ControlError) -> Witness {
        if let witness = bpf.witness { return witness }
        // What it asks of /proc/sys is there in the first namespace only.
        try goHome()
        let witness = try Witness()
        bpf.witness = witness
        return witness
    }
}
