import PacketModel

/// The routes of one family in a namespace: Linux's local table, then its main table, longest prefix first.
struct RouteTable {
    /// Local addresses and broadcasts, longest prefix first (table local).
    private(set) var local: [Route] = []
    /// The others (table main).
    private(set) var main: [Route] = []
    /// Raised with every change, so that what was remembered is looked up again.
    private(set) var generation: UInt32 = 1

    /// The first route that matches: with `outputDevice`, one whose next hop is there (`fib_table_lookup`,
    /// `ip6_pol_route`).
    func lookup(_ address: NetworkAddress, outputDevice: NetworkDevice?) -> Route? {
        Self.match(local, address, outputDevice) ?? Self.match(main, address, outputDevice)
    }

    private static func match(_ routes: [Route], _ address: NetworkAddress, _ device: NetworkDevice?) -> Route? {
        for route in routes where route.destination.contains(address) {
            if let device, route.owner !== device { continue }
            return route
        }
        return nil
    }

    /// The route whose prefix is the longest, of several to it the one that leaves by a device (`rt6_select` without
    /// RT6_LOOKUP_F_IFACE): another device's longer prefix goes first.
    func lookup(_ address: NetworkAddress, preferring device: NetworkDevice) -> Route? {
        for table in [local, main] {
            guard let longest = Self.match(table, address, nil) else { continue }
            return table.first { $0.destination == longest.destination && $0.owner === device } ?? longest
        }
        return nil
    }

    /// Whether an address is one of this namespace's (`inet_addr_type` == RTN_LOCAL).
    func isLocal(_ address: NetworkAddress) -> Bool { Self.match(local, address, nil)?.type == .local }

    /// Adds a route behind those of the same length (NLM_F_APPEND's place; the first of equal ones is used). False where
    /// the main table has one to the same prefix, since the kernel's tables hold one of each priority and TOS.
    mutating func add(_ route: Route, toLocal isLocal: Bool) -> Bool {
        generation &+= 1
        var table = isLocal ? local : main
        let isTaken = table.contains {
            $0.destination == route.destination && (!isLocal || $0.type == route.type && $0.owner === route.owner)
        }
        if isTaken { return false }
        let index = table.firstIndex { $0.destination.length < route.destination.length } ?? table.count
        table.insert(route, at: index)
        if isLocal { local = table } else { main = table }
        return true
    }

    /// Adds an IPv6 route: equal prefixes on other devices may stand side by side.
    mutating func addSideBySide(_ route: Route) -> Bool {
        if main.contains(where: { $0.destination == route.destination && $0.owner === route.owner }) { return false }
        generation &+= 1
        let index = main.firstIndex { $0.destination.length < route.destination.length } ?? main.count
        main.insert(route, at: index)
        return true
    }

    /// Removes what `isGone` says.
    mutating func remove(where isGone: (Route) -> Bool) {
        generation &+= 1
        local.removeAll(where: isGone)
        main.removeAll(where: isGone)
    }

    /// Forgets what was remembered without changing a route.
    mutating func invalidate() { generation &+= 1 }
}

/// Answers of recent look-ups by destination and output device: a route look-up of a flow that goes on costs one compare.
struct RouteCache {
    struct Entry {
        var address = NetworkAddress.anyIPv4
        var device: UInt32 = 0
        var generation: UInt32 = 0
        var route: Route?
    }

    private var entries = [Entry](repeating: Entry(), count: 64)

    private static func slot(_ address: NetworkAddress, _ device: UInt32) -> Int {
        let mixed =
            (address.high ^ address.low &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(device) << 40) &* 0xBF58_476D_1CE4_E5B9
        return Int(mixed >> 58)
    }

    func lookup(_ address: NetworkAddress, device: UInt32, generation: UInt32) -> Route? {
        let entry = entries[Self.slot(address, device)]
        guard entry.generation == generation, entry.address == address, entry.device == device else { return nil }
        return entry.route
    }

    mutating func remember(_ route: Route, _ address: NetworkAddress, device: UInt32, generation: UInt32) {
        entries[Self.slot(address, device)] = Entry(
            address: address, device: device, generation: generation, route: route)
    }

    /// Lets go of all routes, so that devices can end.
    mutating func clear() { entries = [Entry](repeating: Entry(), count: 64) }
}
