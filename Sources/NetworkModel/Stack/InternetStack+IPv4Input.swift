import LinuxABI
import PacketModel
import Trace
import SimulationCore
import KernelControl

extension InternetStack {
    /// `ip_rcv`: checks, orphaning, the way in; then delivery or forwarding.
    func receiveIPv4(_ packet: SocketBuffer) {
        meter.charge(.ipReceive)
        let device = packet.networkDevice
        if packet.packetType == .otherHost {
            device.statistics.otherHostDropped += 1
            return drop(packet, .otherHost, at: "ip_rcv_core", device: device)
        }
        // The header and no more: how much of a packet is linear is for programs to see.
        guard packet.pullLinear(IPv4Header.byteCount),
            packet.pullLinear(max(IPv4Header.byteCount, claimedLength(packet))),
            let header = packet.header(IPv4Header.self)
        else {
            return drop(packet, .ipHeader, at: "ip_rcv_core", device: device)
        }
        guard header.hasValidChecksum else { return drop(packet, .ipChecksum, at: "ip_rcv_core", device: device) }
        let (length, headerLength) = (header.totalLength, header.headerLength)
        if packet.length < length { return drop(packet, .packetTooSmall, at: "ip_rcv_core", device: device) }
        if length < headerLength { return drop(packet, .ipHeader, at: "ip_rcv_core", device: device) }
        trimIP(packet, to: length)
        packet.transportHeader = headerLength
        packet.orphan()
        packet.clearControlBlock()
        if headerLength > 20 {
            environment.notModelled("IPv4 options")
            return drop(packet, .notSpecified, at: "ip_rcv_options", device: device)
        }
        // A packet that went out by loopback has its route already.
        if let route = packet.route { return deliver4(packet, route) }
        switch inputRoute4(source: header.source, destination: header.destination, device: device) {
        case .deliver(let route):
            packet.route = route
            deliver4(packet, route)
        case .forward(let route):
            packet.route = route
            forward4(packet, route, from: device)
        case .martian:
            drop(packet, .notSpecified, at: "ip_rcv_finish_core", device: device)
        case .unreachable(let errno):
            unreachable4(packet, errno, device)
        }
    }

    /// The header length that an IPv4 header's first byte claims.
    private func claimedLength(_ packet: SocketBuffer) -> Int {
        unsafe Int(packet.data.load(as: UInt8.self) & 15) * 4
    }

    /// Cuts what lies behind the IP packet, as short Ethernet frames have it; a complete checksum is not one of the cut
    /// packet (`pskb_trim_rcsum`).
    func trimIP(_ packet: SocketBuffer, to length: Int) {
        guard length < packet.length else { return }
        if packet.checksumState == .complete {
            let cut = Array(packet.bytes[length...])
            packet.checksum = InternetChecksum.subtract(
                packet.checksum, InternetChecksum.addBlock(0, InternetChecksum.sum(cut), offset: length))
        }
        packet.trim(to: length)
    }

    /// `ip_error`.
    private func unreachable4(_ packet: SocketBuffer, _ errno: KernelErrno, _ device: NetworkDevice) {
        trace(
            .noRoute(destination: packet.header(IPv4Header.self)?.destination.description ?? "", errno: errno), packet)
        guard state(of: device)?.forwardsIPv4 == true else {
            let reason: DropReason = errno == .EHOSTUNREACH ? .ipInAddressErrors : .ipNoRoute
            return drop(packet, reason, at: "ip_error", device: device)
        }
        guard let header = packet.header(IPv4Header.self) else { return }
        if rateLimits.allowsRouteError(header.source, now: meter.now.nanoseconds) {
            // The route of an unreachable destination: it has this device and nothing else.
            packet.route = Route(
                .unicast, to: NetworkPrefix(address: header.destination, length: 32), device: device, isInput: true)
            let code = errno == .ENETUNREACH ? ICMPv4Type.Unreachable.net : ICMPv4Type.Unreachable.host
            sendICMPError4(about: packet, type: ICMPv4Type.unreachable, code: code)
        }
        drop(packet, errno == .ENETUNREACH ? .ipNoRoute : .notSpecified, at: "ip_error", device: device)
    }

