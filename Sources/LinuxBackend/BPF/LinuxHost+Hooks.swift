public import KernelControl
public import LinuxABI

/// bpf(2)'s commands about hooks: attach, detach, links, query (kernel/bpf/syscall.c, tcx.c; drivers/net/netkit.c).
extension LinuxHost: BPFControl {
    private typealias Attach = BPFAttributes.ProgramAttach
    private typealias Create = BPFAttributes.LinkCreate
    private typealias Update = BPFAttributes.LinkUpdate
    private typealias Query = BPFAttributes.ProgramQuery

    public func attach(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) {
        let request = try placement(.programAttach, device, namespace, type, position)
        request.set(Attach.programFD, program.rawValue)
        if let replaced = position.replace { request.set(Attach.replacedFD, replaced.rawValue) }
        try request.perform()
    }

    public func detach(
        _ program: Descriptor?, from device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) {
        let request = try placement(.programDetach, device, namespace, type, position)
        if let program { request.set(Attach.programFD, program.rawValue) }
        try request.perform()
    }

    public func createLink(
        _ program: Descriptor, to device: String, in namespace: NamespaceName, as type: AttachType,
        at position: AttachPosition
    ) throws(ControlError) -> Descriptor {
        let request = BPFRequest(.linkCreate)
        request.set(Create.programFD, program.rawValue)
        request.set(Create.targetInterface, try index(of: device, in: namespace))
        request.set(Create.attachType, type.rawValue)
        request.set(Create.flags, position.flags)
        request.set(Create.relative, position.relative)
        request.set(Create.expectedRevision, position.expectedRevision)
        return bpf.opened(try request.perform())
    }

    public func updateLink(
        _ link: Descriptor, to program: Descriptor, flags: UInt32, old: Descriptor?
    ) throws(ControlError) {
        let request = BPFRequest(.linkUpdate)
        request.set(Update.linkFD, link.rawValue)
        request.set(Update.newProgramFD, program.rawValue)
        request.set(Update.flags, flags)
        if let old { request.set(Update.oldProgramFD, old.rawValue) }
        try request.perform()
    }

    public func detachLink(_ link: Descriptor) throws(ControlError) {
        let request = BPFRequest(.linkDetach)
        request.set(Update.linkFD, link.rawValue)
        try request.perform()
    }

    public func linkID(_ link: Descriptor) throws(ControlError) -> UInt32 { try objectID(link) }

    public func query(
        device: String, in namespace: NamespaceName, type: AttachType
    ) throws(ControlError) -> ChainInfo {
        let request = BPFRequest(.programQuery)
        request.set(Query.targetInterface, try index(of: device, in: namespace))
        request.set(Query.attachType, type.rawValue)
        let programs = request.reserve(Self.maximumPrograms * 4, at: Query.programIDs)
        let links = request.reserve(Self.maximumPrograms * 4, at: Query.linkIDs)
        request.set(Query.count, UInt32(Self.maximumPrograms))
        try request.perform()
        let count = Int(request.get(Query.count))
        return ChainInfo(
            revision: request.get(Query.revision),
            programIDs: Array(request.bytes(of: programs).words.prefix(count)),
            linkIDs: Array(request.bytes(of: links).words.prefix(count)))
    }

    /// The second word of every `struct bpf_*_info`: the object's id (BPF_OBJ_GET_INFO_BY_FD).
    func objectID(_ descriptor: Descriptor) throws(ControlError) -> UInt32 {
        let request = BPFRequest(.objectInfo)
        request.set(BPFAttributes.ObjectInfo.objectFD, descriptor.rawValue)
        let info = request.reserve(8, at: BPFAttributes.ObjectInfo.info)
        request.set(BPFAttributes.ObjectInfo.infoLength, 8)
        try request.perform()
        return request.bytes(of: info).words[1]
    }

    /// bpf_mprog_max(): a hook takes no more.
    private static let maximumPrograms = 64

    /// The thread is in the device's namespace afterwards, where the kernel looks for the interface.
    private func placement(
        _ command: BPFCommand, _ device: String, _ namespace: NamespaceName, _ type: AttachType,
        _ position: AttachPosition
    ) throws(ControlError) -> BPFRequest {
        let request = BPFRequest(command)
        request.set(Attach.targetInterface, try index(of: device, in: namespace))
        request.set(Attach.attachType, type.rawValue)
        request.set(Attach.attachFlags, position.flags)
        request.set(Attach.relative, position.relative)
        request.set(Attach.expectedRevision, position.expectedRevision)
        return request
    }
}

extension [UInt8] {
    /// The bytes as 32-bit numbers, in the machine's order (little endian); a rest of less than four bytes is left out.
    var words: [UInt32] {
        stride(from: 0, to: count & ~3, by: 4).map { start in
            self[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
    }
}
