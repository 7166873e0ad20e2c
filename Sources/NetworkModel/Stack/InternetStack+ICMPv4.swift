import LinuxABI
import PacketModel
import Trace
import SimulationCore

/// ICMP (net/ipv4/icmp.c).
extension InternetStack {
    /// `icmp_rcv`: answers echo requests, hands echo replies and errors to sockets. `offset` is that of the ICMP header.
    func receiveICMP4(
        _ packet: SocketBuffer, at offset: Int, _ source: NetworkAddress, _ destination: NetworkAddress, _ route: Route
    ) {
        let device = packet.networkDevice
        meter.charge(.icmp)
        let count = packet.length - offset
        guard packet.pullLinear(packet.length) else {
            return drop(packet, .notSpecified, at: "icmp_rcv", device: device)
        }
        let isKnownGood = packet.checksumState == .unnecessary || packet.checksumState == .partial
        if !isKnownGood, unsafe InternetChecksum.checksum(packet.data + offset, count: count) != 0 {
            return drop(packet, .icmpChecksum, at: "icmp_rcv", device: device)
        }
        // The checksum is asked first, of however few bytes there are.
        guard count >= ICMPHeader.byteCount, let header = packet.header(ICMPHeader.self, at: offset) else {
            return drop(packet, .notSpecified, at: "icmp_rcv", device: device)
        }
        // Extended echoes (RFC 8335) are looked at before the rest; requests are not answered (icmp_echo_enable_probe 0).
        if header.type == 42 { return trace(.consume(what: "ICMP extended echo request"), packet) }
        if header.type == 43 { return deliverPing(packet, offset, header.identifier, source, destination) }
        // NR_ICMP_TYPES
        if header.type > 18 { return drop(packet, .unhandledProtocol, at: "icmp_rcv", device: device) }
        // Broadcast and multicast echoes are not answered (icmp_echo_ignore_broadcasts 1); address masks are listened to.
        if route.type != .local, header.type != 17, header.type != 18 {
            return drop(packet, .invalidProtocol, at: "icmp_rcv", device: device)
        }
        switch header.type {
        case ICMPv4Type.echoRequest:
            trace(.consume(what: "ICMP echo request"), packet)
            if !settings.echoIgnoreAll { replyEcho4(packet, offset, header, source, destination) }
        case ICMPv4Type.echoReply:
            deliverPing(packet, offset, header.identifier, source, destination)
        case ICMPv4Type.unreachable, ICMPv4Type.timeExceeded, ICMPv4Type.parameterProblem:
            guard packet.length >= offset + ICMPHeader.byteCount + 20 else {
                return drop(packet, .notSpecified, at: "icmp_unreach", device: device)
            }
            trace(.consume(what: "ICMP error \(header.type)/\(header.code)"), packet)
            receiveError4(packet, offset, header)
        case 5:
            trace(.consume(what: "ICMP redirect"), packet)
            environment.notModelled("the next hop that an ICMP redirect tells of")
        case 13:
            trace(.consume(what: "ICMP timestamp request"), packet)
            environment.notModelled("the answer to an ICMP timestamp request, which holds the time of day")
        default: trace(.consume(what: "ICMP type \(header.type)"), packet)
        }
    }

    /// `icmp_echo`, `icmp_reply`.
    private func replyEcho4(
        _ packet: SocketBuffer, _ offset: Int, _ header: ICMPHeader, _ source: NetworkAddress,
        _ destination: NetworkAddress
    ) {
        guard let ip = packet.header(IPv4Header.self) else { return }
        let tos = ip.typeOfService
        guard let limited = allowsGlobally4(type: ICMPv4Type.echoReply, code: 0) else { return }
        guard let way = try? outputRoute4(to: source, source: destination, device: nil) else { return }
        guard allowsPeer(way.route, source, limited: limited, interval: settings.icmpRateLimit) else { return }
        sendICMP4(
            type: ICMPv4Type.echoReply, code: header.code, rest: header.rest, quoting: packet,
            from: offset + ICMPHeader.byteCount, count: packet.length - offset - ICMPHeader.byteCount, to: source,
            by: way, typeOfService: tos, "ICMP echo reply to \(source)")
    }

