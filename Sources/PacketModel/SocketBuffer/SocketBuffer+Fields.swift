public import LinuxABI

extension SocketBuffer {
    /// All bytes, linear and fragments.
    public var length: Int { Int(get(UInt32.self, at: SocketBufferLayout.length)) }

    /// Bytes in fragments.
    public var dataLength: Int { Int(get(UInt32.self, at: SocketBufferLayout.dataLength)) }

    /// Bytes in the linear part (`skb_headlen`).
    public var linearLength: Int { length - dataLength }

    /// Free bytes in front of the packet (`skb_headroom`).
    public var headroom: Int {
        Int(get(UInt64.self, at: SocketBufferLayout.data) - get(UInt64.self, at: SocketBufferLayout.head))
    }

    /// Free bytes behind the linear part; 0 where fragments follow (`skb_tailroom`).
    public var tailroom: Int {
        dataLength > 0
            ? 0
            : Int(get(UInt32.self, at: SocketBufferLayout.end)) - Int(get(UInt32.self, at: SocketBufferLayout.tail))
    }

    public var mark: UInt32 {
        get { get(UInt32.self, at: SocketBufferLayout.mark) }
        set { set(newValue, at: SocketBufferLayout.mark) }
    }

    public var priority: UInt32 {
        get { get(UInt32.self, at: SocketBufferLayout.priority) }
        set { set(newValue, at: SocketBufferLayout.priority) }
    }

    /// Nanoseconds; what they mean is said by ``timestampType``.
    public var timestamp: UInt64 {
        get { get(UInt64.self, at: SocketBufferLayout.timestamp) }
        set { set(newValue, at: SocketBufferLayout.timestamp) }
    }

    /// 0 real time or none, 1 monotonic, 2 TAI (`tstamp_type`).
    public var timestampType: UInt8 {
        get { get(UInt8.self, at: SocketBufferLayout.hookBits) & 3 }
        set {
            set(get(UInt8.self, at: SocketBufferLayout.hookBits) & ~3 | newValue & 3, at: SocketBufferLayout.hookBits)
        }
    }

    /// Link-layer protocol, host byte order (`skb->protocol` holds it in network byte order).
    public var networkProtocol: UInt16 {
        get { UInt16(bigEndian: get(UInt16.self, at: SocketBufferLayout.networkProtocol)) }
        set { set(newValue.bigEndian, at: SocketBufferLayout.networkProtocol) }
    }

    public var queueMapping: UInt16 {
        get { get(UInt16.self, at: SocketBufferLayout.queueMapping) }
        set { set(newValue, at: SocketBufferLayout.queueMapping) }
    }

    /// The device index that the packet came in by; 0 for none (`skb_iif`).
    public var inputInterface: UInt32 {
        get { get(UInt32.self, at: SocketBufferLayout.inputInterface) }
        set { set(newValue, at: SocketBufferLayout.inputInterface) }
    }

    public var packetType: PacketType {
        get { PacketType(rawValue: get(UInt8.self, at: SocketBufferLayout.packetTypeBits) & 7) ?? .otherHost }
        set {
            let bits = get(UInt8.self, at: SocketBufferLayout.packetTypeBits) & ~7
            set(bits | newValue.rawValue, at: SocketBufferLayout.packetTypeBits)
        }
    }

    /// Whether fragmentation is allowed although DF is set (`ignore_df`).
    public var ignoresDontFragment: Bool {
        get { get(UInt8.self, at: SocketBufferLayout.packetTypeBits) & 8 != 0 }
        set {
            let bits = get(UInt8.self, at: SocketBufferLayout.packetTypeBits) & ~8
            set(bits | (newValue ? 8 : 0), at: SocketBufferLayout.packetTypeBits)
        }
    }

    /// `skb->ip_summed`.
    public var checksumState: ChecksumState {
        get { ChecksumState(rawValue: get(UInt8.self, at: SocketBufferLayout.packetTypeBits) >> 5 & 3) ?? .none }
        set {
            let bits = get(UInt8.self, at: SocketBufferLayout.packetTypeBits) & ~0x60
            set(bits | newValue.rawValue << 5, at: SocketBufferLayout.packetTypeBits)
        }
    }

