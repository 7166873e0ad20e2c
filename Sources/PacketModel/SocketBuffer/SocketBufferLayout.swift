/// Where each field lies in a socket buffer's native metadata block: byte offsets, all fields little endian or host order
/// as the kernel keeps them in `struct sk_buff`.
///
/// A verified program's context accesses become loads and stores on this block, as the kernel's
/// `bpf_convert_ctx_access` turns them into accesses to `struct sk_buff`. The order is ours; the contents are the
/// kernel's, so that every conversion sequence has something to load.
public enum SocketBufferLayout {
    /// u32: linear and fragment bytes together (`len`).
    public static let length = 0
    /// u32: bytes in fragments (`data_len`).
    public static let dataLength = 4
    /// u64: address of the linear buffer's first byte (`head`).
    public static let head = 8
    /// u64: address of the packet's first byte (`data`).
    public static let data = 16
    /// u32: end of the linear packet, from head (`tail`).
    public static let tail = 24
    /// u32: end of the linear buffer, from head (`end`).
    public static let end = 28
    /// u64: address of the device's native block, whose first u32 is its ifindex; 0 for none (`dev`).
    public static let device = 32
    /// u64: address of the socket's native block; 0 for none (`sk`).
    public static let socket = 40
    /// u32 (`skb_iif`).
    public static let inputInterface = 48
    /// u32 (`hash`).
    public static let hash = 52
    /// u32 (`mark`).
    public static let mark = 56
    /// u32 (`priority`).
    public static let priority = 60
    /// u64: nanoseconds (`tstamp`).
    public static let timestamp = 64
    /// u16, network byte order (`protocol`).
    public static let networkProtocol = 72
    /// u16: recorded receive queue + 1, or transmit queue (`queue_mapping`).
    public static let queueMapping = 74
    /// u16, network byte order (`vlan_proto`); with the next field one u32 that is 0 where there is no tag (`vlan_all`).
    public static let vlanProtocol = 76
    /// u16 (`vlan_tci`).
    public static let vlanTCI = 78
    /// u32 (`napi_id`).
    public static let napiID = 80
    /// u16 (`tc_index`).
    public static let tcIndex = 84
    /// u8: packet type in bits 0–2, `ignore_df` bit 3, checksum state in bits 5–6 (`ip_summed`).
    public static let packetTypeBits = 86
    /// u8: time stamp type in bits 0–1 (`tstamp_type`), then the bits of ``HookBits``.
    public static let hookBits = 87
    /// u16: from head; 0xFFFF where unset (`mac_header`).
    public static let macHeader = 88
    /// u16: from head (`network_header`).
    public static let networkHeader = 90
    /// u16: from head; 0xFFFF where unset (`transport_header`).
    public static let transportHeader = 92
    /// u16 (`mac_len`).
    public static let macLength = 94
    /// u32: the sum of a complete checksum (`csum`), or, where the checksum is partial, u16 start from head (`csum_start`).
    public static let checksum = 96
    /// u16: the checksum field's distance from its start (`csum_offset`).
    public static let checksumOffset = 98
    /// u8: bit 0 hash covers ports (`l4_hash`), bit 1 computed in software (`sw_hash`).
    public static let hashBits = 100
    /// u8: levels of checksums verified (`csum_level`).
    public static let checksumLevel = 101
    /// 48 bytes of control block (`cb`), laid out as the queueing discipline and BPF use it.
    public static let controlBlock = 104
    /// u32 in the control block (`qdisc_skb_cb.pkt_len`, the context's `wire_len`).
    public static let packetLength = 104
    /// u16 in the control block (`qdisc_skb_cb.tc_classid`).
    public static let tcClassID = 110
    /// 20 bytes in the control block (`qdisc_skb_cb.data`, the context's `cb[0…4]`).
    public static let controlBlockData = 112
    /// u64 in the control block (`bpf_skb_data_end.data_meta`).
    public static let dataMeta = 136
    /// u64 in the control block (`bpf_skb_data_end.data_end`).
    public static let dataEnd = 144
    /// u16 (`skb_shared_info.gso_size`).
    public static let gsoSize = 152
    /// u16 (`skb_shared_info.gso_segs`).
    public static let gsoSegments = 154
    /// u32 (`skb_shared_info.gso_type`).
    public static let gsoType = 156
    /// u64 (`skb_shared_info.hwtstamps`).
    public static let hardwareTimestamp = 160
    /// u8: bytes of metadata in front of data (`skb_shared_info.meta_len`).
    public static let metadataLength = 168

    /// Size of the block in bytes.
    public static let byteCount = 192
}

/// The bits beside the time stamp type at ``SocketBufferLayout/hookBits``.
public struct HookBits: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The packet is at a tc ingress hook (`tc_at_ingress`).
    public static let atIngress = Self(rawValue: 1 << 2)
    /// The next classification is to be skipped (`tc_skip_classify`).
    public static let skipClassify = Self(rawValue: 1 << 3)
    /// The packet was redirected (`redirected`).
    public static let redirected = Self(rawValue: 1 << 4)
    /// It was redirected from ingress (`from_ingress`).
    public static let fromIngress = Self(rawValue: 1 << 5)
}

/// What is known of the transport checksum (`skb->ip_summed`).
public enum ChecksumState: UInt8, Sendable, Hashable {
    /// Nothing is known; the checksum in the packet is what the wire carries (CHECKSUM_NONE).
    case none = 0
    /// The device has verified it (CHECKSUM_UNNECESSARY).
    case unnecessary = 1
    /// The device has given the sum over the packet (CHECKSUM_COMPLETE).
    case complete = 2
    /// The field holds the pseudo header's sum; a device or software completes it (CHECKSUM_PARTIAL).
    case partial = 3
}
