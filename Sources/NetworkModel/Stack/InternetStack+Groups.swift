public import PacketModel

extension InternetStack {
    /// The link-layer groups that a device's addresses need: all hosts for IPv4; all nodes and each address's solicited
    /// node for IPv6; as a router all routers and the subnets' anycast addresses too (`ip_mc_up`, `ipv6_mc_up`,
    /// `addrconf_join_solict`, `addrconf_join_anycast`).
    public func hasJoined(_ group: LinkAddress, on device: NetworkDevice) -> Bool {
        if group == Self.allHosts4 { return true }
        guard let state = state(of: device), state.hasIPv6 else { return false }
        if group == Self.allNodes6 || group == Self.allRouters6 && state.forwardsIPv6 { return true }
        return state.ipv6.contains { entry in
            LinkAddress(forGroup: entry.address.solicitedNode) == group
                || state.forwardsIPv6 && entry.prefix.length < 127
                    && LinkAddress(forGroup: entry.prefix.network.address.solicitedNode) == group
        }
    }

    /// Whether a device takes packets to an IPv6 group (`ipv6_chk_mcast_addr`): the groups of its addresses, all nodes of
    /// the link, and as a router all routers of link and site.
    func hasJoined(_ group: NetworkAddress, on device: NetworkDevice) -> Bool {
        guard let state = state(of: device), state.hasIPv6 else { return false }
        if group == Self.allNodes || state.forwardsIPv6 && Self.allRouters.contains(group) { return true }
        return state.ipv6.contains { entry in
            entry.address.solicitedNode == group
                || state.forwardsIPv6 && entry.prefix.length < 127
                    && entry.prefix.network.address.solicitedNode == group
        }
    }

    /// Whether this host is a router of a subnet that has this as its routers' anycast address (`ipv6_chk_acast_addr`).
    func hasAnycast(_ address: NetworkAddress) -> Bool { allStates.contains { $0.hasAnycast(address) } }

    /// ff02::1
    static let allNodes = NetworkAddress(ipv6High: 0xFF02 << 48, low: 1)
    /// ff02::2, ff05::2
    private static let allRouters = [
        NetworkAddress(ipv6High: 0xFF02 << 48, low: 2), NetworkAddress(ipv6High: 0xFF05 << 48, low: 2),
    ]
    private static let allHosts4 = LinkAddress(bits: 0x0100_5E00_0001)
    private static let allNodes6 = LinkAddress(bits: 0x3333_0000_0001)
    private static let allRouters6 = LinkAddress(bits: 0x3333_0000_0002)
}
