public import LinuxABI

/// A BPF link at a device's hook: it owns its program's place until it is detached or closed.
public final class HookLink {
    public let id: UInt32
    /// The program that the link holds now.
    public internal(set) var program: any HookProgram
    public let type: AttachType
    /// The device whose hook runs the program: with netkit/peer the peer. Nil once detached, or the device is gone.
    public internal(set) var hook: DeviceHook?

    /// A link that is not attached yet; ``DeviceHook/attach(_:flags:relative:expectedRevision:)`` does that.
    public init(id: UInt32, program: any HookProgram, type: AttachType) {
        self.id = id
        self.program = program
        self.type = type
    }

    /// The index that link info shows: 0 when detached.
    public var interfaceIndex: UInt32 { unsafe hook?.device?.index ?? 0 }

    /// BPF_LINK_UPDATE behind its flag and descriptor checks (`netkit_link_update`, `tcx_link_update`): ENOLINK when
    /// detached, EPERM when `old` is not the current program; the same program again is a success without a new
    /// revision; EEXIST when the new one stands in the list already.
    public func update(to new: any HookProgram, old: (any HookProgram)?) throws(KernelErrno) {
        guard let hook else { throw .ENOLINK }
        if let old, old !== program { throw .EPERM }
        if new === program { return }
        try hook.replace(self, with: new)
        program = new
    }

    /// BPF_LINK_DETACH and the last close; also when detached already.
    public func detach() {
        hook?.release(self)
        hook = nil
    }
}