    /// `icmpv4_global_allow`: nil where the namespace has said enough, else whether the destination's limit applies.
    private func allowsGlobally4(type: UInt8, code: UInt8) -> Bool? {
        if type == ICMPv4Type.unreachable, code == ICMPv4Type.Unreachable.fragmentationNeeded { return false }
        if type > 18 || settings.icmpRateMask >> UInt32(type) & 1 == 0 { return false }
        let isAllowed = rateLimits.allowsAny(
            perSecond: settings.icmpMessagesPerSecond, burst: settings.icmpMessagesBurst,
            now: meter.now.nanoseconds)
        return isAllowed ? true : nil
    }

    /// `icmpv4_xrlim_allow`, `icmpv6_xrlim_allow`.
    func allowsPeer(_ route: Route, _ destination: NetworkAddress, limited: Bool, interval: UInt64) -> Bool {
        guard limited else { return true }
        if !route.device.flags.contains(.loopback),
            !rateLimits.allows(destination, interval: interval, now: meter.now.nanoseconds)
        {
            return false
        }
        rateLimits.consume(random: environment.random32())
        return true
    }

    /// Tells the sender of a packet, whose network header is set, of its end (`__icmp_send`). Nothing is sent without a
    /// route in the packet, about packets that were not for this host alone, later fragments, or ICMP errors.
    func sendICMPError4(about packet: SocketBuffer, type: UInt8, code: UInt8, rest: UInt32 = 0) {
        guard let route = packet.route, packet.packetType == .host, route.type == .unicast || route.type == .local
        else {
            return
        }
        let start = packet.networkHeader
        guard let header = packet.header(IPv4Header.self, at: start), header.fragmentWord & 0x1FFF == 0 else { return }
        if header.protocolNumber == IPProtocol.icmp {
            var inner: UInt8 = 0
            let place = start + header.headerLength
            guard
                unsafe withUnsafeMutablePointer(to: &inner, { unsafe packet.copyBytes(from: place, count: 1, to: $0) }),
                !Self.isError4(inner)
            else { return }
        }
        meter.charge(.icmp)
        let (source, destination, tos) = (header.source, header.destination, header.typeOfService)
        var limited = false
        if !packet.networkDevice.flags.contains(.loopback) {
            guard let answer = allowsGlobally4(type: type, code: code) else { return }
            limited = answer
        }
        let own = route.type == .local ? destination : .anyIPv4
        guard let way = try? outputRoute4(to: source, source: own, device: nil), way.route.type != .broadcast,
            allowsPeer(way.route, source, limited: limited, interval: settings.icmpRateLimit)
        else { return }
        // As much as fits into 576 bytes.
        let room = min(576, mtu(way.route, to: source)) - 20 - ICMPHeader.byteCount
        guard room > 20 else { return }
        let dummy = NetworkAddress(ipv4: 0xC000_0008)
        let from = way.source.isUnspecified ? OutputRoute(route: way.route, source: dummy) : way
        sendICMP4(
            type: type, code: code, rest: rest, quoting: packet, from: start, count: min(packet.length - start, room),
            to: source, by: from, typeOfService: tos & 0x1E | 0xC0, "ICMP error \(type)/\(code) to \(source)")
    }

    private static func isError4(_ type: UInt8) -> Bool {
        // `icmp_pointers[].error`; unknown types count as errors.
        type > 18 || [1, 2, 3, 4, 5, 6, 7, 11, 12].contains(type)
    }

