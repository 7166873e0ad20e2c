import LinuxABI
import PacketModel
import Trace
import SimulationCore

/// ICMPv6 (net/ipv6/icmp.c).
extension InternetStack {
    /// `icmpv6_rcv`; the ICMPv6 header follows the IPv6 one.
    func receiveICMP6(
        _ packet: SocketBuffer, _ source: NetworkAddress, _ destination: NetworkAddress, _ route: Route
    ) {
        let device = packet.networkDevice
        let offset = IPv6Header.byteCount
        let count = packet.length - offset
        guard count >= ICMPHeader.byteCount, packet.pullLinear(packet.length) else {
            return drop(packet, .packetTooSmall, at: "icmpv6_rcv", device: device)
        }
        guard hasValidChecksum(packet, offset, count, source, destination, IPProtocol.icmpv6) else {
            return drop(packet, .icmpChecksum, at: "icmpv6_rcv", device: device)
        }
        guard let header = packet.header(ICMPHeader.self, at: offset) else { return }
        switch header.type {
        case ICMPv6Type.neighbourSolicitation, ICMPv6Type.neighbourAdvertisement:
            meter.charge(.neighbourDiscovery)
            receiveNeighbourMessage(packet, header, source, destination)
        case ICMPv6Type.echoRequest:
            meter.charge(.icmp)
            replyEcho6(packet, header, source, destination)
        case ICMPv6Type.echoReply:
            meter.charge(.icmp)
            deliverPing(packet, offset, header.identifier, source, destination)
        case 1...4:
            meter.charge(.icmp)
            trace(.consume(what: "ICMPv6 error \(header.type)/\(header.code)"), packet)
            receiveError6(packet, header)
        case 130, 131: trace(.consume(what: "ICMPv6 type \(header.type)"), packet)
        case 133, 134, 137: environment.notModelled("router solicitations and advertisements, and ICMPv6 redirects")
        case 128...:
            // Whoever would want these isn't modelled; the kernel frees them without a word.
            drop(packet, .notSpecified, at: "icmpv6_rcv", device: device)
        default:
            // icmpv6_notify: an error of unknown type quotes the packet that it is about, too.
            let quoted = IPv6Header.byteCount + ICMPHeader.byteCount + IPv6Header.byteCount + 8
            if packet.length < quoted { return drop(packet, .packetTooSmall, at: "icmpv6_rcv", device: device) }
            trace(.consume(what: "ICMPv6 error \(header.type)/\(header.code)"), packet)
        }
    }

    /// Whether the transport checksum holds, or a device said so (`skb_checksum_validate`).
    func hasValidChecksum(
        _ packet: SocketBuffer, _ offset: Int, _ count: Int, _ source: NetworkAddress, _ destination: NetworkAddress,
        _ number: UInt8
    ) -> Bool {
        if packet.checksumState == .unnecessary || packet.checksumState == .partial { return true }
        guard packet.pullLinear(offset + count) else { return false }
        return unsafe InternetChecksum.transportChecksum(
            UnsafeRawBufferPointer(start: packet.data + offset, count: count), source: source,
            destination: destination, protocol: number) == 0
    }

    /// `icmpv6_echo_reply`.
    private func replyEcho6(
        _ packet: SocketBuffer, _ header: ICMPHeader, _ source: NetworkAddress, _ destination: NetworkAddress
    ) {
        let offset = IPv6Header.byteCount + ICMPHeader.byteCount
        let own = destination.isMulticast || hasAnycast(destination) ? NetworkAddress.anyIPv6 : destination
        let oif = source.isLinkLocal ? packet.networkDevice : nil
        guard let way = try? outputRoute6(to: source, source: own, device: oif),
            let ip = packet.header(IPv6Header.self)
        else { return drop(packet, .notSpecified, at: "icmpv6_rcv", device: packet.networkDevice) }
        trace(.consume(what: "ICMPv6 echo request"), packet)
        sendICMP6(
            type: ICMPv6Type.echoReply, code: 0, rest: header.rest, quoting: packet, from: offset,
            count: packet.length - offset, to: source, by: way, trafficClass: ip.trafficClass,
            "ICMPv6 echo reply to \(source)")
    }

