public import KernelControl
import LinuxABI
public import PacketModel

/// RTM_NEWADDR and RTM_NEWROUTE.
extension InternetStack {
    /// Gives a device an address: a local route, and while the device is up one to its subnet.
    ///
    /// EEXIST where the device has it, EINVAL for an impossible prefix, EACCES for IPv6 where it is switched off. IPv6
    /// addresses are valid at once (`nodad`).
    public func addAddress(_ prefix: NetworkPrefix, to device: NetworkDevice) throws(ControlError) {
        guard let state = state(of: device) else { throw .errno(.ENODEV) }
        guard (0...prefix.address.bitCount).contains(prefix.length) else { throw .errno(.EINVAL) }
        if prefix.address.isIPv6 { try addIPv6(prefix, state) } else { try addIPv4(prefix, state) }
        forgetRoutes()
    }

    /// `inet_insert_ifa`.
    private func addIPv4(_ prefix: NetworkPrefix, _ state: InternetDevice) throws(ControlError) {
        var entry = InterfaceAddress(prefix: prefix)
        for other in state.ipv4 where other.prefix.length == prefix.length && other.prefix.contains(prefix.address) {
            if other.address == prefix.address { throw .errno(.EEXIST, "ipv4: Address already assigned") }
            entry.isSecondary = true
        }
        state.ipv4.append(entry)
        addRoutes4(entry, state)
    }

    /// `fib_add_ifaddr`.
    private func addRoutes4(_ entry: InterfaceAddress, _ state: InternetDevice) {
        let device = state.device
        let primary =
            state.ipv4.first {
                !$0.isSecondary && $0.prefix.length == entry.prefix.length && $0.prefix.contains(entry.address)
            } ?? entry
        func add(_ type: RouteType, _ prefix: NetworkPrefix, toLocal isLocal: Bool) {
            let out = type == .local ? namespace.loopback ?? device : device
            _ = routes4.add(
                Route(
                    type, to: prefix, device: out, owner: device, preferredSource: primary.address, isAutomatic: true),
                toLocal: isLocal)
        }
        add(.local, NetworkPrefix(address: entry.address, length: 32), toLocal: true)
        guard device.isUp else { return }
        let network = entry.prefix.network
        guard network.address.ipv4 >> 24 != 0, !entry.isSecondary,
            network.address != entry.address || network.length < 32
        else { return }
        let isLoopback = device.flags.contains(.loopback)
        add(isLoopback ? .local : .unicast, network, toLocal: isLoopback)
        if network.length < 31 {
            let broadcast = NetworkAddress(ipv4: network.address.ipv4 | (UInt32.max >> UInt32(network.length)))
            add(.broadcast, NetworkPrefix(address: broadcast, length: 32), toLocal: true)
        }
    }

    /// `inet6_addr_add`.
    private func addIPv6(_ prefix: NetworkPrefix, _ state: InternetDevice) throws(ControlError) {
        if state.isIPv6Disabled { throw .errno(.EACCES, "ipv6: IPv6 is disabled on this device") }
        if !state.hasIPv6 { throw .errno(.ENOBUFS, "ipv6: No IPv6 on this device") }
        if prefix.address.isMulticast { throw .errno(.EADDRNOTAVAIL, "ipv6: Cannot assign multicast address") }
        if state.hasAddress(prefix.address) { throw .errno(.EEXIST, "ipv6: address already assigned") }
        let entry = InterfaceAddress(prefix: prefix)
        state.ipv6.append(entry)
        if state.device.isUp { addRoutes6(entry, state) }
    }

    private func addRoutes6(_ entry: InterfaceAddress, _ state: InternetDevice) {
        let device = state.device
        let out = namespace.loopback ?? device
        _ = routes6.add(
            Route(
                .local, to: NetworkPrefix(address: entry.address, length: 128), device: out, owner: device,
                isAutomatic: true),
            toLocal: true)
        if entry.prefix.length < 128 {
            _ = routes6.addSideBySide(Route(.unicast, to: entry.prefix.network, device: device, isAutomatic: true))
        }
    }

    /// NETDEV_UP: subnets become reachable; loopback gets its own addresses.
    func goUp(_ state: InternetDevice) {
        let device = state.device
        if device.flags.contains(.loopback) {
            if state.ipv4.isEmpty {
                let own = NetworkPrefix(address: NetworkAddress(ipv4: 0x7F00_0001), length: 8)
                state.ipv4.append(InterfaceAddress(prefix: own))
            }
            if state.hasIPv6 { addLoopback6(state) }
        }
        for entry in state.ipv4 { addRoutes4(entry, state) }
        for entry in state.ipv6 { addRoutes6(entry, state) }
        if state.hasIPv6 { addGroupRoute6(device) }
        forgetRoutes()
    }

    private func addLoopback6(_ state: InternetDevice) {
        let own = NetworkAddress(ipv6High: 0, low: 1)
        if !state.hasAddress(own) {
            state.ipv6.append(InterfaceAddress(prefix: NetworkPrefix(address: own, length: 128)))
        }
    }