    /// `ip_local_deliver`.
    private func deliver4(_ packet: SocketBuffer, _ route: Route) {
        let device = packet.networkDevice
        guard let header = packet.header(IPv4Header.self) else { return }
        if header.isFragment {
            environment.notModelled("IPv4 reassembly")
            return drop(packet, .notSpecified, at: "ip_defrag", device: device)
        }
        let (source, destination) = (header.source, header.destination)
        switch header.protocolNumber {
        case IPProtocol.udp: receiveUDP(packet, at: header.headerLength, source, destination, route)
        case IPProtocol.icmp: receiveICMP4(packet, at: header.headerLength, source, destination, route)
        case IPProtocol.tcp:
            environment.notModelled("TCP")
            drop(packet, .noSocket, at: "tcp_v4_rcv", device: device)
        default:
            sendICMPError4(
                about: packet, type: ICMPv4Type.unreachable, code: ICMPv4Type.Unreachable.protocol)
            drop(packet, .ipNoProtocol, at: "ip_protocol_deliver_rcu", device: device)
        }
    }

    /// `ip_forward`: TTL, MTU, a copy where the bytes are shared, then out.
    private func forward4(_ packet: SocketBuffer, _ route: Route, from device: NetworkDevice) {
        meter.charge(.ipForward)
        guard packet.packetType == .host, packet.socket == nil, let header = packet.header(IPv4Header.self) else {
            return drop(packet, .notSpecified, at: "ip_forward", device: device)
        }
        // skb_forward_csum
        if packet.checksumState == .complete { packet.checksumState = .none }
        if header.timeToLive <= 1 {
            sendICMPError4(about: packet, type: ICMPv4Type.timeExceeded, code: 0)
            return drop(packet, .ipHeader, at: "ip_forward", device: device)
        }
        let mtu = mtu(route, to: header.destination, forwards: true)
        if packet.length > mtu, header.hasDontFragment, !packet.ignoresDontFragment, packet.largestNetworkLength > mtu {
            sendICMPError4(
                about: packet, type: ICMPv4Type.unreachable, code: ICMPv4Type.Unreachable.fragmentationNeeded,
                rest: UInt32(mtu))
            return drop(packet, .packetTooBig, at: "ip_forward", device: device)
        }
        guard makeRoom(packet, route.device) else {
            return drop(packet, .notSpecified, at: "ip_forward", device: device)
        }
        // The buffer may be another one now.
        guard let own = packet.header(IPv4Header.self) else { return }
        own.decrementTimeToLive()
        if settings.forwardUpdatesPriority { packet.priority = Self.priority(of: own.typeOfService) }
        if route.device === device, settings.sendsRedirectsAll || state(of: device)?.sendsRedirects == true {
            environment.notModelled("ICMP redirects: \(device.name) forwards back to where the packet came from")
        }
        packet.clearTimestamp()
        trace(.forward, packet)
        traceRoute(packet, route)
        _ = output4(packet, route, forwards: true)
    }

    /// `skb_cow`: room for the link-layer header, bytes of its own.
    func makeRoom(_ packet: SocketBuffer, _ device: NetworkDevice) -> Bool {
        let missing = max(0, device.linkLayerReservedSpace - packet.headroom)
        if missing > 0 || packet.isCloned {
            return packet.expand(headroom: (missing + 63) & ~63, tailroom: 0)
        }
        return true
    }

    /// `rt_tos2priority`.
    private static func priority(of typeOfService: UInt8) -> UInt32 {
        switch typeOfService >> 1 & 15 {
        case 0...3: 0
        case 4...7: 2
        case 8...11: 6
        default: 4
        }
    }
}
