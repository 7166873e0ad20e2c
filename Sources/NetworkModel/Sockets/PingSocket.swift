public import KernelControl
import LinuxABI
import PacketModel
import Trace

/// A ping socket (SOCK_DGRAM, IPPROTO_ICMP or IPPROTO_ICMPV6; net/ipv4/ping.c): sends echo requests with an identifier of
/// its own, receives their replies. Payloads are whole ICMP messages, headers included.
public final class PingSocket: NetworkSocket {
    /// The echo identifier, the socket's port; 0 until bound.
    public private(set) var identifier: UInt16 = 0
    private var address: NetworkAddress
    private var queue: [ReceivedDatagram] = []

    public init(stack: InternetStack, isIPv6: Bool) {
        address = isIPv6 ? .anyIPv6 : .anyIPv4
        super.init(
            stack: stack, family: isIPv6 ? .ipv6 : .ipv4, type: 2,
            protocolNumber: isIPv6 ? IPProtocol.icmpv6 : IPProtocol.icmp)
    }

    /// bind(2): the port is the identifier; 0 chooses the next free one.
    public func bind(to wanted: SocketAddress) throws(ControlError) {
        guard wanted.address.isIPv6 == address.isIPv6 else { throw .errno(.EAFNOSUPPORT) }
        guard identifier == 0 else { throw .errno(.EINVAL) }
        if !wanted.address.isUnspecified, !stack.mayBind(to: wanted.address) { throw .errno(.EADDRNOTAVAIL) }
        address = wanted.address
        try take(wanted.port)
    }

    /// Whether it is to get what came to `address` with its identifier (`ping_lookup`, which finds the newest one).
    func listens(to destination: NetworkAddress) -> Bool {
        destination.isIPv6 == address.isIPv6 && (address.isUnspecified || address == destination)
    }

    /// `ping_get_port`.
    private func take(_ wanted: UInt16) throws(ControlError) {
        if wanted != 0 {
            // Ping sockets share identifiers (INET_PROTOSW_REUSE).
            identifier = wanted
        } else {
            var candidate = stack.sockets.pingRover
            var found = false
            for _ in 0..<65536 where !found {
                candidate &+= 1
                found = candidate != 0 && stack.sockets.ping[candidate] == nil
            }
            guard found else { throw .errno(.EADDRINUSE) }
            stack.sockets.pingRover = candidate
            identifier = candidate
        }
        stack.sockets.add(self)
        set(UInt32(identifier), SocketLayout.sourcePort)
    }

    /// close(2).
    public func close() {
        if identifier != 0 { stack.sockets.remove(self) }
        queue.removeAll()
    }

    /// sendto(2): an echo request, whose identifier and checksum the kernel writes (`ping_v4_sendmsg`, `ping_v6_sendmsg`).
    /// EMSGSIZE, EINVAL for a message that is shorter than its header or no echo request, and the errors of routes.
    public func send(_ message: [UInt8], to destination: SocketAddress?) throws(ControlError) {
        stack.meter.charge(.socketSend)
        let isIPv6 = address.isIPv6
        if message.count > 0xFFFF { throw .errno(.EMSGSIZE) }
        if message.count < ICMPHeader.byteCount { throw .errno(.EINVAL) }
        let request = isIPv6 ? ICMPv6Type.echoRequest : ICMPv4Type.echoRequest
        guard message[0] == request, message[1] == 0 else { throw .errno(.EINVAL) }
        guard let destination else { throw .errno(.EDESTADDRREQ) }
        guard destination.address.isIPv6 == isIPv6 else { throw .errno(.EAFNOSUPPORT) }
        if destination.address.isMulticast { throw .notModelled("multicast by a socket") }
        if identifier == 0 { try take(0) }
        let way: OutputRoute
        do throws(KernelErrno) {
            way =
                isIPv6
                ? try stack.outputRoute6(to: destination.address, source: address, device: nil)
                : try stack.outputRoute4(to: destination.address, source: address, device: nil)
        } catch {
            stack.trace(.noRoute(destination: destination.address.description, errno: error), nil)
            throw .errno(error)
        }
        if way.route.type == .broadcast { throw .errno(.EACCES) }
        let header = isIPv6 ? IPv6Header.byteCount : IPv4Header.byteCount
        let length = header + message.count
        let target = destination.address.isUnspecified ? way.source : destination.address
        let mtu = stack.mtu(way.route, to: target)
        if !isIPv6, length > 65535 { throw .errno(.EMSGSIZE) }
        if length > mtu {
            if discoversMTU == true { throw .errno(.EMSGSIZE) }
            throw .notModelled("fragmentation: a packet of \(length) bytes, the MTU is \(mtu)")
        }
        try checkSend()
        guard
            let packet = stack.makePacket(
                headroom: way.route.device.linkLayerReservedSpace, count: length, room: isIPv6 ? 23 : 15)
        else { throw .errno(.ENOBUFS) }
        // Unlike UDP, it tells of every drop (`ip_push_pending_frames`); but ping_v6_sendmsg doesn't look.
        let result = transmit(packet, message, way, target, header)
        if isIPv6 { return }
        switch result {
        case .success, .congestion: return
        case .drop: throw .errno(.ENOBUFS)
        case .failure(let errno): throw .errno(errno)
        }
    }

