public import KernelControl
import LinuxABI
import PacketModel
import Trace

/// A UDP socket, unconnected.
public final class UDPSocket: NetworkSocket {
    /// Where it is bound; port 0 until then.
    @safe @exclusivity(unchecked) public private(set) var local: SocketAddress
    /// UDP_SEGMENT: payload bytes of each datagram that a longer send is cut into, on its way out; 0 for none.
    @safe @exclusivity(unchecked) public final var segmentSize = 0
    @safe @exclusivity(unchecked) private var queue: [(datagram: ReceivedDatagram, trueSize: Int)] = []
    /// Who is told of every datagram as it arrives, in softirq; nil leaves them in the queue. A server task that waits in
    /// recvfrom(2) is woken so: the callback should schedule it rather than answer on the spot.
    @safe @exclusivity(unchecked) public var onReceive: ((UDPSocket) -> Void)?

    /// socket(AF_INET or AF_INET6, SOCK_DGRAM, 0).
    public init(stack: InternetStack, isIPv6: Bool) {
        local = SocketAddress(address: isIPv6 ? .anyIPv6 : .anyIPv4, port: 0)
        super.init(stack: stack, family: isIPv6 ? .ipv6 : .ipv4, type: 2, protocolNumber: IPProtocol.udp)
    }

    /// bind(2): EADDRNOTAVAIL for an address that is not ours, EADDRINUSE, EINVAL where bound already, EAFNOSUPPORT for the
    /// other family. Port 0 chooses one.
    public func bind(to address: SocketAddress) throws(ControlError) {
        guard address.address.isIPv6 == local.address.isIPv6 else { throw .errno(.EAFNOSUPPORT) }
        guard local.port == 0 else { throw .errno(.EINVAL) }
        if !address.address.isUnspecified, !stack.mayBind(to: address.address) { throw .errno(.EADDRNOTAVAIL) }
        try take(address)
    }

    /// `udp_lib_get_port`.
    private func take(_ address: SocketAddress) throws(ControlError) {
        var wanted = address
        if wanted.port == 0 {
            let range = stack.settings.localPorts
            let count = UInt64(range.count)
            let random = stack.environment.random32()
            let first = UInt64(random) * count >> 32
            let step = UInt64(random | 1)
            var found: UInt16?
            for round in 0..<count {
                let port = range.lowerBound + UInt16((first + round * step) % count)
                wanted.port = port
                if isFree(wanted) {
                    found = port
                    break
                }
            }
            guard let found else { throw .errno(.EADDRINUSE) }
            wanted.port = found
        } else if !isFree(wanted) {
            throw .errno(.EADDRINUSE)
        }
        local = wanted
        stack.sockets.add(self)
        set(UInt32(wanted.port), SocketLayout.sourcePort)
        if wanted.address.isIPv6 {
            set(wanted.address.high.bigEndian, SocketLayout.sourceIPv6)
            set(wanted.address.low.bigEndian, SocketLayout.sourceIPv6 + 8)
        } else {
            set(wanted.address.ipv4.bigEndian, SocketLayout.sourceIPv4)
        }
    }

    private func isFree(_ wanted: SocketAddress) -> Bool {
        for other in stack.sockets.udp[wanted.port] ?? [] {
            let (mine, theirs) = (wanted.address, other.local.address)
            if mine == theirs || mine.isUnspecified && (mine.isIPv6 || !theirs.isIPv6)
                || theirs.isUnspecified && (theirs.isIPv6 || !mine.isIPv6)
            {
                return false
            }
        }
        return true
    }

    /// close(2): what is queued is freed.
    public func close() {
        if local.port != 0 { stack.sockets.remove(self) }
        queue.removeAll()
        receiveMemory = 0
        onReceive = nil
    }

    // MARK: Send

