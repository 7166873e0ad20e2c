public import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// bpf(2)'s commands about programs, and what goes with their descriptors.
extension LinuxHost {
    /// Loads with the function and line information encoded as BTF, and attaches the witness, where there is one, to the
    /// program's end.
    ///
    /// - Throws: the kernel's errno, the message being the verifier's log.
    public func loadProgram(_ request: ProgramLoad) throws(ControlError) -> (descriptor: Descriptor, log: String) {
        try checkInterruption()
        let encoded = EncodedBTF(request)
        var loading = ProgramLoading(
            type: request.type.rawValue, name: request.name, instructions: request.instructions,
            licence: request.licence, logLevel: request.logLevel)
        loading.types = (try encoded.load(), encoded)
        let (number, log) = try loading.perform()
        let program = bpf.opened(number)
        do throws(ControlError) {
            let id = try objectID(program)
            bpf.programIDs[program] = id
            try watch(program, id: id, function: encoded.mainFunction)
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

    /// Has the witness look at a program's end; a kernel that lets nobody, as one that is locked down, is run without.
    private func watch(_ program: Descriptor, id: UInt32, function: UInt32) throws(ControlError) {
        guard let witness = bpf.witness, bpf.whyRunsAreUnseen == nil else { return }
        do throws(ControlError) {
            try witness.watch(program, id: id, function: function)
        } catch {
            guard case .unavailable(let why) = error else { throw error }
            bpf.whyRunsAreUnseen = why
        }
    }

    /// Has the witness look at a namespace; it is made with the first one.
    func witness(_ namespace: NetworkNamespaceFile) throws(ControlError) {
        if bpf.witness == nil, bpf.whyUnwitnessed == nil {
            // What it asks of /proc/sys is there in the first namespace only.
            try goHome()
            do throws(ControlError) {
                bpf.witness = try Witness()
            } catch {
                guard case .unavailable(let why) = error else { throw error }
                bpf.whyUnwitnessed = why
            }
        }
        try bpf.witness?.follow(inode: namespace.inode)
    }
}
