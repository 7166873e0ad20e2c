import KernelControl
import LinuxABI
import PacketModel
import Trace

/// Neighbour discovery (net/ipv6/ndisc.c): solicitations and advertisements; nothing is sent unasked.
extension InternetStack {
    /// `ndisc_rcv`; the checksum has been verified.
    func receiveNeighbourMessage(
        _ packet: SocketBuffer, _ header: ICMPHeader, _ source: NetworkAddress, _ destination: NetworkAddress
    ) {
        let device = packet.networkDevice
        let place: StaticString = "ndisc_rcv"
        guard packet.header(IPv6Header.self)?.hopLimit == 255 else {
            return drop(packet, .discoveryHopLimit, at: place, device: device)
        }
        guard header.code == 0 else { return drop(packet, .discoveryCode, at: place, device: device) }
        guard let message = packet.header(NeighbourMessage.self, at: IPv6Header.byteCount) else {
            return drop(packet, .packetTooSmall, at: place, device: device)
        }
        let count = packet.length - IPv6Header.byteCount
        let reason: DropReason?
        if message.target.isMulticast {
            reason = .notSpecified
        } else if header.type == ICMPv6Type.neighbourSolicitation {
            reason = receiveSolicitation(packet, message, count, from: source, to: destination)
        } else {
            reason = receiveAdvertisement(packet, message, count, to: destination, flags: header.rest)
        }
        if let reason { drop(packet, reason, at: place, device: device) }
    }

    /// `ndisc_recv_ns`: nil where the message was of use, else why it is dropped.
    private func receiveSolicitation(
        _ packet: SocketBuffer, _ message: NeighbourMessage, _ count: Int, from source: NetworkAddress,
        to destination: NetworkAddress
    ) -> DropReason? {
        guard let state = state(of: packet.networkDevice) else { return .notSpecified }
        let target = message.target
        let detectsDuplicates = source.isUnspecified
        // A solicited-node group: ff02::1:ff00:0/104.
        if detectsDuplicates, destination.high != 0xFF02 << 48 || destination.low >> 24 != 0x1FF {
            return .notSpecified
        }
        guard message.hasValidOptions(count: count) else { return .discoveryOptions }
        let link = message.linkAddress(option: NeighbourMessage.sourceLinkOption, count: count)
        if detectsDuplicates, link != nil { return .notSpecified }
        let isMulticast = destination.isMulticast
        let isOwn = state.hasAddress(target)
        if !isOwn {
            guard state.hasAnycast(target) else { return .discoveryOtherHost }
            if packet.packetType != .host, isMulticast {
                environment.notModelled(
                    "a neighbour solicitation for an anycast address, which is answered some time later")
                return .notSpecified
            }
        }
        if detectsDuplicates {
            // Everyone hears that the address is taken.
            advertise(target, to: Self.allNodes, state, isSolicited: false, override: isOwn, withLink: true)
            return .notSpecified
        }
        let known =
            !isMulticast || link != nil
            ? neighbour(source, at: state.device) : state.neighbours[source]
        guard let known else { return .notSpecified }
        trace(.consume(what: "neighbour solicitation for \(target)"), packet)
        known.update(link, .stale, override: true, weakOverride: true, self)
        advertise(target, to: source, state, isSolicited: true, override: isOwn && isMulticast, withLink: isMulticast)
        return nil
    }

    /// `ndisc_recv_na`: nil where the message was of use, else why it is dropped.
    private func receiveAdvertisement(
        _ packet: SocketBuffer, _ message: NeighbourMessage, _ count: Int, to destination: NetworkAddress, flags: UInt32
    ) -> DropReason? {
        let target = message.target
        let isSolicited = flags & NeighbourMessage.solicited != 0
        if destination.isMulticast, isSolicited { return .notSpecified }
        guard message.hasValidOptions(count: count) else { return .discoveryOptions }
        let link = message.linkAddress(option: NeighbourMessage.targetLinkOption, count: count)
        guard let state = state(of: packet.networkDevice), !state.hasAddress(target),
            let known = state.neighbours[target], known.state != .failed
        else { return .notSpecified }
        trace(.consume(what: "neighbour advertisement of \(target)"), packet)
        known.update(
            link, isSolicited ? .reachable : .stale, override: flags & NeighbourMessage.override != 0,
            weakOverride: true, self)
        return nil
    }

    /// `ndisc_solicit`, `ndisc_send_ns`: from the parked packet's source where it is this device's, else from a link-local
    /// address; without one nothing is sent.
    func solicit6(_ neighbour: Neighbour, for packet: SocketBuffer?, isUnicast: Bool) {
        guard let state = state(of: neighbour.device) else { return }
        var source: NetworkAddress?
        if let packet, let header = packet.header(IPv6Header.self, at: packet.networkHeader),
            state.hasAddress(header.source)
        {
            source = header.source
        }
        source = source ?? state.ipv6.first { $0.address.isLinkLocal }?.address
        guard let source else { return }
        sendNeighbourMessage(
            ICMPv6Type.neighbourSolicitation, 0, target: neighbour.address,
            to: isUnicast ? neighbour.address : neighbour.address.solicitedNode, from: source, state,
            option: NeighbourMessage.sourceLinkOption, "neighbour solicitation for \(neighbour.address)")
    }

    /// `ndisc_send_na`.
    private func advertise(
        _ target: NetworkAddress, to destination: NetworkAddress, _ state: InternetDevice, isSolicited: Bool,
        override: Bool = true, withLink: Bool
    ) {
        var flags: UInt32 = state.forwardsIPv6 ? NeighbourMessage.router : 0
        if isSolicited { flags |= NeighbourMessage.solicited }
        if override { flags |= NeighbourMessage.override }
        sendNeighbourMessage(
            ICMPv6Type.neighbourAdvertisement, flags, target: target, to: destination, from: target, state,
            option: withLink ? NeighbourMessage.targetLinkOption : nil, "neighbour advertisement of \(target)")
    }

    /// `ndisc_send_skb`.
    private func sendNeighbourMessage(
        _ type: UInt8, _ flags: UInt32, target: NetworkAddress, to destination: NetworkAddress,
        from source: NetworkAddress, _ state: InternetDevice, option: UInt8?, _ what: @autoclosure () -> String
    ) {
        let device = state.device
        let count = NeighbourMessage.byteCount + (option == nil ? 0 : 8)
        guard
            let packet = makePacket(
                headroom: device.linkLayerReservedSpace, count: IPv6Header.byteCount + count, room: 0)
        else { return }
        packet.networkHeader = 0
        packet.transportHeader = IPv6Header.byteCount
        let start = unsafe packet.data + IPv6Header.byteCount
        let header = unsafe ICMPHeader(writingAt: start)
        header.type = type
        header.code = 0
        header.rest = flags
        let message = unsafe NeighbourMessage(writingAt: start)
        message.target = target
        if let option { message.writeLinkOption(option, device.address) }
        writeIPv6(
            packet, payloadLength: count, nextHeader: IPProtocol.icmpv6, source: source, destination: destination,
            hopLimit: 255)
        finishICMP6(packet, header, to: destination, from: source)
        let route = Route(
            destination.isMulticast ? .multicast : .unicast, to: NetworkPrefix(address: destination, length: 128),
            device: device)
        packet.route = route
        controlSocket6.charge(packet)
        trace(.reply(what: what()), packet)
        packet.networkProtocol = EtherType.ipv6
        _ = output6(packet, route)
    }
}
