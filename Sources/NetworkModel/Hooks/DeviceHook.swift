public import KernelControl
public import LinuxABI

/// One hook of one device: its chain of programs and the rules of its life.
///
/// A tcx entry is made for the first program and freed with the last, so that its revision restarts at 1
/// (kernel/bpf/tcx.c). netkit's is part of the device and goes on counting; while it is empty a query shows 1
/// (drivers/net/netkit.c).
@safe public final class DeviceHook {
    public let type: AttachType
    /// The device that runs the programs; nil once it is gone, which the device sees to.
    public internal(set) unowned(unsafe) var device: NetworkDevice?
    /// What is to run, in order: the chain without its bookkeeping.
    @safe @exclusivity(unchecked) public private(set) var programs: ContiguousArray<any HookProgram> = []
    @safe @exclusivity(unchecked) private var chain = ProgramChain()

    public init(_ type: AttachType) { self.type = type }

    private var restartsWhenEmpty: Bool { type == .tcxIngress || type == .tcxEgress }

    /// Whether there is nothing to run.
    @inline(__always) public var isEmpty: Bool { programs.isEmpty }

    /// Attaches a program without a link (BPF_PROG_ATTACH behind its descriptor checks). `replaced` is resolved before
    /// the chain looks at anything; it counts with BPF_F_REPLACE only.
    public func attach(
        _ program: any HookProgram, replaced: ProgramChain.Resolved = .none, flags: UInt32 = 0,
        relative: ProgramChain.Resolved = .none, expectedRevision: UInt64 = 0
    ) throws(KernelErrno) {
        var old: (any HookProgram)?
        if flags & AttachPosition.replaceFlag != 0 {
            switch replaced {
            case .program(let program): old = program
            case .failure(let errno): throw errno
            case .none, .link: throw .EINVAL
            }
        }
        try change { chain throws(KernelErrno) in
            try chain.attach(
                program, link: nil, replaced: old, flags: flags, relative: relative, expectedRevision: expectedRevision)
        }
    }

    /// Attaches a link (BPF_LINK_CREATE behind its descriptor checks). Flags are not masked; BPF_F_REPLACE finds no program
    /// to replace: ENOENT.
    public func attach(
        _ link: HookLink, flags: UInt32 = 0, relative: ProgramChain.Resolved = .none, expectedRevision: UInt64 = 0
    ) throws(KernelErrno) {
        try change { chain throws(KernelErrno) in
            try chain.attach(
                link.program, link: link, replaced: nil, flags: flags, relative: relative,
                expectedRevision: expectedRevision)
        }
        link.hook = self
    }

    /// BPF_PROG_DETACH behind its descriptor checks; ENOENT while nothing is attached.
    public func detach(
        _ program: (any HookProgram)?, flags: UInt32 = 0, relative: ProgramChain.Resolved = .none,
        expectedRevision: UInt64 = 0
    ) throws(KernelErrno) {
        if chain.entries.isEmpty { throw .ENOENT }
        try change { chain throws(KernelErrno) in
            try chain.detach(
                program, link: nil, flags: flags, relative: relative, expectedRevision: expectedRevision)
        }
    }

    /// BPF_PROG_QUERY's answer.
    public var info: ChainInfo {
        ChainInfo(
            revision: chain.entries.isEmpty ? 1 : chain.revision, programIDs: chain.entries.map { $0.program.id },
            linkIDs: chain.entries.map { $0.link?.id ?? 0 })
    }

    func replace(_ link: HookLink, with new: any HookProgram) throws(KernelErrno) {
        let old = link.program
        try change { chain throws(KernelErrno) in
            try chain.attach(
                new, link: link, replaced: old, flags: AttachPosition.replaceFlag | AttachPosition.idFlag,
                relative: .program(old), expectedRevision: 0)
        }
    }

    func release(_ link: HookLink) {
        // The link's program is in the chain for as long as the link has a hook, so that nothing can be thrown.
        try? change { chain throws(KernelErrno) in
            try chain.detach(link.program, link: link, flags: 0, relative: .none, expectedRevision: 0)
        }
    }

    /// The device goes: programs are let go, links stay without a device (`netkit_release_all`, `tcx_uninstall`).
    func releaseAll() {
        for entry in chain.entries { entry.link?.hook = nil }
        chain.removeAll()
        programs = []
    }

    private func change(_ body: (inout ProgramChain) throws(KernelErrno) -> Void) throws(KernelErrno) {
        try body(&chain)
        if chain.entries.isEmpty, restartsWhenEmpty { chain = ProgramChain() }
        programs = ContiguousArray(chain.entries.map(\.program))
    }
}
