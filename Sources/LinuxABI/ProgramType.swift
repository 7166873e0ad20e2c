/// A BPF program type that nksim names (`enum bpf_prog_type`); it runs only ``schedCls``.
public enum ProgramType: UInt32, Sendable, Hashable {
    case socketFilter = 1
    case kprobe = 2
    case schedCls = 3
    case schedAct = 4
    case tracepoint = 5
    case xdp = 6

    /// bpftool's word for it.
    public var name: String {
        switch self {
        case .socketFilter: "socket_filter"
        case .kprobe: "kprobe"
        case .schedCls: "sched_cls"
        case .schedAct: "sched_act"
        case .tracepoint: "tracepoint"
        case .xdp: "xdp"
        }
    }
}

/// Where a program is attached (`enum bpf_attach_type`), and the two sides of a clsact queueing discipline, which have no
/// such number: rtnetlink attaches there, bpf(2) answers EINVAL.
public enum AttachType: UInt32, Sendable, Hashable {
    case tcxIngress = 46
    case tcxEgress = 47
    case netkitPrimary = 54
    case netkitPeer = 55
    case clsactIngress = 0x1_0000
    case clsactEgress = 0x1_0001

    /// Whether legacy filters stand there.
    public var isClsact: Bool { self == .clsactIngress || self == .clsactEgress }

    /// The words of libbpf's section names and of bpftool: `tcx/ingress`, `netkit/peer`, `clsact/egress`.
    public var name: String {
        switch self {
        case .tcxIngress: "tcx/ingress"
        case .tcxEgress: "tcx/egress"
        case .netkitPrimary: "netkit/primary"
        case .netkitPeer: "netkit/peer"
        case .clsactIngress: "clsact/ingress"
        case .clsactEgress: "clsact/egress"
        }
    }
}
