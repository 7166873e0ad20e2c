/// What a register holds (`enum bpf_reg_type`): a kind and modifiers.
struct RegisterType: Hashable {
    enum Kind: UInt8 {
        case uninitialised
        case scalar
        case context
        case mapPointer
        case mapValue
        case stack
        case packet
        case packetMeta
        case packetEnd
        case socket
        case socketCommon
        case tcpSocket
        case memory
    }

    var kind: Kind
    /// The pointer may be NULL and is not to be used before a test (PTR_MAYBE_NULL).
    var mayBeNull = false

    static let uninitialised = Self(kind: .uninitialised)
    static let scalar = Self(kind: .scalar)
    static let context = Self(kind: .context)
    static let mapPointer = Self(kind: .mapPointer)
    static let mapValue = Self(kind: .mapValue)
    static let stack = Self(kind: .stack)
    static let packet = Self(kind: .packet)
    static let packetMeta = Self(kind: .packetMeta)
    static let packetEnd = Self(kind: .packetEnd)
    static let memory = Self(kind: .memory)

    /// A pointer into the packet whose range is tracked (`type_is_pkt_pointer`).
    var isPacketPointer: Bool { kind == .packet || kind == .packetMeta }

    /// That, or the packet's end (`reg_is_pkt_pointer_any`).
    var isAnyPacketPointer: Bool { isPacketPointer || kind == .packetEnd }

    /// `type_is_sk_pointer`
    var isSocketPointer: Bool {
        !mayBeNull && (kind == .socket || kind == .socketCommon || kind == .tcpSocket)
    }

    /// Whether a store of 8 bytes keeps it (`is_spillable_regtype`).
    var isSpillablePointer: Bool { kind != .uninitialised && kind != .scalar }

    /// The kernel's word for it (`reg_type_str`).
    var name: String {
        let word =
            switch kind {
            case .uninitialised: "?"
            case .scalar: "scalar"
            case .context: "ctx"
            case .mapPointer: "map_ptr"
            case .mapValue: "map_value"
            case .stack: "fp"
            case .packet: "pkt"
            case .packetMeta: "pkt_meta"
            case .packetEnd: "pkt_end"
            case .socket: "sock"
            case .socketCommon: "sock_common"
            case .tcpSocket: "tcp_sock"
            case .memory: "mem"
            }
        return mayBeNull ? word + "_or_null" : word
    }
}
