/// Helper numbers that the verifier itself cares about (include/uapi/linux/bpf.h).
enum HelperID {
    static let mapLookup: Int32 = 1
    static let mapUpdate: Int32 = 2
    static let mapDelete: Int32 = 3
    static let smpProcessorID: Int32 = 8
    static let tailCall: Int32 = 12
    static let perfEventOutput: Int32 = 25
    static let skbUnderCgroup: Int32 = 33
    static let mapPush: Int32 = 87
    static let mapPop: Int32 = 88
    static let mapPeek: Int32 = 89
    static let ringBufferOutput: Int32 = 130
    static let ringBufferQuery: Int32 = 134
    static let mapLookupPerCPU: Int32 = 195

    /// What may move packet data, so that packet pointers end with it (`bpf_helper_changes_pkt_data`): store_bytes,
    /// l3_csum_replace, l4_csum_replace, tail_call, clone_redirect, vlan_push, vlan_pop, change_proto, change_tail,
    /// pull_data, change_head, adjust_room.
    static func changesPacketData(_ id: Int32) -> Bool {
        switch id {
        case 9, 10, 11, 12, 13, 18, 19, 31, 38, 39, 43, 50: true
        default: false
        }
    }
}
