public import KernelControl

/// tc's clsact and its cls_bpf filters (include/uapi/linux/pkt_sched.h, pkt_cls.h).
extension LinuxHost {
    public func addClsact(to device: String, in namespace: NamespaceName) throws(ControlError) {
        let index = try index(of: device, in: namespace)
        var attributes = AttributeWriter()
        attributes.append(FilterMessage.kind, text: "clsact")
        try netlink(
            RouteNetlink.newDiscipline, flags: RouteNetlink.create,
            FilterMessage.header(index: index, handle: 0xFFFF_0000, parent: FilterMessage.clsact, information: 0)
                + attributes.bytes, in: namespace)
    }

    public func addFilter(
        _ filter: NewFilter, to device: String, in namespace: NamespaceName
    ) throws(ControlError) {
        let index = try index(of: device, in: namespace)
        try netlink(
            RouteNetlink.newFilter, flags: RouteNetlink.create, FilterMessage.bytes(filter, index: index),
            in: namespace)
    }

    public func deleteFilter(
        _ filter: NewFilter, from device: String, in namespace: NamespaceName
    ) throws(ControlError) {
        let index = try index(of: device, in: namespace)
        try netlink(RouteNetlink.deleteFilter, FilterMessage.bytes(filter, index: index), in: namespace)
    }
}

/// RTM_NEWTFILTER and RTM_DELTFILTER of a cls_bpf filter.
enum FilterMessage {
    /// TC_H_CLSACT; its minors 0xFFF2 and 0xFFF3 are ingress and egress.
    static let clsact: UInt32 = 0xFFFF_FFF1
    /// TCA_KIND and TCA_OPTIONS.
    static let kind: UInt16 = 1
    static let options: UInt16 = 2

    /// TCA_BPF_*.
    private enum Option {
        static let descriptor: UInt16 = 6
        static let name: UInt16 = 7
        static let flags: UInt16 = 8
    }

    /// TCA_BPF_FLAG_ACT_DIRECT.
    private static let directAction: UInt32 = 1
    private static let everyProtocol: UInt16 = 3

    /// `struct tcmsg`, 20 bytes.
    static func header(index: UInt32, handle: UInt32, parent: UInt32, information: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        for word in [index, handle, parent, information] { bytes.append(native: word) }
        return bytes
    }

    static func bytes(_ filter: NewFilter, index: UInt32) -> [UInt8] {
        let parent: UInt32 = filter.isEgress ? 0xFFFF_FFF3 : 0xFFFF_FFF2
        // The protocol stands in network order behind the priority.
        let information = UInt32(filter.priority) << 16 | UInt32(everyProtocol.bigEndian)
        var attributes = AttributeWriter()
        attributes.append(kind, text: "bpf")
        attributes.nest(options) { options in
            options.append(Option.descriptor, word: UInt32(bitPattern: filter.program.rawValue))
            options.append(Option.name, text: filter.name)
            options.append(Option.flags, word: directAction)
        }
        return header(index: index, handle: filter.handle, parent: parent, information: information)
            + attributes.bytes
    }
}
