import LinuxABI
import PacketModel

/// Where a received packet goes.
enum InputDecision {
    /// To this host, by a local or broadcast route.
    case deliver(Route)
    case forward(Route)
    /// Nowhere; where this host routes, the sender hears of it.
    case unreachable(KernelErrno)
    /// Addresses that no packet may have on its way in (a "martian").
    case martian
}

extension InternetStack {
    /// The way of a received IPv4 packet (`ip_route_input_slow`), with rp_filter 0 and accept_local off.
    func inputRoute4(
        source: NetworkAddress, destination: NetworkAddress, device: NetworkDevice
    ) -> InputDecision {
        guard let state = state(of: device) else { return .martian }
        let isLoopback = device.flags.contains(.loopback)
        if source.isMulticast || source == .broadcast { return .martian }
        if destination == .broadcast || destination.isUnspecified && source.isUnspecified {
            return .deliver(groupInput(.broadcast, destination, device))
        }
        if destination.isMulticast {
            // ip_check_mc_rcu: 224.0.0.1 is the only group that devices join by themselves.
            return destination.ipv4 == 0xE000_0001 ? .deliver(groupInput(.multicast, destination, device)) : .martian
        }
        if source.ipv4 >> 24 == 0 || destination.ipv4 >> 24 == 0 { return .martian }
        if !isLoopback, source.isLoopback || destination.isLoopback { return .martian }
        let route: Route
        if let known = inputCache.lookup(destination, device: 0, generation: routes4.generation) {
            route = known
        } else {
            guard let found = routes4.lookup(destination, outputDevice: nil) else {
                return .unreachable(state.forwardsIPv4 ? .ENETUNREACH : .EHOSTUNREACH)
            }
            route = asInput(found)
            inputCache.remember(route, destination, device: 0, generation: routes4.generation)
        }
        // A host that doesn't forward asks no more.
        if route.type == .unicast, !state.forwardsIPv4 { return .unreachable(.EHOSTUNREACH) }
        // fib_validate_source: a packet from one of our own addresses has not come from outside.
        if !isLoopback, isOwnAddress4(source) { return .martian }
        switch route.type {
        case .local, .broadcast: return .deliver(route)
        case .multicast: return .martian
        case .unicast: return .forward(route)
        }
    }

    /// `inet_lookup_ifaddr_rcu`.
    private func isOwnAddress4(_ address: NetworkAddress) -> Bool {
        routes4.local.contains { $0.type == .local && $0.destination.address == address }
    }

    /// The same route as a packet's way in.
    private func asInput(_ route: Route) -> Route {
        Route(
            route.type, to: route.destination, device: route.device, owner: route.owner, gateway: route.gateway,
            preferredSource: route.preferredSource, isInput: true)
    }

    private func groupInput(_ type: RouteType, _ address: NetworkAddress, _ device: NetworkDevice) -> Route {
        Route(type, to: NetworkPrefix(address: address, length: address.bitCount), device: device, isInput: true)
    }

    /// The way of a received IPv6 packet (`ip6_route_input`).
    func inputRoute6(destination: NetworkAddress, device: NetworkDevice) -> InputDecision {
        if destination.isMulticast {
            return hasJoined(destination, on: device) ? .deliver(groupInput(.multicast, destination, device)) : .martian
        }
        if let known = inputCache.lookup(destination, device: 0, generation: routes6.generation) {
            return known.type == .unicast ? .forward(known) : .deliver(known)
        }
        if hasAnycast(destination), !allStates.contains(where: { $0.hasAddress(destination) }) {
            return .deliver(groupInput(.local, destination, device))
        }
        guard let found = routes6.lookup(destination, outputDevice: nil) else { return .unreachable(.ENETUNREACH) }
        let route = asInput(found)
        inputCache.remember(route, destination, device: 0, generation: routes6.generation)
        return route.type == .unicast ? .forward(route) : .deliver(route)
    }
}
