import BPFRuntime
public import KernelControl
public import LinuxABI
import NetworkModel

/// bpf(2)'s commands about hooks: attach, detach, links, query (kernel/bpf/syscall.c, mprog.c, drivers/net/netkit.c).
extension SimulatedHost {
    /// BPF_F_MPROG_MASK: what attach_flags may hold; links take any (kernel/bpf/syscall.c).
    private static let attachFlags =
        AttachPosition.replaceFlag | AttachPosition.beforeFlag | AttachPosition.afterFlag | AttachPosition.idFlag
        | AttachPosition.linkFlag

    public func attach(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) {
        try call { () throws(ControlError) in
            guard position.flags & ~Self.attachFlags == 0 else { throw .errno(.EINVAL) }
            let program = try hookProgram(program)
            let hook = try self.hook(device, in: namespace, type: type)
            var replaced = ProgramChain.Resolved.none
            if position.flags & AttachPosition.replaceFlag != 0 {
                replaced = .program(try hookProgram(position.replace ?? Descriptor(rawValue: 0)))
            }
            try Self.control { () throws(KernelErrno) in
                try hook.attach(
                    program, replaced: replaced, flags: position.flags, relative: relative(position),
                    expectedRevision: position.expectedRevision)
            }
        }
    }

    public func detach(
        _ program: Descriptor?, from device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) {
        try call { () throws(ControlError) in
            guard position.flags & ~Self.attachFlags == 0 else { throw .errno(.EINVAL) }
            var resolved: (any HookProgram)?
            if let program { resolved = try hookProgram(program) }
            let hook = try self.hook(device, in: namespace, type: type)
            try Self.control { () throws(KernelErrno) in
                try hook.detach(
                    resolved, flags: position.flags, relative: relative(position),
                    expectedRevision: position.expectedRevision)
            }
        }
    }

    public func createLink(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) -> Descriptor {
        try call { () throws(ControlError) in
            let program = try hookProgram(program)
            let hook = try self.hook(device, in: namespace, type: type)
            let link = HookLink(id: linkRegistry.nextID(), program: program, type: type)
            try Self.control { () throws(KernelErrno) in
                try hook.attach(
                    link, flags: position.flags, relative: relative(position),
                    expectedRevision: position.expectedRevision)
            }
            linkRegistry.add(link)
            return runtime.descriptors.open(OpenLink(link))
        }
    }

    public func updateLink(
        _ link: Descriptor, to program: Descriptor, flags: UInt32, old: Descriptor?
    ) throws(ControlError) {
        try call { () throws(ControlError) in
            guard flags & ~AttachPosition.replaceFlag == 0 else { throw .errno(.EINVAL) }
            let link = try runtime.descriptors.object(link, as: OpenLink.self).link
            let program = try hookProgram(program)
            var current: (any HookProgram)?
            if flags & AttachPosition.replaceFlag != 0 {
                current = try hookProgram(old ?? Descriptor(rawValue: 0))
            } else if old != nil {
                throw .errno(.EINVAL)
            }
            try Self.control { () throws(KernelErrno) in try link.update(to: program, old: current) }
        }
    }

    public func detachLink(_ link: Descriptor) throws(ControlError) {
        try call { () throws(ControlError) in
            try runtime.descriptors.object(link, as: OpenLink.self).link.detach()
        }
    }

    public func linkID(_ link: Descriptor) throws(ControlError) -> UInt32 {
        try runtime.descriptors.object(link, as: OpenLink.self).link.id
    }

    public func query(
        device: String, in namespace: NamespaceName, type: AttachType
    ) throws(ControlError) -> ChainInfo {
        try hook(device, in: namespace, type: type).info
    }

    private func hook(
        _ device: String, in namespace: NamespaceName, type: AttachType
    ) throws(ControlError) -> DeviceHook {
        try network.hook(type, device: device, in: namespace)
    }

    private func hookProgram(_ descriptor: Descriptor) throws(ControlError) -> any HookProgram {
        programRegistry.installed(try runtime.program(descriptor))
    }

    /// `bpf_mprog_tuple_relative`: what relative_fd or relative_id stands for.
    private func relative(_ position: AttachPosition) -> ProgramChain.Resolved {
        let isLink = position.flags & AttachPosition.linkFlag != 0
        if position.flags & AttachPosition.idFlag != 0 {
            guard position.relative != 0 else { return .failure(.ENOENT) }
            if isLink {
                return linkRegistry.link(id: position.relative).map { .link($0) } ?? .failure(.ENOENT)
            }
            guard let program = programRegistry.program(id: position.relative) else { return .failure(.ENOENT) }
            return .program(programRegistry.installed(program))
        }
        guard position.relative != 0 else { return isLink ? .failure(.EINVAL) : .none }
        let descriptor = Descriptor(rawValue: Int32(bitPattern: position.relative))
        guard let object = runtime.descriptors.object(descriptor) else { return .failure(.EBADF) }
        if isLink { return (object as? OpenLink).map { .link($0.link) } ?? .failure(.EINVAL) }
        guard let program = object as? LoadedProgram else { return .failure(.EINVAL) }
        return .program(programRegistry.installed(program))
    }

    static func control<T>(_ body: () throws(KernelErrno) -> T) throws(ControlError) -> T {
        do throws(KernelErrno) { return try body() } catch { throw .errno(error) }
    }
}

/// A link's open file: the last close detaches it.
final class OpenLink {
    let link: HookLink

    init(_ link: HookLink) { self.link = link }

    deinit { link.detach() }
}
