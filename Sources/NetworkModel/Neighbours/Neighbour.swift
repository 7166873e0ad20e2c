import KernelControl
import LinuxABI
import PacketModel
import SimulationCore
import Trace

/// A neighbour of a device: its link-layer address, or the search for it (`struct neighbour`).
///
///     none/failed ─send→ incomplete ─answer→ reachable ─time→ stale ─send→ delay ─5 s→ probe ─answer→ reachable
///                            └──3 probes, 1 s apart──→ failed ←──────────3 probes───────┘
final class Neighbour {
    // Accesses are single loads and stores of one thread: no check of exclusive access is needed.
    let address: NetworkAddress
    let device: NetworkDevice
    private let parameters: NeighbourParameters
    @safe @exclusivity(unchecked) var state: NeighbourState
    @safe @exclusivity(unchecked) var linkAddress: LinkAddress
    /// Packets that wait for the address, oldest first (`arp_queue`).
    @safe @exclusivity(unchecked) private(set) var parked: [SocketBuffer] = []
    @safe @exclusivity(unchecked) private var parkedBytes = 0
    @safe @exclusivity(unchecked) private var probes = 0
    /// Nanoseconds: last proof that it is there (at first long before the beginning), last use, last change.
    @safe @exclusivity(unchecked) private var confirmed: Int64
    @safe @exclusivity(unchecked) private var used: UInt64 = 0
    @safe @exclusivity(unchecked) private(set) var updated: UInt64 = 0
    @safe @exclusivity(unchecked) private var timer: EventToken?
    /// Removed from its table.
    @safe @exclusivity(unchecked) private(set) var isDead = false

    init(
        _ address: NetworkAddress, _ device: NetworkDevice, _ parameters: NeighbourParameters, state: NeighbourState,
        linkAddress: LinkAddress, now: UInt64
    ) {
        self.address = address
        self.device = device
        self.parameters = parameters
        self.state = state
        self.linkAddress = linkAddress
        used = now
        updated = now
        confirmed = Int64(now) - 2 * Int64(parameters.baseReachable)
    }

    // MARK: Output

    /// Sends a packet whose data begins at the network header to this neighbour, or parks it (`neigh_output`). Consumes it.
    @inline(__always)
    func output(_ packet: SocketBuffer, _ stack: InternetStack) -> TransmitResult {
        if !state.isConnected, !makeUsable(packet, stack) { return .success }
        return transmit(packet, stack)
    }

    private func transmit(_ packet: SocketBuffer, _ stack: InternetStack) -> TransmitResult {
        let network = device.network
        network.meter.charge(.neighbourOutput)
        if packet.headroom < EthernetHeader.byteCount,
            !packet.expand(headroom: device.linkLayerReservedSpace, tailroom: 0)
        {
            stack.drop(packet, .notSpecified, at: "neigh_resolve_output", device: device)
            return .failure(.ENOMEM)
        }
        packet.push(EthernetHeader.byteCount)
        let header = unsafe EthernetHeader(writingAt: packet.data)
        header.destination = linkAddress
        header.source = device.address
        header.type = packet.networkProtocol
        network.trace(
            .neighbour(address: address.description, linkAddress: linkAddress.description), packet, at: device)
        return network.transmit(packet)
    }

    /// `__neigh_event_send`: true where the packet can go now; else it is parked or freed, and the search is on.
    private func makeUsable(_ packet: SocketBuffer?, _ stack: InternetStack) -> Bool {
        let now = stack.meter.now.nanoseconds
        let settings = parameters
        used = now
        if state == .delay || state == .probe { return true }
        if isDead {
            if let packet { stack.drop(packet, .neighbourDead, at: "__neigh_event_send", device: device) }
            return false
        }
        if state == .stale {
            state = .delay
            updated = now
            setTimer(settings.delayFirstProbe, stack)
            return true
        }
        var probesNow = false
        if state != .incomplete {
            guard settings.multicastProbes > 0 else {
                state = .failed
                updated = now
                if let packet { stack.drop(packet, .neighbourFailed, at: "__neigh_event_send", device: device) }
                return false
            }
            probes = settings.unicastProbes
            state = .incomplete
            updated = now
            probesNow = true
            setTimer(max(settings.retransmit, Self.shortestTimer), stack)
        }
        if let packet { park(packet, limit: settings.queueBytes, stack) }
        if probesNow { probe(stack) }
        return false
    }

    private func park(_ packet: SocketBuffer, limit: Int, _ stack: InternetStack) {
        while parkedBytes + packet.trueSize > limit, !parked.isEmpty {
            let oldest = parked.removeFirst()
            parkedBytes -= oldest.trueSize
            stack.drop(oldest, .neighbourQueueFull, at: "__neigh_event_send", device: device)
        }
        parked.append(packet)
        parkedBytes += packet.trueSize
        device.network.trace(
            .neighbourParked(address: address.description, queued: parked.count), packet, at: device)
    }

    // MARK: Search

    /// Asks for the address, with the packet parked last as the reason (`neigh_probe`).
    private func probe(_ stack: InternetStack) {
        let isUnicast = probes < parameters.unicastProbes
        stack.solicit(self, for: parked.last, isUnicast: isUnicast)
        probes += 1
    }

