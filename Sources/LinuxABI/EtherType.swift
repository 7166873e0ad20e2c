/// Link-layer protocol numbers, host byte order (include/uapi/linux/if_ether.h).
public enum EtherType {
    public static let ipv4: UInt16 = 0x0800
    public static let arp: UInt16 = 0x0806
    public static let vlan: UInt16 = 0x8100
    public static let ipv6: UInt16 = 0x86DD
    public static let vlanStacked: UInt16 = 0x88A8
}

/// IP protocol numbers (include/uapi/linux/in.h).
public enum IPProtocol {
    public static let icmp: UInt8 = 1
    public static let tcp: UInt8 = 6
    public static let udp: UInt8 = 17
    public static let icmpv6: UInt8 = 58
}

/// `skb->pkt_type` (include/uapi/linux/if_packet.h).
public enum PacketType: UInt8, Sendable, Hashable {
    case host = 0
    case broadcast = 1
    case multicast = 2
    case otherHost = 3
}
