import LinuxABI
import PacketModel
import Trace
import SimulationCore
import KernelControl

extension InternetStack {
    /// `ipv6_rcv`: checks, orphaning, the way in; then delivery or forwarding.
    func receiveIPv6(_ packet: SocketBuffer) {
        meter.charge(.ipReceive)
        let device = packet.networkDevice
        if packet.packetType == .otherHost {
            device.statistics.otherHostDropped += 1
            return drop(packet, .otherHost, at: "ip6_rcv_core", device: device)
        }
        guard let state = state(of: device), device.mtu >= 1280 else {
            return drop(packet, .notSpecified, at: "ip6_rcv_core", device: device)
        }
        if state.isIPv6Disabled { return drop(packet, .ipv6Disabled, at: "ip6_rcv_core", device: device) }
        guard packet.pullLinear(IPv6Header.byteCount) else {
            return drop(packet, .ipHeader, at: "ip6_rcv_core", device: device)
        }
        guard let header = packet.header(IPv6Header.self) else {
            return drop(packet, .unhandledProtocol, at: "ip6_rcv_core", device: device)
        }
        let (source, destination) = (header.source, header.destination)
        let isLoopback = device.flags.contains(.loopback)
        let scope = destination.isMulticast ? destination.high >> 48 & 15 : 14
        if !isLoopback, source.isLoopback || destination.isLoopback || scope == 1 {
            return drop(packet, .ipHeader, at: "ip6_rcv_core", device: device)
        }
        if scope == 0 || source.isMulticast { return drop(packet, .ipHeader, at: "ip6_rcv_core", device: device) }
        packet.transportHeader = IPv6Header.byteCount
        let length = IPv6Header.byteCount + header.payloadLength
        if header.payloadLength > 0 || header.nextHeader != 0 {
            if length > packet.length { return drop(packet, .packetTooSmall, at: "ip6_rcv_core", device: device) }
            trimIP(packet, to: length)
        }
        packet.orphan()
        packet.clearControlBlock()
        if header.nextHeader == 0 {
            environment.notModelled("IPv6 hop-by-hop options")
            return drop(packet, .notSpecified, at: "ipv6_parse_hopopts", device: device)
        }
        if let route = packet.route { return deliver6(packet, route) }
        switch inputRoute6(destination: destination, device: device) {
        case .deliver(let route):
            packet.route = route
            deliver6(packet, route)
        case .forward(let route):
            packet.route = route
            forward6(packet, route, from: device)
        case .martian: drop(packet, .notSpecified, at: "ip6_mc_input", device: device)
        case .unreachable(let errno):
            trace(.noRoute(destination: destination.description, errno: errno), packet)
            sendICMPError6(about: packet, type: ICMPv6Type.unreachable, code: ICMPv6Type.Unreachable.noRoute)
            drop(packet, .ipNoRoute, at: "ip6_pkt_drop", device: device)
        }
    }

    /// `ip6_input`, `ip6_protocol_deliver_rcu`.
    private func deliver6(_ packet: SocketBuffer, _ route: Route) {
        guard let header = packet.header(IPv6Header.self) else { return }
        let (source, destination) = (header.source, header.destination)
        switch header.nextHeader {
        case IPProtocol.udp: receiveUDP(packet, at: IPv6Header.byteCount, source, destination, route)
        case IPProtocol.icmpv6: receiveICMP6(packet, source, destination, route)
        case IPProtocol.tcp:
            environment.notModelled("TCP")
            drop(packet, .noSocket, at: "tcp_v6_rcv", device: packet.networkDevice)
        case 43, 44, 60:
            environment.notModelled("IPv6 extension headers and reassembly")
            drop(packet, .notSpecified, at: "ip6_protocol_deliver_rcu", device: packet.networkDevice)
        case 59:
            // No next header: dst_discard.
            drop(packet, .notSpecified, at: "dst_discard", device: packet.networkDevice)
        default:
            // Unknown next header: parameter problem, code 1, pointer to the field.
            sendICMPError6(about: packet, type: ICMPv6Type.parameterProblem, code: 1, rest: 6)
            drop(packet, .ipNoProtocol, at: "ip6_protocol_deliver_rcu", device: packet.networkDevice)
        }
    }

    /// `ip6_forward`.
    private func forward6(_ packet: SocketBuffer, _ route: Route, from device: NetworkDevice) {
        meter.charge(.ipForward)
        let place: StaticString = "ip6_forward"
        guard settings.forwardsIPv6All else { return drop(packet, .ipInAddressErrors, at: place, device: device) }
        guard packet.packetType == .host, packet.socket == nil, let header = packet.header(IPv6Header.self) else {
            return drop(packet, .notSpecified, at: place, device: device)
        }
        if packet.checksumState == .complete { packet.checksumState = .none }
        if header.hopLimit <= 1 {
            sendICMPError6(about: packet, type: ICMPv6Type.timeExceeded, code: 0)
            return drop(packet, .ipHeader, at: place, device: device)
        }
        let source = header.source
        if route.device === device {
            environment.notModelled("ICMPv6 redirects: \(device.name) forwards back to where the packet came from")
        } else if source.isUnspecified || source.isLoopback {
            return drop(packet, .ipInAddressErrors, at: place, device: device)
        } else if source.isLinkLocal {
            // ICMPV6_NOT_NEIGHBOUR
            sendICMPError6(about: packet, type: ICMPv6Type.unreachable, code: 2)
            return drop(packet, .ipInAddressErrors, at: place, device: device)
        }
        let mtu = max(1280, mtu(route, to: header.destination, forwards: true))
        if packet.length > mtu, packet.largestNetworkLength > mtu {
            // From here on the packet is the outgoing device's (`skb->dev = dst->dev`).
            packet.moveTo(route.device)
            sendICMPError6(about: packet, type: ICMPv6Type.packetTooBig, code: 0, rest: UInt32(mtu))
            return drop(packet, .packetTooBig, at: place, device: route.device)
        }
        guard makeRoom(packet, route.device), let own = packet.header(IPv6Header.self) else {
            return drop(packet, .notSpecified, at: place, device: device)
        }
        own.hopLimit &-= 1
        packet.clearTimestamp()
        trace(.forward, packet)
        traceRoute(packet, route)
        _ = output6(packet, route, forwards: true)
    }
}
