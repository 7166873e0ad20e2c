/// `struct __sk_buff` as `sched_cls` programs may use it (net/core/filter.c: `tc_cls_act_is_valid_access`,
/// `bpf_skb_is_valid_access`).
enum SkBuffAccess {
    /// Bytes (include/uapi/linux/bpf.h).
    static let size = 192
    static let timestampTypeOffset = 180

    private static let mark = 8..<12
    private static let queueMapping = 12..<16
    private static let priority = 32..<36
    private static let trafficControlIndex = 44..<48
    private static let controlBuffer = 48..<68
    private static let classID = 72..<76
    private static let data = 76..<80
    private static let dataEnd = 80..<84
    /// family, remote_ip4 … local_port: of programs at sockets.
    private static let socketFields = 88..<140
    private static let dataMeta = 140..<144
    private static let flowKeys = 144..<152
    private static let timestamp = 152..<160
    private static let socket = 168..<176
    private static let padding = 181..<184
    private static let hardwareTimestamp = 184..<192

    private static let writable = [
        mark, queueMapping, priority, trafficControlIndex, controlBuffer, classID, timestamp,
    ]

    /// What a load gives; nil where the access is refused. For a store the answer is ``RegisterType/scalar``.
    static func result(offset: Int, size: Int, isWrite: Bool, signExtended: Bool) -> RegisterType? {
        guard (0..<Self.size).contains(offset) else { return nil }
        if isWrite, !writable.contains(where: { $0.contains(offset) }) { return nil }
        if socketFields.contains(offset) { return nil }
        if offset == timestampTypeOffset { return size == 1 ? .scalar : nil }
        guard offset % size == 0 else { return nil }
        switch offset {
        case controlBuffer:
            return offset + size <= controlBuffer.upperBound ? .scalar : nil
        case data, dataMeta, dataEnd:
            // 32 bits in the interface, full pointers once the access is translated.
            guard !signExtended, size == 4 else { return nil }
            return data.contains(offset) ? .packet : dataEnd.contains(offset) ? .packetEnd : .packetMeta
        case flowKeys, padding:
            return nil
        case timestamp:
            return size == 8 ? .scalar : nil
        case hardwareTimestamp:
            return !isWrite && size == 8 ? .scalar : nil
        case socket:
            guard !isWrite, size == 8 else { return nil }
            return RegisterType(kind: .socketCommon, mayBeNull: true)
        default:
            return (isWrite ? size == 4 : size <= 4) ? .scalar : nil
        }
    }
}
