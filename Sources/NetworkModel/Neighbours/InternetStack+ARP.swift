import KernelControl
import LinuxABI
import PacketModel
import Trace
import SimulationCore

/// ARP (net/ipv4/arp.c).
extension InternetStack {
    /// `arp_rcv`, `arp_process`.
    func receiveARP(_ packet: SocketBuffer) {
        let device = packet.networkDevice
        meter.charge(.neighbourDiscovery)
        if device.flags.contains(.noARP) || packet.packetType == .otherHost {
            return trace(.consume(what: "ARP for others"), packet)
        }
        guard let state = state(of: device) else {
            return drop(packet, .notSpecified, at: "arp_process", device: device)
        }
        guard packet.pullLinear(ARPMessage.byteCount), let message = packet.header(ARPMessage.self),
            message.isIPv4OverEthernet, message.operation == ARPMessage.request || message.operation == ARPMessage.reply
        else { return drop(packet, .notSpecified, at: "arp_rcv", device: device) }
        let (sender, target, link) = (message.sender, message.target, message.senderLink)
        if target.isMulticast || target.isLoopback {
            return drop(packet, .notSpecified, at: "arp_process", device: device)
        }
        let isRequest = message.operation == ARPMessage.request
        trace(.consume(what: isRequest ? "ARP request for \(target)" : "ARP reply of \(sender)"), packet)
        if sender.isUnspecified {
            // Duplicate address detection (RFC 2131).
            if isRequest, routes4.isLocal(target), !state.ignoresARP { reply(to: link, sender, for: target, device) }
            return
        }
        if isRequest, case .deliver(let route) = inputRoute4(source: sender, destination: target, device: device),
            route.type == .local
        {
            if state.ignoresARP { return }
            if let entry = neighbour(sender, at: device) { entry.update(link, .stale, override: true, self) }
            return reply(to: link, sender, for: target, device)
        }
        guard let entry = state.neighbours[sender] else { return }
        let isFresh = meter.now.nanoseconds > entry.updated + state.neighbourParameters4.lock
        let isSolicited = !isRequest && packet.packetType == .host
        // A gratuitous announcement overrides at once.
        let isGratuitous = target == sender && (isRequest || message.targetLink == link)
        entry.update(link, isSolicited ? .reachable : .stale, override: isFresh || isGratuitous, self)
    }

    private func reply(to link: LinkAddress, _ asker: NetworkAddress, for own: NetworkAddress, _ device: NetworkDevice)
    {
        sendARP(
            ARPMessage.reply, device, sender: own, target: asker, targetLink: link, destination: link,
            "ARP reply: \(own) is at \(device.address)")
    }

    /// `arp_solicit` and `ndisc_solicit`.
    func solicit(_ neighbour: Neighbour, for packet: SocketBuffer?, isUnicast: Bool) {
        meter.charge(.neighbourDiscovery)
        if neighbour.address.isIPv6 { return solicit6(neighbour, for: packet, isUnicast: isUnicast) }
        var source = NetworkAddress.anyIPv4
        if let packet, packet.networkProtocol == EtherType.ipv4,
            let header = packet.header(IPv4Header.self, at: packet.networkHeader), routes4.isLocal(header.source)
        {
            source = header.source
        }
        let device = neighbour.device
        if source.isUnspecified { source = selectAddress4(device, toward: neighbour.address, linkScope: true) }
        sendARP(
            ARPMessage.request, device, sender: source, target: neighbour.address,
            targetLink: isUnicast ? neighbour.linkAddress : .zero,
            destination: isUnicast ? neighbour.linkAddress : .broadcast, "ARP request: who has \(neighbour.address)")
    }

    /// `arp_send_dst`.
    private func sendARP(
        _ operation: UInt16, _ device: NetworkDevice, sender: NetworkAddress, target: NetworkAddress,
        targetLink: LinkAddress, destination: LinkAddress, _ what: @autoclosure () -> String
    ) {
        if device.flags.contains(.noARP) { return }
        guard let packet = makePacket(headroom: device.linkLayerReservedSpace, count: ARPMessage.byteCount, room: 0)
        else { return }
        packet.networkHeader = 0
        packet.networkProtocol = EtherType.arp
        let message = unsafe ARPMessage(writingAt: packet.data)
        message.setIPv4OverEthernet()
        message.operation = operation
        message.senderLink = device.address
        message.sender = sender
        // A broadcast request names no target (`arp_create` zeroes it).
        message.targetLink = operation == ARPMessage.reply ? targetLink : .zero
        message.target = target
        packet.push(EthernetHeader.byteCount)
        let header = unsafe EthernetHeader(writingAt: packet.data)
        header.destination = destination
        header.source = device.address
        header.type = EtherType.arp
        packet.moveTo(device)
        trace(.reply(what: what()), packet)
        _ = network.transmit(packet)
    }
}