    /// The sum over the packet where ``checksumState`` is complete (`csum`).
    public var checksum: UInt32 {
        get { get(UInt32.self, at: SocketBufferLayout.checksum) }
        set { set(newValue, at: SocketBufferLayout.checksum) }
    }

    /// Where a partial checksum's sum starts, in bytes from head (`csum_start`).
    public var checksumStart: Int {
        get { Int(get(UInt16.self, at: SocketBufferLayout.checksum)) }
        set { set(UInt16(truncatingIfNeeded: newValue), at: SocketBufferLayout.checksum) }
    }

    /// The partial checksum's field, in bytes from its start (`csum_offset`).
    public var checksumOffset: Int {
        get { Int(get(UInt16.self, at: SocketBufferLayout.checksumOffset)) }
        set { set(UInt16(truncatingIfNeeded: newValue), at: SocketBufferLayout.checksumOffset) }
    }

    public var hookBits: HookBits {
        get { HookBits(rawValue: get(UInt8.self, at: SocketBufferLayout.hookBits) & ~3) }
        set {
            let type = get(UInt8.self, at: SocketBufferLayout.hookBits) & 3
            set(type | newValue.rawValue & ~3, at: SocketBufferLayout.hookBits)
        }
    }

    /// The link-layer header, in bytes from ``data``, negative where it lies before; nil where unset.
    public var macHeader: Int? {
        get { headerOffset(SocketBufferLayout.macHeader) }
        set { setHeaderOffset(newValue, SocketBufferLayout.macHeader) }
    }

    /// The network header, in bytes from ``data`` (`skb_network_offset`).
    public var networkHeader: Int {
        get { Int(get(UInt16.self, at: SocketBufferLayout.networkHeader)) - headroom }
        set { set(UInt16(truncatingIfNeeded: newValue + headroom), at: SocketBufferLayout.networkHeader) }
    }

    /// The transport header, in bytes from ``data``; nil where unset.
    public var transportHeader: Int? {
        get { headerOffset(SocketBufferLayout.transportHeader) }
        set { setHeaderOffset(newValue, SocketBufferLayout.transportHeader) }
    }

    /// Bytes of link-layer header in front of the network header (`mac_len`).
    public var macLength: Int {
        get { Int(get(UInt16.self, at: SocketBufferLayout.macLength)) }
        set { set(UInt16(truncatingIfNeeded: newValue), at: SocketBufferLayout.macLength) }
    }

    /// What the queueing discipline accounts for the packet (`qdisc_skb_cb.pkt_len`).
    public var packetLength: Int {
        get { Int(get(UInt32.self, at: SocketBufferLayout.packetLength)) }
        set { set(UInt32(truncatingIfNeeded: newValue), at: SocketBufferLayout.packetLength) }
    }

    public var gsoSize: Int {
        get { Int(get(UInt16.self, at: SocketBufferLayout.gsoSize)) }
        set { set(UInt16(truncatingIfNeeded: newValue), at: SocketBufferLayout.gsoSize) }
    }

    public var gsoSegments: Int {
        get { Int(get(UInt16.self, at: SocketBufferLayout.gsoSegments)) }
        set { set(UInt16(truncatingIfNeeded: newValue), at: SocketBufferLayout.gsoSegments) }
    }

    /// `SKB_GSO_*` bits.
    public var gsoType: UInt32 {
        get { get(UInt32.self, at: SocketBufferLayout.gsoType) }
        set { set(newValue, at: SocketBufferLayout.gsoType) }
    }

    /// Whether the packet stands for several (`skb_is_gso`).
    public var isGSO: Bool { gsoSize != 0 }

    private func headerOffset(_ field: Int) -> Int? {
        let offset = get(UInt16.self, at: field)
        return offset == .max ? nil : Int(offset) - headroom
    }

    private func setHeaderOffset(_ value: Int?, _ field: Int) {
        set(value.map { UInt16(truncatingIfNeeded: $0 + headroom) } ?? UInt16.max, at: field)
    }
}