    /// Tells the sender of a packet, whose network header is set, of its end (`icmp6_send`).
    func sendICMPError6(about packet: SocketBuffer, type: UInt8, code: UInt8, rest: UInt32 = 0) {
        let start = packet.networkHeader
        guard let header = packet.header(IPv6Header.self, at: start) else { return }
        let device = packet.networkDevice
        let (source, destination) = (header.source, header.destination)
        if destination.isMulticast || packet.packetType != .host, type != ICMPv6Type.packetTooBig { return }
        if source.isUnspecified || source.isMulticast { return }
        if header.nextHeader == IPProtocol.icmpv6 {
            // is_ineligible: about errors no errors are sent.
            var inner: UInt8 = 0
            let place = start + IPv6Header.byteCount
            guard
                unsafe withUnsafeMutablePointer(to: &inner, { unsafe packet.copyBytes(from: place, count: 1, to: $0) }),
                inner & 0x80 != 0
            else { return }
        }
        meter.charge(.icmp)
        let now = meter.now.nanoseconds
        var limited = false
        // The mask limits all errors but packet too big.
        if !device.flags.contains(.loopback), type != ICMPv6Type.packetTooBig {
            guard
                rateLimits.allowsAny(
                    perSecond: settings.icmpMessagesPerSecond, burst: settings.icmpMessagesBurst, now: now)
            else { return }
            limited = true
        }
        let isOwn = allStates.contains { $0.hasAddress(destination) } || hasAnycast(destination)
        var own = isOwn && !destination.isMulticast ? destination : NetworkAddress.anyIPv6
        if own.isUnspecified, packet.inputInterface != 0,
            let input = namespace.device(index: packet.inputInterface),
            let chosen = selectAddress6(input, toward: source)
        {
            own = chosen
        }
        let oif = source.isLinkLocal ? device : nil
        guard let way = try? outputRoute6(to: source, source: own, device: oif) else { return }
        // Wider prefixes get more.
        let length = way.route.destination.length
        let interval = length < 128 ? settings.icmpv6RateLimit >> UInt64((128 - length) >> 5) : settings.icmpv6RateLimit
        guard allowsPeer(way.route, source, limited: limited, interval: interval) else { return }
        let count = min(packet.length - start, 1280 - IPv6Header.byteCount - ICMPHeader.byteCount)
        sendICMP6(
            type: type, code: code, rest: rest, quoting: packet, from: start, count: count, to: source, by: way,
            trafficClass: 0, "ICMPv6 error \(type)/\(code) to \(source)")
    }

    private func sendICMP6(
        type: UInt8, code: UInt8, rest: UInt32, quoting original: SocketBuffer, from offset: Int, count: Int,
        to destination: NetworkAddress, by way: OutputRoute, trafficClass: UInt8, _ what: @autoclosure () -> String
    ) {
        let length = IPv6Header.byteCount + ICMPHeader.byteCount + count
        guard length <= 65575,
            let packet = makePacket(headroom: way.route.device.linkLayerReservedSpace, count: length, room: 15 + 8)
        else { return }
        packet.networkHeader = 0
        packet.transportHeader = IPv6Header.byteCount
        packet.route = way.route
        let start = unsafe packet.data + IPv6Header.byteCount
        guard unsafe original.copyBytes(from: offset, count: count, to: start + ICMPHeader.byteCount) else { return }
        let header = unsafe ICMPHeader(writingAt: start)
        header.type = type
        header.code = code
        header.rest = rest
        finishICMP6(packet, header, to: destination, from: way.source)
        writeIPv6(
            packet, payloadLength: length - IPv6Header.byteCount, nextHeader: IPProtocol.icmpv6, source: way.source,
            destination: destination, trafficClass: trafficClass,
            flowLabel: flowLabel(packet, way.source, destination, UInt16(type) << 8 | UInt16(code), 0))
        packet.ignoresDontFragment = true
        controlSocket6.charge(packet)
        trace(.reply(what: what()), packet)
        _ = outputLocal6(packet, way.route)
    }

    /// Computes the checksum of an ICMPv6 message that ends the packet.
    func finishICMP6(
        _ packet: SocketBuffer, _ header: ICMPHeader, to destination: NetworkAddress, from source: NetworkAddress
    ) {
        header.checksum = 0
        let count = packet.length - IPv6Header.byteCount
        header.checksum = unsafe InternetChecksum.transportChecksum(
            UnsafeRawBufferPointer(start: packet.data + IPv6Header.byteCount, count: count), source: source,
            destination: destination, protocol: IPProtocol.icmpv6)
    }

    /// `icmpv6_notify`, `icmpv6_err_convert`.
    private func receiveError6(_ packet: SocketBuffer, _ header: ICMPHeader) {
        let inner = IPv6Header.byteCount + ICMPHeader.byteCount
        guard let quoted = packet.header(IPv6Header.self, at: inner),
            let ports = packet.header(UDPHeader.self, at: inner + IPv6Header.byteCount)
        else { return }
        let isTooBig = header.type == ICMPv6Type.packetTooBig
        if isTooBig { learnMTU(Int(min(header.rest, 65535)), of: quoted.destination, least: 1280) }
        let errno: KernelErrno
        switch (header.type, header.code) {
        case (ICMPv6Type.unreachable, ICMPv6Type.Unreachable.noRoute): errno = .ENETUNREACH
        case (ICMPv6Type.unreachable, ICMPv6Type.Unreachable.port): errno = .ECONNREFUSED
        case (ICMPv6Type.unreachable, 1), (ICMPv6Type.unreachable, 5), (ICMPv6Type.unreachable, 6): errno = .EACCES
        case (ICMPv6Type.packetTooBig, _): errno = .EMSGSIZE
        case (ICMPv6Type.parameterProblem, _): errno = .EPROTO
        default: errno = .EHOSTUNREACH
        }
        reportError(errno, quoted.nextHeader, quoted.source, ports, isTooBig: isTooBig)
    }
}
