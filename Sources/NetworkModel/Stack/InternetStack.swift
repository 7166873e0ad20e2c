import KernelControl
import LinuxABI
public import PacketModel
import Trace

/// A namespace's ARP, IPv4, IPv6, ICMP, UDP, ping and packet sockets, as Linux 6.12's net/ipv4 and net/ipv6.
///
/// IPv6 is off in a new namespace and speaks only when spoken to: no duplicate address detection, no router
/// solicitation, no multicast listener reports, no generated addresses.
@safe public final class InternetStack: ProtocolStack {
    // The namespace owns its stack, the network its namespaces, the environment the network.
    private unowned(unsafe) let namespaceReference: NetworkNamespace
    private unowned(unsafe) let networkReference: Network
    private unowned(unsafe) let environmentReference: any NetworkEnvironment
    @inline(__always) public var namespace: NetworkNamespace { unsafe namespaceReference }
    @inline(__always) var network: Network { unsafe networkReference }
    @inline(__always) var environment: any NetworkEnvironment { unsafe environmentReference }
    /// ``Network/meter`` and ``Network/isTracing``, at hand.
    let meter: WorkMeter
    let isTracing: Bool

    /// What IP knows of devices, by small index; others in ``others``.
    // One thread, and no access lasts beyond a look-up: the checks of exclusive access would cost more than the look-ups.
    @safe @exclusivity(unchecked) private var states: [InternetDevice?] = []
    @safe @exclusivity(unchecked) private var others: [UInt32: InternetDevice] = [:]

    @safe @exclusivity(unchecked) var routes4 = RouteTable()
    @safe @exclusivity(unchecked) var routes6 = RouteTable()
    @safe @exclusivity(unchecked) var outputCache = RouteCache()
    @safe @exclusivity(unchecked) var inputCache = RouteCache()
    /// Raised when an address comes or goes: remembered source addresses are chosen anew.
    @safe @exclusivity(unchecked) var addressGeneration: UInt32 = 1
    /// Path MTUs learned from ICMP, with the time that they end at (`struct fib_nh_exception`).
    @safe @exclusivity(unchecked) var pathMTUs: [NetworkAddress: (mtu: Int, expires: UInt64)] = [:]

    @safe @exclusivity(unchecked) var settings = StackSettings()
    @safe @exclusivity(unchecked) var identifications: [IdentificationBucket] = []
    @safe @exclusivity(unchecked) var flowSeed: UInt32 = 0
    var rateLimits = ICMPRateLimits()
    @safe @exclusivity(unchecked) var sockets = SocketTable()
    /// The socket that ICMP and ND messages are sent with (`icmp_sk`, `ndisc_sk`).
    lazy var controlSocket = NetworkSocket(stack: self, family: .ipv4, type: 3, protocolNumber: IPProtocol.icmp)
    lazy var controlSocket6 = NetworkSocket(stack: self, family: .ipv6, type: 3, protocolNumber: IPProtocol.icmpv6)

    public init(namespace: NetworkNamespace) {
        unsafe namespaceReference = namespace
        unsafe networkReference = namespace.network
        unsafe environmentReference = namespace.network.environment
        meter = namespace.network.meter
        isTracing = namespace.network.isTracing
    }

    // MARK: Devices

    /// IP's state of a device of this namespace.
    @inline(__always) func state(of device: NetworkDevice) -> InternetDevice? {
        let index = Int(device.index)
        return index < states.count ? states[index] : others[device.index]
    }

    /// IP's states by device index.
    var allStates: [InternetDevice] {
        states.compactMap { $0 } + others.values.sorted { $0.device.index < $1.device.index }
    }

    private func setState(_ state: InternetDevice?, of device: NetworkDevice) {
        let index = Int(device.index)
        if index < 4096 {
            while states.count <= index { states.append(nil) }
            states[index] = state
        } else {
            others[device.index] = state
        }
    }