    /// sendto(2). Returns once the transmission and what it set off are done. EDESTADDRREQ, EINVAL for port 0, EMSGSIZE,
    /// EACCES for a broadcast, ENETUNREACH, the pending error, EAGAIN for a full send buffer, and with ``reportsErrors``
    /// ENOBUFS for a packet dropped on the way.
    public func send(_ payload: [UInt8], to destination: SocketAddress?) throws(ControlError) {
        let stack = self.stack
        stack.meter.charge(.socketSend)
        if payload.count > 0xFFFF { throw .errno(.EMSGSIZE) }
        guard let destination else { throw .errno(.EDESTADDRREQ) }
        if destination.port == 0 { throw .errno(.EINVAL) }
        guard destination.address.isIPv6 == local.address.isIPv6 else {
            if local.address.isIPv6 { throw .notModelled("IPv4 by an IPv6 socket") }
            throw .errno(.EAFNOSUPPORT)
        }
        if local.port == 0 { try take(local) }
        let result: TransmitResult
        if let mapped = destination.address.mappedIPv4 {
            // udpv6_sendmsg hands it to udp_sendmsg; IPv6's own settings don't count there.
            guard local.address.isUnspecified, !reportsErrors, discoversMTU == nil else {
                throw .notModelled("IPv4 by an IPv6 socket that is bound to an address, or has IPv6 options")
            }
            let target = SocketAddress(address: mapped, port: destination.port)
            result = try send4(payload, target, from: .anyIPv4, stack)
        } else if local.address.isIPv6 {
            result = try send6(payload, destination, stack)
        } else {
            result = try send4(payload, destination, from: local.address, stack)
        }
        try report(result)
    }

    private func send4(
        _ payload: [UInt8], _ destination: SocketAddress, from source: NetworkAddress, _ stack: InternetStack
    ) throws(ControlError) -> TransmitResult {
        let way: OutputRoute
        do throws(KernelErrno) {
            way = try stack.outputRoute4(to: destination.address, source: source, device: nil)
        } catch {
            stack.trace(.noRoute(destination: destination.address.description, errno: error), nil)
            throw .errno(error)
        }
        let route = way.route
        if route.type == .broadcast { throw .errno(.EACCES) }
        if route.type == .multicast || destination.address.isMulticast { throw .notModelled("multicast by a socket") }
        let target = destination.address.isUnspecified ? way.source : destination.address
        let mtu = stack.mtu(route, to: target)
        let length = 28 + payload.count
        try checkLength(length, mtu: mtu, header: 20)
        try checkSend()
        let isPartial = route.device.features.contains(.transmitChecksum)
        let isPaged = segmentSize != 0
        // ip_append_data: link-layer room in front, 15 bytes of slack behind.
        guard
            let packet = stack.makePacket(
                headroom: route.device.linkLayerReservedSpace, count: isPaged ? 28 : length, room: 15),
            !isPaged || append(payload, to: packet)
        else { throw .errno(.ENOBUFS) }
        prepare(packet, route, header: 20)
        stack.writeIPv4(
            packet, length: length, protocolNumber: IPProtocol.udp, source: way.source, destination: target,
            // Longer than the MTU as a whole, its datagrams may be fragmented, unless that is forbidden.
            dontFragment: discoversMTU ?? (length <= mtu), hasRandomID: discoversMTU != true)
        if isPaged {
            try finishPaged(packet, at: 20, destination.port, way.source, target, mtu: mtu, isPartial: isPartial)
        } else {
            writeUDP(packet, at: 20, payload, destination.port, way.source, target, isPartial: isPartial)
        }
        if stack.isTracing { traceSend(packet, way.source, target, destination.port) }
        return stack.outputLocal4(packet, route)
    }

    private func send6(
        _ payload: [UInt8], _ destination: SocketAddress, _ stack: InternetStack
    ) throws(ControlError) -> TransmitResult {
        if destination.address.isMulticast { throw .notModelled("multicast by a socket") }
        // ipv6: :: as a destination is loopback.
        let target =
            destination.address.isUnspecified ? NetworkAddress(ipv6High: 0, low: 1) : destination.address
        if target.isLinkLocal { throw .notModelled("a link-local destination without a scope") }
        let way: OutputRoute
        do throws(KernelErrno) {
            way = try stack.outputRoute6(to: target, source: local.address, device: nil)
        } catch {
            stack.trace(.noRoute(destination: target.description, errno: error), nil)
            throw .errno(error)
        }
        let route = way.route
        let length = 48 + payload.count
        let mtu = stack.mtu(route, to: target)
        try checkLength(length, mtu: mtu, header: 40)
        try checkSend()
        let isPaged = segmentSize != 0
        // ip6_append_data: 8 bytes more for a fragment header.
        guard
            let packet = stack.makePacket(
                headroom: route.device.linkLayerReservedSpace, count: isPaged ? 48 : length, room: 15 + 8),
            !isPaged || append(payload, to: packet)
        else { throw .errno(.ENOBUFS) }
        prepare(packet, route, header: 40)
        stack.writeIPv6(
            packet, payloadLength: length - 40, nextHeader: IPProtocol.udp, source: way.source, destination: target,
            flowLabel: stack.flowLabel(packet, way.source, target, local.port, destination.port))
        let isPartial = route.device.features.contains(.transmitChecksum)
        if isPaged {
            try finishPaged(packet, at: 40, destination.port, way.source, target, mtu: mtu, isPartial: isPartial)
        } else {
            writeUDP(packet, at: 40, payload, destination.port, way.source, target, isPartial: isPartial)
        }
        if stack.isTracing { traceSend(packet, way.source, target, destination.port) }
        return stack.outputLocal6(packet, route)
    }