    private static let shortestTimer: UInt64 = 10_000_000

    private func setTimer(_ delay: UInt64, _ stack: InternetStack) {
        if let timer { stack.environment.cancel(timer) }
        // Weak references would make every later use of the neighbour and the stack slower. The stack lives as long as
        // the network, and so as long as timers fire.
        timer = stack.environment.after(delay) { [self, unowned(unsafe) stack] in
            timer = nil
            unsafe timerFired(stack)
        }
    }

    private func stopTimer(_ stack: InternetStack) {
        if let timer { stack.environment.cancel(timer) }
        timer = nil
    }

    /// `neigh_timer_handler`.
    private func timerFired(_ stack: InternetStack) {
        let now = stack.meter.now.nanoseconds
        let settings = parameters
        var next = now + settings.retransmit
        switch state {
        case .reachable:
            let reachable = parameters.reachableTime(stack.environment)
            if Int64(now) <= confirmed + Int64(reachable) {
                next = UInt64(confirmed + Int64(reachable))
            } else if now <= used + settings.delayFirstProbe {
                state = .delay
                updated = now
                next = now + settings.delayFirstProbe
            } else {
                state = .stale
                updated = now
                return
            }
        case .delay:
            if Int64(now) <= confirmed + Int64(settings.delayFirstProbe) {
                state = .reachable
                updated = now
                next = UInt64(max(0, confirmed + Int64(parameters.reachableTime(stack.environment))))
            } else {
                state = .probe
                updated = now
                probes = 0
            }
        case .probe, .incomplete:
            let limit = settings.unicastProbes + (state == .incomplete ? settings.multicastProbes : 0)
            if probes >= limit {
                state = .failed
                updated = now
                reportFailure(stack)
                return
            }
        default: return
        }
        setTimer(max(next, now + Self.shortestTimer) - now, stack)
        if state == .probe || state == .incomplete { probe(stack) }
    }

    /// Tells the senders of parked packets, and frees these (`neigh_invalidate`).
    private func reportFailure(_ stack: InternetStack) {
        while state == .failed, !parked.isEmpty {
            let packet = parked.removeFirst()
            stack.reportLinkFailure(packet)
            // Only ARP's has a name.
            if address.isIPv6 {
                stack.drop(packet, .notSpecified, at: "ndisc_error_report", device: device)
            } else {
                stack.drop(packet, .neighbourFailed, at: "arp_error_report", device: device)
            }
        }
        parked.removeAll()
        parkedBytes = 0
    }

    // MARK: Update

    /// What is learned of the neighbour (`__neigh_update`): `override` lets another address take the place of a valid one,
    /// `weakOverride` makes a connected entry stale instead. `isAdministrator` is a user's request.
    func update(
        _ given: LinkAddress?, _ newState: NeighbourState, override: Bool, weakOverride: Bool = false,
        isAdministrator: Bool = false, _ stack: InternetStack
    ) {
        let now = stack.meter.now.nanoseconds
        let old = state
        var new = newState
        if isDead || !isAdministrator && (old == .noARP || old == .permanent) { return }
        guard new.isValid else {
            stopTimer(stack)
            state = new
            updated = now
            if old == .incomplete || old == .probe, new == .failed { reportFailure(stack) }
            return
        }
        guard given != nil || old.isValid else { return }
        var link = given ?? linkAddress
        if new.isConnected { confirmed = Int64(now) }
        if old.isValid {
            if link != linkAddress, !override {
                guard weakOverride, old.isConnected else { return }
                link = linkAddress
                new = .stale
            } else if link == linkAddress, new == .stale, !isAdministrator {
                new = old
            }
        }
        if new != old || link != linkAddress { updated = now }
        if new != old {
            stopTimer(stack)
            if new == .probe { probes = 0 }
            state = new
            switch new {
            case .reachable: setTimer(parameters.reachableTime(stack.environment), stack)
            case .incomplete, .delay, .probe: setTimer(0, stack)
            default: break
            }
        }
        if link != linkAddress {
            linkAddress = link
            if !new.isConnected {
                confirmed = Int64(now) - 2 * Int64(parameters.baseReachable)
            }
        }
        if !old.isValid { release(stack) }
    }

    /// Sends what waited for the address.
    private func release(_ stack: InternetStack) {
        while state.isValid, !parked.isEmpty {
            let packet = parked.removeFirst()
            _ = output(packet, stack)
        }
        parkedBytes = 0
    }

    /// Ends the entry (`neigh_flush_dev`): with its timer goes its last user, so that parked packets are freed by `neigh_destroy`.
    func die(_ stack: InternetStack) {
        isDead = true
        stopTimer(stack)
        for packet in parked { stack.drop(packet, .queuePurge, at: "neigh_destroy", device: device) }
        parked.removeAll()
        parkedBytes = 0
        state = .none
    }
}

extension NeighbourState {
    /// NUD_CONNECTED: packets go without further question.
    @inline(__always) var isConnected: Bool { rawValue & 0xC2 != 0 }

    /// NUD_VALID: there is a link-layer address.
    @inline(__always) var isValid: Bool { rawValue & 0xDE != 0 }
}
