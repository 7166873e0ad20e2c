/// The fields of `struct __sk_buff` by their offset in bytes (include/uapi/linux/bpf.h).
enum ContextField: Int {
    case length = 0
    case packetType = 4
    case mark = 8
    case queueMapping = 12
    case networkProtocol = 16
    case vlanPresent = 20
    case vlanTCI = 24
    case vlanProtocol = 28
    case priority = 32
    case inputInterface = 36
    case interface = 40
    case tcIndex = 44
    case controlBlock = 48
    case hash = 68
    case tcClassID = 72
    case data = 76
    case dataEnd = 80
    case napiID = 84
    case dataMeta = 140
    case timestamp = 152
    case wireLength = 160
    case gsoSegments = 164
    case socket = 168
    case gsoSize = 176
    case timestampType = 180
    case hardwareTimestamp = 184

    /// Size of the whole structure in bytes.
    static let byteCount = 192
    /// `cb[0]` to `cb[4]`, any bytes of which may be accessed.
    static let controlBlockRange = 48..<68

    /// The field that holds the byte at `offset`; nil where a sched_cls program may access none.
    init?(at offset: Int) {
        if Self.controlBlockRange ~= offset {
            self = .controlBlock
            return
        }
        if offset >= Self.timestamp.rawValue && offset < Self.wireLength.rawValue {
            self = .timestamp
        } else if offset >= Self.socket.rawValue && offset < Self.gsoSize.rawValue {
            self = .socket
        } else if offset >= Self.hardwareTimestamp.rawValue && offset < Self.byteCount {
            self = .hardwareTimestamp
        } else {
            self.init(rawValue: offset & ~3)
        }
    }
}