    /// Beyond the MTU a datagram would be fragmented, unless DF is asked for, which is EMSGSIZE.
    private func checkLength(_ length: Int, mtu: Int, header: Int) throws(ControlError) {
        if length <= mtu { return }
        if segmentSize != 0 {
            // ip_append_data: IP_MAX_MTU, IP6_MAX_MTU.
            if length > 0xFFFF + (header == 40 ? 40 : 0) { throw .errno(.EMSGSIZE) }
            return
        }
        if discoversMTU == true || length > 0xFFFF + (header == 40 ? 40 : 0) { throw .errno(.EMSGSIZE) }
        throw .notModelled("fragmentation: a packet of \(length) bytes, the MTU is \(mtu)")
    }

    @inline(__always) private func prepare(_ packet: SocketBuffer, _ route: Route, header: Int) {
        packet.networkHeader = 0
        packet.transportHeader = header
        packet.mark = mark
        packet.priority = priority
        packet.route = route
        packet.ignoresDontFragment = discoversMTU != true
        charge(packet)
    }

    /// `udp_send_skb`.
    @inline(__always)
    private func writeUDP(
        _ packet: SocketBuffer, at offset: Int, _ payload: [UInt8], _ port: UInt16, _ source: NetworkAddress,
        _ destination: NetworkAddress, isPartial: Bool
    ) {
        let length = 8 + payload.count
        let start = unsafe packet.data + offset
        unsafe payload.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress {
                unsafe (start + 8).copyMemory(from: base, byteCount: bytes.count)
            }
        }
        let header = unsafe UDPHeader(writingAt: start)
        header.sourcePort = local.port
        header.destinationPort = port
        header.length = length
        let pseudo = InternetChecksum.pseudoHeaderSum(
            source: source, destination: destination, protocol: IPProtocol.udp, length: length)
        if isPartial {
            header.checksum = ~InternetChecksum.fold(pseudo)
            packet.checksumState = .partial
            packet.checksumStart = packet.headroom + offset
            packet.checksumOffset = UDPHeader.checksumOffset
        } else {
            header.checksum = 0
            let sum = unsafe InternetChecksum.checksum(start, count: length, initial: pseudo)
            header.checksum = sum == 0 ? 0xFFFF : sum
        }
    }

    func traceSend(_ packet: SocketBuffer, _ source: NetworkAddress, _ target: NetworkAddress, _ port: UInt16) {
        stack.trace(.socketSend(flow: "udp \(source):\(local.port) > \(target):\(port)"), packet)
    }

    // MARK: Receive

    /// `__udp_enqueue_schedule_skb`: false, and counted, where the receive buffer is full.
    func enqueue(_ datagram: ReceivedDatagram, trueSize: Int) -> Bool {
        if receiveMemory > receiveBuffer {
            dropped += 1
            return false
        }
        receiveMemory += trueSize
        queue.append((datagram, trueSize))
        onReceive?(self)
        return true
    }

    /// recvfrom(2) without waiting, until the queue is empty.
    public func receiveAll() -> [ReceivedDatagram] {
        receiveMemory = 0
        defer { queue.removeAll() }
        return queue.map(\.datagram)
    }

    /// recvfrom(2) without waiting; nil where the queue is empty (EAGAIN).
    public func receive() -> ReceivedDatagram? {
        guard !queue.isEmpty else { return nil }
        let (datagram, trueSize) = queue.removeFirst()
        receiveMemory -= trueSize
        return datagram
    }
}

extension InternetStack {
    /// Whether a socket may bind to an address: one of ours, or a broadcast or multicast one.
    func mayBind(to address: NetworkAddress) -> Bool {
        if address.isMulticast { return true }
        if address.isIPv6 { return allStates.contains { $0.hasAddress(address) } }
        if address == .broadcast { return true }
        let type = routes4.lookup(address, outputDevice: nil)?.type
        return type == .local || type == .broadcast
    }
}
