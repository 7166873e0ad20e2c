import KernelControl
public import LinuxABI

/// An ordered list of programs with a revision (`bpf_mprog`), as netkit devices and tcx hooks share it.
///
/// The order of checks and their errnos are those of kernel/bpf/mprog.c. Flags are `BPF_F_*` as ``AttachPosition`` names
/// them; descriptors and ids are resolved by the caller.
public struct ProgramChain {
    /// A program in the list, with the link that owns it.
    public struct Entry {
        public var program: any HookProgram
        public var link: HookLink?
    }

    /// An object that a request named, or why there is none.
    public enum Resolved {
        /// The request named nothing.
        case none
        case program(any HookProgram)
        case link(HookLink)
        /// Naming it failed: EBADF, ENOENT, EINVAL. Thrown where the kernel would resolve it.
        case failure(KernelErrno)
    }

    public private(set) var entries: [Entry] = []
    /// 1 at first, and 1 more with every change.
    public private(set) var revision: UInt64 = 1

    /// BPF_MPROG_MAX − 1: 64 slots, one of which ends the list.
    public static let limit = 63

    public init() {}

    /// `bpf_mprog_attach`: adds `program`, or puts it in the place of `replaced` with BPF_F_REPLACE. Throws ESTALE,
    /// EEXIST, what resolving `relative` gave, ENOENT, EBUSY, ERANGE, EINVAL, in that order.
    mutating func attach(
        _ program: any HookProgram, link: HookLink?, replaced: (any HookProgram)?, flags: UInt32, relative: Resolved,
        expectedRevision: UInt64
    ) throws(KernelErrno) {
        if expectedRevision != 0, expectedRevision != revision { throw .ESTALE }
        if entries.contains(where: { $0.program === program }) { throw .EEXIST }
        let object = try Self.resolve(relative)
        var index: Int?
        if flags & AttachPosition.replaceFlag != 0 {
            guard let replaced else { throw .ENOENT }
            index = try exactPosition(of: replaced, link: link)
        } else if entries.count == Self.limit {
            throw .ERANGE
        }
        try applyNeighbours(flags, object, &index)
        if index == nil, object != nil || flags != 0 { throw .EINVAL }
        if flags & AttachPosition.replaceFlag != 0, let index {
            entries[index] = Entry(program: program, link: link)
        } else {
            let position = index.map { flags & AttachPosition.beforeFlag != 0 ? $0 + 1 : $0 } ?? entries.count
            entries.insert(Entry(program: program, link: link), at: min(position, entries.count))
        }
        revision += 1
    }

    /// `bpf_mprog_detach`: removes `program`, or where that is nil the entry that the flags select. Throws EINVAL, ESTALE,
    /// ENOENT, what resolving gave, EBUSY for an entry that a link owns, ERANGE, EINVAL, in that order.
    mutating func detach(
        _ program: (any HookProgram)?, link: HookLink?, flags: UInt32, relative: Resolved, expectedRevision: UInt64
    ) throws(KernelErrno) {
        if flags & AttachPosition.replaceFlag != 0 { throw .EINVAL }
        if expectedRevision != 0, expectedRevision != revision { throw .ESTALE }
        if entries.isEmpty { throw .ENOENT }
        let object = try Self.resolve(relative)
        var index: Int?
        if let program { index = try exactPosition(of: program, link: link) }
        try applyNeighbours(flags, object, &index)
        if index == nil, object != nil || flags != 0 { throw .EINVAL }
        let found = max(0, min(index ?? entries.count, entries.count - 1))
        if entries[found].link != nil, link == nil { throw .EBUSY }
        entries.remove(at: found)
        revision += 1
    }

    /// Takes all entries out without counting a revision (`netkit_release_all`).
    mutating func removeAll() { entries = [] }

    private static func resolve(_ relative: Resolved) throws(KernelErrno) -> Entry? {
        switch relative {
        case .none: return nil
        case .program(let program): return Entry(program: program, link: nil)
        case .link(let link): return Entry(program: link.program, link: link)
        case .failure(let errno): throw errno
        }
    }

    /// `bpf_mprog_pos_exact`.
    private func exactPosition(of program: any HookProgram, link: HookLink?) throws(KernelErrno) -> Int {
        guard let found = entries.firstIndex(where: { $0.program === program }) else { throw .ENOENT }
        guard entries[found].link === link else { throw .EBUSY }
        return found
    }

    /// BPF_F_BEFORE and BPF_F_AFTER: each says a position; all that is said must agree.
    private func applyNeighbours(_ flags: UInt32, _ object: Entry?, _ index: inout Int?) throws(KernelErrno) {
        if flags & AttachPosition.beforeFlag != 0 {
            let position = try object.map { object throws(KernelErrno) in try self.position(of: object) - 1 } ?? -1
            if let index, index != position { throw .ERANGE }
            index = position
        }
        if flags & AttachPosition.afterFlag != 0 {
            let position =
                try object.map { object throws(KernelErrno) in try self.position(of: object) + 1 }
                ?? entries.count
            if let index, index != position { throw .ERANGE }
            index = position
        }
    }

    private func position(of object: Entry) throws(KernelErrno) -> Int {
        let found = entries.firstIndex {
            $0.program === object.program && (object.link == nil || $0.link === object.link)
        }
        guard let found else { throw .ENOENT }
        return found
    }
}
