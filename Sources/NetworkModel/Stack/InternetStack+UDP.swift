import KernelControl
import LinuxABI
import PacketModel
import Trace

extension InternetStack {
    /// `__udp4_lib_rcv`, `__udp6_lib_rcv`; `offset` is that of the UDP header.
    func receiveUDP(
        _ packet: SocketBuffer, at offset: Int, _ source: NetworkAddress, _ destination: NetworkAddress, _ route: Route
    ) {
        meter.charge(.udpReceive)
        let device = packet.networkDevice
        let place: StaticString = source.isIPv6 ? "__udp6_lib_rcv" : "__udp4_lib_rcv"
        guard packet.pullLinear(min(packet.length, offset + UDPHeader.byteCount)),
            let header = packet.header(UDPHeader.self, at: offset)
        else { return drop(packet, .notSpecified, at: place, device: device) }
        let available = packet.length - offset
        var length = header.length
        // Jumbograms aside, IPv6 allows 0 for "to the end".
        if length == 0, source.isIPv6 { length = available }
        guard length >= UDPHeader.byteCount, length <= available else {
            return drop(packet, .packetTooSmall, at: place, device: device)
        }
        if length < available { trimIP(packet, to: offset + length) }
        if source.isIPv6, header.checksum == 0 { return drop(packet, .udpChecksum, at: place, device: device) }
        let ports = (source: header.sourcePort, destination: header.destinationPort)
        let isSilent = header.checksum == 0
        let isValid =
            isSilent || hasValidChecksum(packet, offset, length, source, destination, IPProtocol.udp)
        if route.type != .local {
            guard isValid else { return drop(packet, .udpChecksum, at: place, device: device) }
            return deliverToAll(packet, offset, length, source, destination, ports)
        }
        guard let socket = sockets.lookup(destination, ports.destination) else {
            guard isValid else { return drop(packet, .udpChecksum, at: place, device: device) }
            if source.isIPv6 {
                sendICMPError6(about: packet, type: ICMPv6Type.unreachable, code: ICMPv6Type.Unreachable.port)
            } else {
                sendICMPError4(about: packet, type: ICMPv4Type.unreachable, code: ICMPv4Type.Unreachable.port)
            }
            return drop(packet, .noSocket, at: place, device: device)
        }
        guard isValid else { return drop(packet, .udpChecksum, at: place, device: device) }
        deliver(packet, to: socket, offset, length, source, destination, ports)
    }

    /// `udp_queue_rcv_skb`: what stands for several datagrams becomes them, since no socket here asks for UDP_GRO.
    private func deliver(
        _ packet: SocketBuffer, to socket: UDPSocket, _ offset: Int, _ length: Int, _ source: NetworkAddress,
        _ destination: NetworkAddress, _ ports: (source: UInt16, destination: UInt16)
    ) {
        guard packet.isGSO else {
            return deliverOne(packet, to: socket, offset, length, source, destination, ports)
        }
        let device = packet.networkDevice
        let header = -(packet.macHeader ?? 0)
        guard header >= 0, header <= packet.headroom else {
            return drop(packet, .notSpecified, at: "udp_rcv_segment", device: device)
        }
        packet.push(header)
        let segments = network.segments(of: packet, completesChecksums: false, scatters: true)
        packet.pull(header)
        guard let segments else { return drop(packet, .notSpecified, at: "udp_rcv_segment", device: device) }
        trace(.segment(into: segments.count), packet)
        for segment in segments {
            segment.pull(header)
            deliverOne(segment, to: socket, offset, segment.length - offset, source, destination, ports)
        }
    }

    private func deliverOne(
        _ packet: SocketBuffer, to socket: UDPSocket, _ offset: Int, _ length: Int, _ source: NetworkAddress,
        _ destination: NetworkAddress, _ ports: (source: UInt16, destination: UInt16)
    ) {
        var address = source
        if socket.family == .ipv6, !source.isIPv6 {
            address = NetworkAddress(ipv6High: 0, low: 0xFFFF_0000_0000 | UInt64(source.ipv4))
        }
        let datagram = ReceivedDatagram(
            source: SocketAddress(address: address, port: ports.source),
            payload: payload(packet, offset + UDPHeader.byteCount, length - UDPHeader.byteCount))
        trace(.deliver(flow: "udp \(source):\(ports.source) > \(destination):\(ports.destination)"), packet)
        if !socket.enqueue(datagram, trueSize: packet.trueSize) {
            drop(
                packet, .socketReceiveBuffer, at: "__udp_enqueue_schedule_skb", device: packet.networkDevice)
        }
    }

    /// `__udp4_lib_mcast_deliver`.
    private func deliverToAll(
        _ packet: SocketBuffer, _ offset: Int, _ length: Int, _ source: NetworkAddress, _ destination: NetworkAddress,
        _ ports: (source: UInt16, destination: UInt16)
    ) {
        let takers = sockets.lookupAll(destination, ports.destination)
        if takers.isEmpty {
            let place: StaticString = source.isIPv6 ? "__udp6_lib_mcast_deliver" : "__udp4_lib_mcast_deliver"
            return drop(packet, .notSpecified, at: place, device: packet.networkDevice)
        }
        for socket in takers { deliver(packet, to: socket, offset, length, source, destination, ports) }
    }

    func payload(_ packet: SocketBuffer, _ offset: Int, _ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            if let base = buffer.baseAddress { _ = unsafe packet.copyBytes(from: offset, count: count, to: base) }
            filled = count
        }
    }
}
