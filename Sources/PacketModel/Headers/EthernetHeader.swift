import LinuxABI

/// An Ethernet II header: destination (6), source (6), type (2).
public struct EthernetHeader: HeaderView {
    public static let byteCount = 14
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    @inlinable public var destination: LinkAddress {
        get { bytes.loadLink(0) }
        nonmutating set { bytes.store(newValue, 0) }
    }

    @inlinable public var source: LinkAddress {
        get { bytes.loadLink(6) }
        nonmutating set { bytes.store(newValue, 6) }
    }

    /// Host byte order; below 0x0600 it is a length (IEEE 802.3).
    @inlinable public var type: UInt16 {
        get { bytes.load(UInt16.self, 12) }
        nonmutating set { bytes.store(newValue, 12) }
    }
}

/// An 802.1Q tag behind the addresses: control information (2), inner type (2).
public struct VLANTag: HeaderView {
    public static let byteCount = 4
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    /// Priority (3 bits), drop eligible (1), identifier (12).
    @inlinable public var control: UInt16 {
        get { bytes.load(UInt16.self, 0) }
        nonmutating set { bytes.store(newValue, 0) }
    }

    @inlinable public var type: UInt16 {
        get { bytes.load(UInt16.self, 2) }
        nonmutating set { bytes.store(newValue, 2) }
    }
}

/// An ARP message for IPv4 over Ethernet (RFC 826).
public struct ARPMessage: HeaderView {
    public static let byteCount = 28
    public static let request: UInt16 = 1
    public static let reply: UInt16 = 2
    @usableFromInline let bytes: HeaderBytes

    @inlinable public init(_ bytes: HeaderBytes) { self.bytes = bytes }

    /// Whether the message is of IPv4 over Ethernet (ARPHRD_ETHER, or ARPHRD_IEEE802, which Linux takes for the same), as the
    /// other fields assume.
    public var isIPv4OverEthernet: Bool {
        let hardware = bytes.load(UInt16.self, 0)
        return (hardware == 1 || hardware == 6) && bytes.load(UInt16.self, 2) == EtherType.ipv4 && bytes[4] == 6
            && bytes[5] == 4
    }

    /// Writes hardware type, protocol type and the lengths.
    public func setIPv4OverEthernet() {
        bytes.store(UInt16(1), 0)
        bytes.store(EtherType.ipv4, 2)
        bytes[4] = 6
        bytes[5] = 4
    }

    /// ``request``, ``reply``, or another operation.
    public var operation: UInt16 {
        get { bytes.load(UInt16.self, 6) }
        nonmutating set { bytes.store(newValue, 6) }
    }

    public var senderLink: LinkAddress {
        get { bytes.loadLink(8) }
        nonmutating set { bytes.store(newValue, 8) }
    }

    public var sender: NetworkAddress {
        get { NetworkAddress(ipv4: bytes.load(UInt32.self, 14)) }
        nonmutating set { bytes.store(newValue.ipv4, 14) }
    }

    public var targetLink: LinkAddress {
        get { bytes.loadLink(18) }
        nonmutating set { bytes.store(newValue, 18) }
    }

    public var target: NetworkAddress {
        get { NetworkAddress(ipv4: bytes.load(UInt32.self, 24)) }
        nonmutating set { bytes.store(newValue.ipv4, 24) }
    }
}