    /// `icmp_push_reply`.
    private func sendICMP4(
        type: UInt8, code: UInt8, rest: UInt32, quoting original: SocketBuffer, from offset: Int, count: Int,
        to destination: NetworkAddress, by way: OutputRoute, typeOfService: UInt8, _ what: @autoclosure () -> String
    ) {
        let length = 20 + ICMPHeader.byteCount + count
        guard length <= 65535,
            let packet = makePacket(headroom: way.route.device.linkLayerReservedSpace, count: length, room: 15)
        else { return }
        packet.networkHeader = 0
        packet.transportHeader = 20
        packet.route = way.route
        let start = unsafe packet.data + 20
        guard unsafe original.copyBytes(from: offset, count: count, to: start + ICMPHeader.byteCount) else { return }
        let header = unsafe ICMPHeader(writingAt: start)
        header.type = type
        header.code = code
        header.rest = rest
        header.checksum = 0
        let checksum = unsafe InternetChecksum.checksum(start, count: ICMPHeader.byteCount + count)
        // x86 begins such a sum with the other zero (csum_partial_copy_generic), which shows where all bytes are zero.
        header.checksum = checksum == 0xFFFF ? 0 : checksum
        // The control socket has IP_PMTUDISC_DONT.
        writeIPv4(
            packet, length: length, protocolNumber: IPProtocol.icmp, source: way.source, destination: destination,
            typeOfService: typeOfService, dontFragment: false, hasRandomID: true)
        packet.ignoresDontFragment = true
        controlSocket.charge(packet)
        trace(.reply(what: what()), packet)
        _ = outputLocal4(packet, way.route)
    }

    /// `icmp_unreach`, `icmp_socket_deliver`: an error about a packet that one of our sockets sent.
    private func receiveError4(_ packet: SocketBuffer, _ offset: Int, _ header: ICMPHeader) {
        let inner = offset + ICMPHeader.byteCount
        guard let quoted = packet.header(IPv4Header.self, at: inner),
            let ports = packet.header(UDPHeader.self, at: inner + quoted.headerLength)
        else { return }
        let isTooBig =
            header.type == ICMPv4Type.unreachable && header.code == ICMPv4Type.Unreachable.fragmentationNeeded
        if isTooBig {
            learnMTU(Int(header.rest & 0xFFFF), of: quoted.destination, least: 552)
        }
        let errno: KernelErrno
        switch header.type {
        case ICMPv4Type.unreachable: errno = Self.errno4(header.code)
        case ICMPv4Type.parameterProblem: errno = .EPROTO
        default: errno = .EHOSTUNREACH
        }
        reportError(errno, quoted.protocolNumber, quoted.source, ports, isTooBig: isTooBig)
    }

    /// `icmp_err_convert`.
    private static func errno4(_ code: UInt8) -> KernelErrno {
        switch code {
        case 0, 6, 9, 11: .ENETUNREACH
        case 2: .ENOPROTOOPT
        case 3: .ECONNREFUSED
        case 4: .EMSGSIZE
        case 5: .EOPNOTSUPP
        case 7: .EHOSTDOWN
        case 8: .ENONET
        default: .EHOSTUNREACH
        }
    }

    /// `__ip_rt_update_pmtu`, `rt6_do_update_pmtu`: kept for ten minutes.
    func learnMTU(_ told: Int, of destination: NetworkAddress, least: Int) {
        let mtu = max(told, least)
        pathMTUs[destination] = (mtu, meter.now.nanoseconds + 600 * NeighbourParameters.second)
    }

    /// Hands an error to the socket that sent the quoted packet (`__udp4_lib_err`, `ping_err`).
    func reportError(
        _ errno: KernelErrno, _ number: UInt8, _ source: NetworkAddress, _ ports: UDPHeader, isTooBig: Bool
    ) {
        switch number {
        case IPProtocol.udp:
            guard let socket = sockets.lookup(source, ports.sourcePort) else { return }
            if isTooBig, socket.discoversMTU == false { return }
            socket.icmpError(errno)
        case IPProtocol.icmp, IPProtocol.icmpv6:
            // The identifier lies where UDP has its length.
            guard let socket = sockets.ping[UInt16(truncatingIfNeeded: ports.length)]?.first else { return }
            socket.icmpError(errno)
        default: break
        }
    }

    /// A parked packet's neighbour was not found (`dst_link_failure`).
    func reportLinkFailure(_ packet: SocketBuffer) {
        // dst_link_failure: a packet whose next hop a program named has no route, and nobody hears of it.
        if packet.route == nil { return }
        if packet.networkProtocol == EtherType.ipv6 {
            sendICMPError6(about: packet, type: ICMPv6Type.unreachable, code: ICMPv6Type.Unreachable.address)
        } else {
            sendICMPError4(about: packet, type: ICMPv4Type.unreachable, code: ICMPv4Type.Unreachable.host)
        }
    }
}
