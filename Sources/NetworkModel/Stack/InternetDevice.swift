import LinuxABI
import PacketModel

/// An address of a device (`struct in_ifaddr`, `struct inet6_ifaddr`).
struct InterfaceAddress: Hashable {
    var prefix: NetworkPrefix
    /// In the subnet of an earlier address of the device (IFA_F_SECONDARY).
    var isSecondary = false

    var address: NetworkAddress { prefix.address }

    /// RT_SCOPE_HOST for loopback's addresses, RT_SCOPE_LINK for link-local IPv6, else universe.
    var isHostScope: Bool { address.isLoopback }
}

/// What IP knows of a device (`struct in_device` and `struct inet6_dev` with their `devconf`).
final class InternetDevice {
    let device: NetworkDevice
    @safe @exclusivity(unchecked) var ipv4: [InterfaceAddress] = []
    @safe @exclusivity(unchecked) var ipv6: [InterfaceAddress] = []
    @safe @exclusivity(unchecked) var neighbours = NeighbourTable()
    let neighbourParameters4 = NeighbourParameters()
    let neighbourParameters6 = NeighbourParameters()
    /// `net.ipv4.conf.DEV.forwarding`.
    @safe @exclusivity(unchecked) var forwardsIPv4: Bool
    /// `net.ipv4.conf.DEV.arp_ignore` is 8: it answers for no address (`arp_ignore`).
    @safe @exclusivity(unchecked) var ignoresARP = false
    /// `net.ipv4.conf.DEV.send_redirects`.
    @safe @exclusivity(unchecked) var sendsRedirects: Bool
    /// `net.ipv6.conf.DEV.forwarding`.
    @safe @exclusivity(unchecked) var forwardsIPv6: Bool
    /// `net.ipv6.conf.DEV.disable_ipv6`.
    @safe @exclusivity(unchecked) var isIPv6Disabled: Bool
    /// Whether it has been up with a carrier: Linux has told the link of its groups by then.
    var hasAnnouncedGroups = false

    init(_ device: NetworkDevice, settings: StackSettings) {
        self.device = device
        forwardsIPv4 = settings.forwardsIPv4Default
        sendsRedirects = settings.sendsRedirectsDefault
        forwardsIPv6 = settings.forwardsIPv6Default
        isIPv6Disabled = settings.isIPv6DisabledDefault
    }

    /// Whether IPv6 is in use here: a device with an MTU below 1280 has no `inet6_dev`.
    var hasIPv6: Bool { device.mtu >= 1280 && !isIPv6Disabled }

    /// Whether it is in multicast groups that it tells of: none without ARP, unless a router's
    /// (`addrconf_join_solict`, `addrconf_forward_change`).
    var hasGroupsToTellOf: Bool { !ipv6.isEmpty && (!device.flags.contains(.noARP) || forwardsIPv6) }

    /// Whether an IPv6 address is this device's (`ipv6_chk_addr` with strict).
    func hasAddress(_ address: NetworkAddress) -> Bool {
        (address.isIPv6 ? ipv6 : ipv4).contains { $0.address == address }
    }

    /// Whether this is the address of all routers of one of the device's subnets (`addrconf_join_anycast`).
    func hasAnycast(_ address: NetworkAddress) -> Bool {
        forwardsIPv6 && ipv6.contains { $0.prefix.length < 127 && $0.prefix.network.address == address }
    }
}
