import LinuxABI
import PacketModel
import Trace
import SimulationCore

/// A route with the source address to use by it.
struct OutputRoute {
    let route: Route
    let source: NetworkAddress
}

extension InternetStack {
    /// The route of an outgoing IPv4 packet (`ip_route_output_key_hash_rcu`).
    ///
    /// `source` unspecified means that one is chosen; it may stay so where no device has an address. With `device` given
    /// only routes by it count, and a destination without any is taken to be on its link. Throws ENETUNREACH, EINVAL for a
    /// source that is not ours unless `anySource`.
    func outputRoute4(
        to given: NetworkAddress, source: NetworkAddress, device: NetworkDevice?, anySource: Bool = false
    ) throws(KernelErrno) -> OutputRoute {
        var destination = given
        var chosen = source
        if !source.isUnspecified {
            if source.isMulticast || source == .broadcast || source.ipv4 >> 24 == 0 { throw .EINVAL }
            if !anySource, !routes4.isLocal(source) { throw .EINVAL }
            // Without a device, a limited broadcast leaves by the one that has the source address.
            if device == nil, destination == .broadcast, let owner = owner4(of: source) {
                return OutputRoute(route: groupRoute(destination, owner), source: source)
            }
        }
        if let device {
            if !device.isUp || state(of: device) == nil { throw .ENETUNREACH }
            if destination == .broadcast || destination.ipv4 >> 8 == 0xE00000 {
                if chosen.isUnspecified { chosen = selectAddress4(device, toward: .anyIPv4, linkScope: true) }
                return OutputRoute(route: groupRoute(destination, device), source: chosen)
            }
            if chosen.isUnspecified, destination.isMulticast {
                chosen = selectAddress4(device, toward: .anyIPv4, linkScope: false)
            }
        }
        if destination.isUnspecified {
            destination = chosen.isUnspecified ? NetworkAddress(ipv4: 0x7F00_0001) : chosen
            guard let loopback = namespace.loopback else { throw .ENETUNREACH }
            let route = Route(.local, to: NetworkPrefix(address: destination, length: 32), device: loopback)
            return OutputRoute(route: route, source: chosen.isUnspecified ? destination : chosen)
        }
        let key = device?.index ?? 0
        let route: Route
        if let known = outputCache.lookup(destination, device: key, generation: routes4.generation) {
            route = known
        } else {
            route = try findRoute4(destination, device)
            outputCache.remember(route, destination, device: key, generation: routes4.generation)
        }
        if chosen.isUnspecified { chosen = sourceAddress4(route, destination) }
        return OutputRoute(route: route, source: chosen)
    }

    private func findRoute4(_ destination: NetworkAddress, _ device: NetworkDevice?) throws(KernelErrno) -> Route {
        if let route = routes4.lookup(destination, outputDevice: device) { return route }
        // "Apparently, routing tables are wrong": with a device named, the destination is on its link.
        guard let device else { throw .ENETUNREACH }
        let whole = NetworkPrefix(address: destination, length: 32)
        return Route(destination.isMulticast ? .multicast : .unicast, to: whole, device: device)
    }

    /// The device that has an address (`__ip_dev_find`).
    private func owner4(of address: NetworkAddress) -> NetworkDevice? {
        for state in allStates where state.ipv4.contains(where: { $0.address == address }) { return state.device }
        return nil
    }

    /// The route of a broadcast or link-local multicast packet by a device.
    private func groupRoute(_ destination: NetworkAddress, _ device: NetworkDevice) -> Route {
        Route(
            destination.isMulticast ? .multicast : .broadcast, to: NetworkPrefix(address: destination, length: 32),
            device: device)
    }

    /// `fib_result_prefsrc`, and for local destinations the address itself.
    private func sourceAddress4(_ route: Route, _ destination: NetworkAddress) -> NetworkAddress {
        if let preferred = route.preferredSource { return preferred }
        if route.type == .local { return destination }
        if let source = route.source, source.generation == addressGeneration { return source.address }
        let chosen = selectAddress4(route.device, toward: route.gateway ?? .anyIPv4, linkScope: route.gateway == nil)
        route.source = (chosen, addressGeneration)
        return chosen
    }

    /// The address to speak with by `device` to `other` (`inet_select_addr`); 0.0.0.0 where there is none.
    func selectAddress4(_ device: NetworkDevice, toward other: NetworkAddress, linkScope: Bool) -> NetworkAddress {
        var first: NetworkAddress?
        if let state = state(of: device) {
            for entry in state.ipv4 where !entry.isSecondary && !entry.isHostScope {
                if other.isUnspecified || entry.prefix.contains(other) { return entry.address }
                if first == nil { first = entry.address }
            }
        }
        if let first { return first }
        for state in allStates {
            for entry in state.ipv4 where !entry.isSecondary && !entry.isHostScope { return entry.address }
        }
        return .anyIPv4
    }