    public func deviceChanged(_ device: NetworkDevice, _ change: DeviceChange) {
        noteGroupReports(device, change)
        switch change {
        case .registered:
            setState(InternetDevice(device, settings: settings), of: device)
        case .unregistered:
            guard let state = state(of: device) else { return }
            goDown(state)
            state.neighbours.flush(self, keepsPermanent: false)
            routes4.remove { $0.owner === device || $0.device === device }
            routes6.remove { $0.owner === device || $0.device === device }
            forgetRoutes()
            setState(nil, of: device)
        case .up: if let state = state(of: device) { goUp(state) }
        case .down: if let state = state(of: device) { goDown(state) }
        case .address:
            // neigh_changeaddr: entries were made for the old address.
            state(of: device)?.neighbours.flush(self, keepsPermanent: false)
        case .carrier:
            // neigh_carrier_down keeps permanent entries.
            if !device.hasCarrier { state(of: device)?.neighbours.flush(self, keepsPermanent: true) }
        case .mtu:
            guard let state = state(of: device) else { return }
            // addrconf_notify: below 1280 bytes the device leaves IPv6.
            if device.mtu < 1280, !state.ipv6.isEmpty { removeIPv6(state) }
        case .name, .attributes: break
        }
    }

    /// Linux tells the link of IPv6 groups that a device joins again or leaves (MLD); what it tells when the device first comes
    /// up is over before anybody looks.
    private func noteGroupReports(_ device: NetworkDevice, _ change: DeviceChange) {
        guard let state = state(of: device), device.type != HardwareType.loopback else { return }
        switch change {
        case .up, .carrier:
            guard device.isUp, device.hasCarrier else { return }
            if state.hasAnnouncedGroups, state.hasGroupsToTellOf { groupReportsAreNotModelled(device) }
            state.hasAnnouncedGroups = true
        case .attributes:
            // "Resend MLD reports, we might have roamed" (addrconf_notify).
            if device.hasCarrier, state.hasAnnouncedGroups, state.hasGroupsToTellOf {
                groupReportsAreNotModelled(device)
            }
        case .down, .unregistered:
            if state.hasAnnouncedGroups, state.hasGroupsToTellOf, device.isUp || change == .down {
                groupReportsAreNotModelled(device)
            }
        default: break
        }
    }

    private func groupReportsAreNotModelled(_ device: NetworkDevice) {
        environment.notModelled(
            "reports of IPv6 groups: \(device.name) has IPv6 addresses, and goes up or down or is changed")
    }

    /// Forgets remembered routes and learned path MTUs (`rt_cache_flush`).
    func forgetRoutes() {
        routes4.invalidate()
        routes6.invalidate()
        outputCache.clear()
        inputCache.clear()
        addressGeneration &+= 1
    }

    // MARK: Receive

    public func handles(_ etherType: UInt16) -> Bool {
        etherType == EtherType.ipv4 || etherType == EtherType.arp || etherType == EtherType.ipv6
    }

    public func receive(_ packet: SocketBuffer) {
        switch packet.networkProtocol {
        case EtherType.ipv4: receiveIPv4(packet)
        case EtherType.ipv6: receiveIPv6(packet)
        default: receiveARP(packet)
        }
    }

    // MARK: Helpers

    @inline(__always)
    func drop(_ packet: SocketBuffer, _ reason: DropReason, at place: StaticString, device: NetworkDevice? = nil) {
        network.drop(packet, reason, at: place, in: namespace, device: device)
    }

    /// Records a step of the stack, which is at no device.
    @inline(__always) func trace(_ step: @autoclosure () -> TraceStep, _ packet: SocketBuffer?) {
        let environment = self.environment
        if isTracing { environment.trace(step(), packet, namespace: namespace, device: nil) }
    }

    /// An empty packet with `headroom` reserved, of which `count` bytes are put; nil where memory is full.
    func makePacket(headroom: Int, count: Int, room: Int) -> SocketBuffer? {
        let environment = self.environment
        guard
            let packet = SocketBuffer(
                arena: environment.arena, capacity: headroom + count + room, number: environment.nextPacketNumber())
        else { return nil }
        packet.reserve(headroom)
        packet.put(count)
        return packet
    }
}