    /// ff00::/8 by each device (`addrconf_add_mroute`).
    private func addGroupRoute6(_ device: NetworkDevice) {
        if device.flags.contains(.loopback) { return }
        let groups = NetworkPrefix(address: NetworkAddress(ipv6High: 0xFF << 56, low: 0), length: 8)
        _ = routes6.add(Route(.multicast, to: groups, device: device, isAutomatic: true), toLocal: true)
    }

    /// NETDEV_DOWN: IPv4 keeps addresses and their local routes, IPv6 loses its addresses (`fib_disable_ip`,
    /// `addrconf_ifdown`).
    func goDown(_ state: InternetDevice) {
        let device = state.device
        routes4.remove { $0.owner === device && !($0.type == .local && $0.destination.length == 32) }
        removeIPv6(state)
        state.neighbours.flush(self, keepsPermanent: false)
        forgetRoutes()
    }

    func removeIPv6(_ state: InternetDevice) {
        state.ipv6.removeAll()
        routes6.remove { $0.owner === state.device }
        forgetRoutes()
    }

    /// `net.ipv6.conf.DEV.disable_ipv6` written.
    func setIPv6Disabled(_ isDisabled: Bool, _ state: InternetDevice) {
        guard state.isIPv6Disabled != isDisabled else { return }
        state.isIPv6Disabled = isDisabled
        if isDisabled {
            removeIPv6(state)
        } else if state.device.isUp, state.hasIPv6 {
            if state.device.flags.contains(.loopback) {
                addLoopback6(state)
                for entry in state.ipv6 { addRoutes6(entry, state) }
            }
            addGroupRoute6(state.device)
            forgetRoutes()
        }
    }

    /// Adds a unicast route to the main table (`fib_table_insert`, `ip6_route_add`); refuses as they do: EINVAL for bits
    /// behind the prefix or a preferred source that is not ours, ENODEV, ENETDOWN, ENETUNREACH for a gateway that is on no
    /// link, EEXIST.
    public func addRoute(_ request: NewRoute) throws(ControlError) {
        let prefix = request.destination
        let isIPv6 = prefix.address.isIPv6
        guard (0...prefix.address.bitCount).contains(prefix.length) else { throw .errno(.EINVAL) }
        guard isIPv6 || prefix.network == prefix else {
            throw .errno(.EINVAL, "Invalid prefix for given prefix length")
        }
        var device: NetworkDevice?
        if let name = request.device {
            guard let found = namespace.device(named: name) else { throw .errno(.ENODEV, "Cannot find device \(name)") }
            device = found
        }
        var gateway = request.gateway
        if let given = gateway {
            if !isIPv6, let own = routes4.local.first(where: { $0.type == .local && $0.destination.contains(given) }),
                device == nil || own.owner === device
            {
                // A gateway that is our own address says that the destination is on that device's link (`rt_set_nexthop`).
                device = own.owner
                gateway = nil
            } else {
                device = try gatewayDevice(given, device, isIPv6: isIPv6)
            }
        }
        guard let device, let state = state(of: device) else { throw .errno(.ENODEV) }
        if isIPv6, state.isIPv6Disabled { throw .errno(.EACCES, "IPv6 is disabled on nexthop device") }
        guard device.isUp else {
            throw .errno(.ENETDOWN, isIPv6 ? "Nexthop device is not up" : "Device for nexthop is not up")
        }
        if let source = request.source {
            let isOurs = isIPv6 ? allStates.contains { $0.hasAddress(source) } : routes4.isLocal(source)
            guard isOurs else { throw .errno(.EINVAL, isIPv6 ? "Invalid source address" : "Invalid prefsrc address") }
        }
        let route = Route(
            .unicast, to: prefix.network, device: device, gateway: gateway, preferredSource: request.source)
        let isNew = isIPv6 ? routes6.addSideBySide(route) : routes4.add(route, toLocal: false)
        guard isNew else { throw .errno(.EEXIST) }
        forgetRoutes()
    }

    /// The device by which a gateway is on the link (`fib_check_nh_v4_gw`, `ip6_route_check_nh`).
    private func gatewayDevice(
        _ gateway: NetworkAddress, _ device: NetworkDevice?, isIPv6: Bool
    ) throws(ControlError) -> NetworkDevice {
        guard gateway.isIPv6 == isIPv6 else { throw .notModelled("a gateway of the other family") }
        if isIPv6, gateway.isLinkLocal {
            guard let device else { throw .errno(.ENODEV) }
            return device
        }
        let table = isIPv6 ? routes6 : routes4
        let found = table.main.first {
            $0.gateway == nil && $0.destination.contains(gateway) && (device == nil || $0.owner === device)
        }
        guard let found else {
            throw .errno(isIPv6 ? .EHOSTUNREACH : .ENETUNREACH, isIPv6 ? "" : "Nexthop has invalid gateway")
        }
        return found.device
    }
}
