public import LinuxABI

/// What a program's section name says about it, by libbpf's table (tools/lib/bpf/libbpf.c, section_defs) and, for `tc/…`,
/// `classifier/…` and `action/…`, by the custom of other loaders: the part after the slash has no meaning there.
public struct SectionName: Hashable, Sendable {
    /// The name without a leading `?`.
    public let text: String
    /// False for `SEC("?name")`: such a program is only loaded when asked for.
    public let isAutoloaded: Bool
    /// The kernel's word for the program type (`sched_cls`, `cgroup_skb`), nil where the name says nothing.
    public let typeName: String?
    /// The program type, nil where the name says nothing or where nksim has no name for the type.
    public let type: ProgramType?
    /// Where libbpf would attach it, nil for none or for one that nksim doesn't name.
    public let attachType: AttachType?

    public init(_ name: String) {
        isAutoloaded = !name.hasPrefix("?")
        text = isAutoloaded ? name : String(name.dropFirst())
        let (typeName, type, attachType) = Self.meaning(of: text)
        self.typeName = typeName ?? type?.name
        self.type = type
        self.attachType = attachType
    }

    private static func meaning(of text: String) -> (String?, ProgramType?, AttachType?) {
        switch text {
        case "tcx/ingress", "tc/ingress": return (nil, .schedCls, .tcxIngress)
        case "tcx/egress", "tc/egress": return (nil, .schedCls, .tcxEgress)
        case "netkit/primary": return (nil, .schedCls, .netkitPrimary)
        case "netkit/peer": return (nil, .schedCls, .netkitPeer)
        case "xdp", "xdp.frags", "xdp/devmap", "xdp/cpumap", "xdp.frags/devmap", "xdp.frags/cpumap":
            return (nil, .xdp, nil)
        default: break
        }
        let prefix = String(text.prefix { $0 != "/" })
        let hasSuffix = prefix.utf8.count < text.utf8.count
        switch prefix {
        case "tc", "classifier": return (nil, .schedCls, nil)
        case "action": return (nil, .schedAct, nil)
        case "socket" where !hasSuffix: return (nil, .socketFilter, nil)
        case "kprobe", "kretprobe", "uprobe", "uretprobe", "uprobe.s", "uretprobe.s", "kprobe.multi",
            "kretprobe.multi", "kprobe.session", "uprobe.multi", "uretprobe.multi", "uprobe.multi.s",
            "uretprobe.multi.s", "ksyscall", "kretsyscall", "usdt", "usdt.s":
            return (nil, .kprobe, nil)
        case "tracepoint", "tp": return (nil, .tracepoint, nil)
        default: break
        }
        return (otherTypes[hasSuffix ? prefix + "/" : prefix], nil, nil)
    }

    /// Types that nksim has no number for, by section name up to the slash (and with it, where one follows).
    private static let otherTypes: [String: String] = {
        var names: [String: String] = [
            "sk_reuseport": "sk_reuseport", "sk_reuseport/": "sk_reuseport", "syscall": "syscall",
            "perf_event": "perf_event", "lwt_in": "lwt_in", "lwt_out": "lwt_out", "lwt_xmit": "lwt_xmit",
            "lwt_seg6local": "lwt_seg6local", "sockops": "sock_ops", "sk_skb": "sk_skb", "sk_skb/": "sk_skb",
            "sk_msg": "sk_msg", "lirc_mode2": "lirc_mode2", "flow_dissector": "flow_dissector",
            "cgroup_skb/": "cgroup_skb", "cgroup/": "cgroup", "sk_lookup": "sk_lookup", "netfilter": "netfilter",
        ]
        let withOptionalSuffix = [
            "raw_tracepoint": "raw_tracepoint", "raw_tp": "raw_tracepoint", "raw_tp.w": "raw_tracepoint_writable",
            "raw_tracepoint.w": "raw_tracepoint_writable", "tp_btf": "tracing", "fentry": "tracing",
            "fmod_ret": "tracing", "fexit": "tracing", "fentry.s": "tracing", "fmod_ret.s": "tracing",
            "fexit.s": "tracing", "freplace": "ext", "lsm": "lsm", "lsm.s": "lsm", "lsm_cgroup": "lsm",
            "iter": "tracing", "iter.s": "tracing", "struct_ops": "struct_ops", "struct_ops.s": "struct_ops",
        ]
        for (prefix, type) in withOptionalSuffix {
            names[prefix] = type
            names[prefix + "/"] = type
        }
        return names
    }()
}
