/// `IFF_*` of include/uapi/linux/if.h, the bits of a device's flags word.
public struct DeviceFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let up = Self(rawValue: 1 << 0)
    public static let broadcast = Self(rawValue: 1 << 1)
    public static let loopback = Self(rawValue: 1 << 3)
    public static let running = Self(rawValue: 1 << 6)
    public static let noARP = Self(rawValue: 1 << 7)
    public static let multicast = Self(rawValue: 1 << 12)
    public static let lowerUp = Self(rawValue: 1 << 16)
}

/// What a device does itself with a packet (`NETIF_F_*`), as far as it changes a packet's way.
public struct DeviceFeatures: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Takes fragments (NETIF_F_SG).
    public static let scatterGather = Self(rawValue: 1 << 0)
    /// Completes partial checksums (NETIF_F_HW_CSUM).
    public static let transmitChecksum = Self(rawValue: 1 << 1)
    /// Segments TCP over either IP (NETIF_F_TSO, TSO6).
    public static let segmentsTCP = Self(rawValue: 1 << 2)
    /// Segments UDP (NETIF_F_GSO_UDP_L4).
    public static let segmentsUDP = Self(rawValue: 1 << 3)
    /// Takes VLAN tags as metadata (NETIF_F_HW_VLAN_CTAG_TX, STAG_TX).
    public static let insertsVLAN = Self(rawValue: 1 << 4)

    /// What netkit, veth and loopback pass on untouched.
    public static let software: Self = [
        .scatterGather, .transmitChecksum, .segmentsTCP, .segmentsUDP, .insertsVLAN,
    ]
}

/// A device's hardware type (`ARPHRD_*`).
public enum HardwareType {
    public static let ethernet: UInt16 = 1
    public static let loopback: UInt16 = 772
}

/// The byte layout of a device's native block in the arena, which verified programs reach through a packet's device.
public enum DeviceLayout {
    /// u32 (`ifindex`).
    public static let index = 0
    /// u32 (`mtu`).
    public static let mtu = 4
    /// u32 (`flags`).
    public static let flags = 8
    /// u16 (`type`).
    public static let type = 12
    public static let byteCount = 64
}

/// A queueing discipline's kind, as IFLA_QDISC names it.
public enum QueueingDiscipline: String, Sendable {
    /// Drops everything: a device that is down or without carrier.
    case noop
    /// Hands packets to the driver at once.
    case noqueue
    /// A NIC's default: queues in front of the driver's ring.
    case fqCodel = "fq_codel"
}