    private func transmit(
        _ packet: SocketBuffer, _ message: [UInt8], _ way: OutputRoute, _ target: NetworkAddress, _ header: Int
    ) -> TransmitResult {
        let isIPv6 = address.isIPv6
        packet.networkHeader = 0
        packet.transportHeader = header
        packet.mark = mark
        packet.priority = priority
        packet.route = way.route
        packet.ignoresDontFragment = discoversMTU != true
        charge(packet)
        let start = unsafe packet.data + header
        unsafe message.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { unsafe start.copyMemory(from: base, byteCount: bytes.count) }
        }
        let icmp = unsafe ICMPHeader(writingAt: start)
        icmp.identifier = identifier
        stack.trace(
            .socketSend(flow: "icmp echo \(way.source) > \(target) id \(identifier) seq \(icmp.sequence)"), packet)
        if isIPv6 {
            stack.finishICMP6(packet, icmp, to: target, from: way.source)
            stack.writeIPv6(
                packet, payloadLength: message.count, nextHeader: IPProtocol.icmpv6, source: way.source,
                destination: target,
                flowLabel: stack.flowLabel(packet, way.source, target, UInt16(icmp.type) << 8, 0))
            return stack.outputLocal6(packet, way.route)
        }
        icmp.checksum = 0
        icmp.checksum = unsafe InternetChecksum.checksum(start, count: message.count)
        stack.writeIPv4(
            packet, length: packet.length, protocolNumber: IPProtocol.icmp, source: way.source, destination: target,
            dontFragment: discoversMTU != false, hasRandomID: discoversMTU != true)
        return stack.outputLocal4(packet, way.route)
    }

    func enqueue(_ datagram: ReceivedDatagram, trueSize: Int) -> Bool {
        if receiveMemory > receiveBuffer {
            dropped += 1
            return false
        }
        receiveMemory += trueSize
        queue.append(datagram)
        return true
    }

    /// recvfrom(2) without waiting, until the queue is empty.
    public func receiveAll() -> [ReceivedDatagram] {
        receiveMemory = 0
        defer { queue.removeAll() }
        return queue
    }
}

extension InternetStack {
    /// `ping_rcv`: an echo reply goes to the socket with its identifier.
    func deliverPing(
        _ packet: SocketBuffer, _ offset: Int, _ identifier: UInt16, _ source: NetworkAddress,
        _ destination: NetworkAddress
    ) {
        guard let socket = sockets.ping[identifier]?.last(where: { $0.listens(to: destination) }) else {
            return drop(packet, .noSocket, at: "ping_rcv", device: packet.networkDevice)
        }
        let datagram = ReceivedDatagram(
            source: SocketAddress(address: source, port: 0),
            payload: payload(packet, offset, packet.length - offset))
        trace(.deliver(flow: "icmp echo reply of \(source) id \(identifier)"), packet)
        if !socket.enqueue(datagram, trueSize: packet.trueSize) {
            drop(packet, .socketReceiveBuffer, at: "ping_queue_rcv_skb", device: packet.networkDevice)
        }
    }
}
