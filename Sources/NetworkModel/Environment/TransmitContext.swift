/// What the transmit path keeps per CPU: the recursion depth and the redirect that a program asked for.
///
/// Linux keeps the depth in `softnet_data.xmit` and the redirect in `current->bpf_net_context`. A section that has a
/// redirect state open runs with bottom halves off, so that one per CPU is the same. The network owns the states; this is
/// a handle to one of them, since every packet touches it several times.
@safe public struct TransmitContext {
    private let state: UnsafeMutablePointer<TransmitState>

    init(_ state: UnsafeMutablePointer<TransmitState>) { unsafe self.state = state }

    /// Nested transmissions under way (`softnet_data.xmit.recursion`).
    public var recursion: Int {
        get { unsafe state.pointee.recursion }
        nonmutating set { unsafe state.pointee.recursion = newValue }
    }

    /// What the redirect helpers store and `skb_do_redirect` consumes (`struct bpf_redirect_info`).
    public var redirect: RedirectState {
        get { unsafe state.pointee.redirect }
        nonmutating _modify { yield unsafe &state.pointee.redirect }
    }

    /// Whether a redirect state is open (`current->bpf_net_context`).
    public private(set) var hasRedirectState: Bool {
        get { unsafe state.pointee.hasRedirectState }
        nonmutating set { unsafe state.pointee.hasRedirectState = newValue }
    }

    /// XMIT_RECURSION_LIMIT of include/linux/netdevice.h; refused when the depth is above.
    public static let recursionLimit = 8

    /// `dev_xmit_recursion`.
    @inline(__always) public var isRecursionLimitReached: Bool { recursion > Self.recursionLimit }

    /// Opens a redirect state unless an outer section has (`bpf_net_ctx_set`); hand the result to
    /// ``closeRedirectState(_:)``. A softirq that handles packets opens one around its whole run (`net_rx_action`).
    @inline(__always) public func openRedirectState() -> Bool {
        if hasRedirectState { return false }
        hasRedirectState = true
        redirect = RedirectState()
        return true
    }

    /// Closes what the same section has opened (`bpf_net_ctx_clear`).
    @inline(__always) public func closeRedirectState(_ wasOpened: Bool) {
        if wasOpened { hasRedirectState = false }
    }
}

/// What a ``TransmitContext`` refers to.
struct TransmitState {
    var recursion = 0
    var redirect = RedirectState()
    var hasRedirectState = false
}

/// A redirect that a helper has stored (`struct bpf_redirect_info`).
public struct RedirectState: Hashable, Sendable {
    /// `tgt_index`; 0 for none.
    public var targetIndex: UInt32 = 0
    /// ``ingress`` of the helper's flags and the internal ones below.
    public var flags: UInt32 = 0
    /// The next hop, with ``nextHop`` in ``flags``.
    public var next = NextHop()

    public init() {}

    /// BPF_F_INGRESS.
    public static let ingress: UInt32 = 1
    /// BPF_F_NEIGH, set by bpf_redirect_neigh.
    public static let neighbour: UInt32 = 1 << 16
    /// BPF_F_PEER, set by bpf_redirect_peer.
    public static let peer: UInt32 = 1 << 17
    /// BPF_F_NEXTHOP, set by bpf_redirect_neigh with a parameter.
    public static let nextHop: UInt32 = 1 << 18
}

/// The next hop that bpf_redirect_neigh was given (`struct bpf_nh_params`).
public struct NextHop: Hashable, Sendable {
    /// AF_INET 2, AF_INET6 10, or whatever a program wrote.
    public var family: UInt32 = 0
    /// The address's bytes in memory order, first byte lowest; IPv4 in the low 4 bytes of `low`.
    public var low: UInt64 = 0
    public var high: UInt64 = 0

    public init(family: UInt32 = 0, low: UInt64 = 0, high: UInt64 = 0) {
        self.family = family
        self.low = low
        self.high = high
    }

    public static let inet: UInt32 = 2
    public static let inet6: UInt32 = 10
}