    /// The route of an outgoing IPv6 packet (`ip6_dst_lookup_tail`). Throws ENETUNREACH where there is none, and
    /// EADDRNOTAVAIL where no source address can be chosen.
    func outputRoute6(
        to destination: NetworkAddress, source: NetworkAddress, device: NetworkDevice?
    ) throws(KernelErrno) -> OutputRoute {
        // ip6_route_output_flags: who knows its source only prefers a device.
        let prefers = !(source.isUnspecified || destination.isLinkLocal || destination.isMulticast)
        let key = device.map { $0.index | (prefers ? 0x8000_0000 : 0) } ?? 0
        let route: Route
        if let known = outputCache.lookup(destination, device: key, generation: routes6.generation) {
            route = known
        } else {
            let match =
                if let device, prefers {
                    routes6.lookup(destination, preferring: device)
                } else {
                    routes6.lookup(destination, outputDevice: device)
                }
            guard let found = match else {
                // ip6_route_get_saddr comes first: without a route, any device's address will do for it.
                let isNear = destination.isLinkLocal || destination.isMulticast
                if source.isUnspecified, isNear || !allStates.contains(where: { $0.hasIPv6 && !$0.ipv6.isEmpty }) {
                    throw .EADDRNOTAVAIL
                }
                throw .ENETUNREACH
            }
            route = found
            outputCache.remember(route, destination, device: key, generation: routes6.generation)
        }
        if !source.isUnspecified { return OutputRoute(route: route, source: source) }
        if let preferred = route.preferredSource { return OutputRoute(route: route, source: preferred) }
        guard let chosen = selectAddress6(route.owner, toward: destination) else { throw .EADDRNOTAVAIL }
        return OutputRoute(route: route, source: chosen)
    }

    /// The source address for a destination (`ipv6_dev_get_saddr`): the destination itself, then its scope, then the
    /// outgoing device, then the label, then the longest common prefix (RFC 6724, rules 1, 2, 5, 6, 8), then a device's
    /// newest. For link-local and multicast destinations only the device's own count.
    func selectAddress6(_ device: NetworkDevice, toward destination: NetworkAddress) -> NetworkAddress? {
        let onlyDevice = destination.isLinkLocal || destination.isMulticast
        let scope = Self.scope6(destination)
        let label = Self.label6(destination)
        var best: (address: NetworkAddress, score: (Int, Int, Int, Int, Int))?
        for state in allStates where state.hasIPv6 && (!onlyDevice || state.device === device) {
            // ipv6_link_dev_addr puts an address in front of the others of its scope.
            for entry in state.ipv6.reversed() {
                let own = Self.scope6(entry.address)
                let common = (entry.address.high ^ destination.high).leadingZeroBitCount
                // Within the destination's scope or beyond it the smaller is better, short of it the larger.
                let fitness = own >= scope ? 100 - own : own - 100
                let score = (
                    entry.address == destination ? 1 : 0, fitness, state.device === device ? 1 : 0,
                    Self.label6(entry.address) == label ? 1 : 0,
                    common < 64
                        ? min(common, entry.prefix.length)
                        : min(64 + (entry.address.low ^ destination.low).leadingZeroBitCount, entry.prefix.length)
                )
                if let best, best.score >= score { continue }
                best = (entry.address, score)
            }
        }
        return best?.address
    }

    /// The kernel's policy table of address selection (`ip6addrlbl_init_table`).
    private static func label6(_ address: NetworkAddress) -> Int {
        if address.isLoopback { return 0 }
        if address.high == 0 {
            if address.low >> 32 == 0 { return 3 }
            if address.low >> 32 == 0xFFFF { return 4 }
        }
        if address.high >> 36 == 0x200_1001 { return 7 }
        switch address.high >> 48 {
        case 0x2001 where address.high >> 32 & 0xFFFF == 0: return 6
        case 0x2002: return 2
        case 0x3FFE: return 12
        case 0xFEC0...0xFEFF: return 11
        case 0xFC00...0xFDFF: return 5
        default: return 1
        }
    }

    /// Scopes as RFC 4007 numbers them: 1 node, 2 link, 14 global.
    private static func scope6(_ address: NetworkAddress) -> Int {
        if address.isMulticast { return Int(address.high >> 48 & 15) }
        if address.isLoopback { return 1 }
        return address.isLinkLocal ? 2 : 14
    }

    /// The largest packet by a route (`ip_dst_mtu_maybe_forward` with `forwards`, which ignores what ICMP told).
    @inline(__always) func mtu(_ route: Route, to destination: NetworkAddress, forwards: Bool = false) -> Int {
        let own = min(Int(route.device.mtu), 65535)
        if forwards || pathMTUs.isEmpty { return own }
        guard let learned = pathMTUs[destination] else { return own }
        if learned.expires <= meter.now.nanoseconds {
            pathMTUs[destination] = nil
            return own
        }
        return min(own, learned.mtu)
    }
}
