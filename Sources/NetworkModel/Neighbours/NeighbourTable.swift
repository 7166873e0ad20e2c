public import KernelControl
import LinuxABI
import PacketModel
import Trace
import SimulationCore

/// The neighbours of one device, both families.
struct NeighbourTable {
    private var entries: [NetworkAddress: Neighbour] = [:]
    /// The order in which they were made.
    private var order: [NetworkAddress] = []

    /// `gc_thresh3`: above it the kernel begins to collect, which is not modelled.
    static let limit = 1024

    var all: [Neighbour] { order.compactMap { entries[$0] } }
    var count: Int { entries.count }

    @inline(__always) subscript(address: NetworkAddress) -> Neighbour? { entries[address] }

    mutating func insert(_ neighbour: Neighbour) {
        entries[neighbour.address] = neighbour
        order.append(neighbour.address)
    }

    /// `neigh_ifdown`, `neigh_carrier_down`.
    mutating func flush(_ stack: InternetStack, keepsPermanent: Bool) {
        let kept = all.filter { keepsPermanent && $0.state == .permanent }
        let gone = all.filter { !(keepsPermanent && $0.state == .permanent) }
        entries = [:]
        order = []
        for neighbour in kept { insert(neighbour) }
        for neighbour in gone { neighbour.die(stack) }
    }
}

extension InternetStack {
    /// The neighbour that a packet by `route` goes to next (`ip_neigh_for_gw`); nil where none can be made.
    @inline(__always)
    func neighbour(_ route: Route, to destination: NetworkAddress) -> Neighbour? {
        let next = route.gateway ?? destination
        if let last = route.lastNeighbour, last.address == next, !last.isDead { return last }
        let found = neighbour(next, at: route.device)
        route.lastNeighbour = found
        return found
    }

    /// The device's neighbour with an address, made where there is none (`__neigh_create`); nil where that is not possible.
    func neighbour(_ given: NetworkAddress, at device: NetworkDevice) -> Neighbour? {
        guard let state = state(of: device) else { return nil }
        // Loopback has one entry for all.
        let address = device.flags.contains(.loopback) && !given.isIPv6 ? .anyIPv4 : given
        if let known = state.neighbours[address] { return known }
        if address.isIPv6, device.mtu < 1280 { return nil }
        guard state.neighbours.count < NeighbourTable.limit else {
            environment.notModelled("more than \(NeighbourTable.limit) neighbours of one device")
            return nil
        }
        let made = construct(address, state)
        state.neighbours.insert(made)
        return made
    }

    /// `arp_constructor`, `ndisc_constructor`: what needs no search is valid at once.
    private func construct(_ address: NetworkAddress, _ state: InternetDevice) -> Neighbour {
        let device = state.device
        let now = meter.now.nanoseconds
        let parameters = address.isIPv6 ? state.neighbourParameters6 : state.neighbourParameters4
        func valid(_ link: LinkAddress) -> Neighbour {
            Neighbour(address, device, parameters, state: .noARP, linkAddress: link, now: now)
        }
        if address.isMulticast { return valid(LinkAddress(forGroup: address)) }
        if device.flags.contains(.noARP) || device.flags.contains(.loopback) { return valid(device.address) }
        if !address.isIPv6,
            address == .broadcast || routes4.lookup(address, outputDevice: device)?.type == .broadcast
        {
            return valid(.broadcast)
        }
        return Neighbour(address, device, parameters, state: .none, linkAddress: .zero, now: now)
    }

    /// RTM_NEWNEIGH with NLM_F_EXCL: EEXIST where there is one, EINVAL for a valid state without address.
    public func addNeighbour(_ info: NeighbourInfo) throws(ControlError) {
        guard let device = namespace.device(named: info.device), let state = state(of: device) else {
            throw .errno(.ENODEV)
        }
        if state.neighbours[info.address] != nil { throw .errno(.EEXIST) }
        if info.state.isValid, info.linkAddress == nil, !device.flags.contains(.noARP) {
            throw .errno(.EINVAL, "No link layer address given")
        }
        guard let entry = neighbour(info.address, at: device) else { throw .errno(.ENOBUFS) }
        entry.update(info.linkAddress, info.state, override: true, isAdministrator: true, self)
    }

    /// RTM_GETNEIGH: by device, each in the order of their making, without those that need no search (`ip neigh`).
    public var neighbours: [NeighbourInfo] {
        allStates.flatMap { state in
            state.neighbours.all.filter { $0.state != .noARP && $0.state != .none }.map {
                NeighbourInfo(
                    address: $0.address, device: state.device.name,
                    linkAddress: $0.state.isValid ? $0.linkAddress : nil, state: $0.state)
            }
        }
    }
}
