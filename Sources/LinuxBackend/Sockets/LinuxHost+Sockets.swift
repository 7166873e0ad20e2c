public import KernelControl
public import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// Sockets, each used by the task that it was opened for, on that task's CPU and under its name.
extension LinuxHost: SocketControl {
    public func openSocket(_ request: SocketRequest) throws(ControlError) -> Descriptor {
        try enter(request.namespace)
        let family = request.isIPv6 ? AF_INET6 : AF_INET
        let number: Int32
        switch request.kind {
        case .udp: number = try OpenSocket.open(family: family, type: Int32(SOCK_DGRAM.rawValue), protocolNumber: 0)
        case .icmpEcho:
            let echo = request.isIPv6 ? Int32(IPPROTO_ICMPV6) : Int32(IPPROTO_ICMP)
            number = try OpenSocket.open(family: family, type: Int32(SOCK_DGRAM.rawValue), protocolNumber: echo)
        case .packet:
            number = try OpenSocket.open(family: AF_PACKET, type: Int32(SOCK_RAW.rawValue), protocolNumber: 0)
        }
        let socket = OpenSocket(task: request.task, kind: request.kind, number: number)
        do throws(ControlError) {
            try configure(socket, request)
        } catch {
            Glibc.close(number)
            throw error
        }
        sockets[Descriptor(rawValue: number)] = socket
        return Descriptor(rawValue: number)
    }

    private func configure(_ socket: OpenSocket, _ request: SocketRequest) throws(ControlError) {
        if case .packet(let device) = request.kind {
            let index = try index(of: device, in: request.namespace)
            try socket.bind(SocketAddressBytes.packet(etherType: 0, index: index))
        }
        if let mark = request.mark { try socket.set(SOL_SOCKET, SO_MARK, Int32(bitPattern: mark), "SO_MARK") }
        if let priority = request.priority {
            try socket.set(SOL_SOCKET, SO_PRIORITY, Int32(bitPattern: priority), "SO_PRIORITY")
        }
        // IP_RECVERR 11, IP_MTU_DISCOVER 10; of IPv6 25 and 23. IP_PMTUDISC_DO 2, DONT 0.
        let level = request.isIPv6 ? Int32(IPPROTO_IPV6) : Int32(IPPROTO_IP)
        if request.reportsErrors { try socket.set(level, request.isIPv6 ? 25 : 11, 1, "RECVERR") }
        if let discovers = request.discoversMTU {
            try socket.set(level, request.isIPv6 ? 23 : 10, discovers ? 2 : 0, "MTU_DISCOVER")
        }
        if let size = request.segmentSize { try socket.set(Int32(IPPROTO_UDP), 103, Int32(size), "UDP_SEGMENT") }
    }

    public func bind(_ socket: Descriptor, to address: SocketAddress) throws(ControlError) {
        try open(socket).bind(SocketAddressBytes.internet(address))
    }

    public func send(
        _ payload: [UInt8], from socket: Descriptor, to destination: SocketAddress?
    ) throws(ControlError) {
        try checkInterruption()
        let socket = try open(socket)
        guard let task = socket.task else { throw .errno(.ENOTSOCK) }
        let address = destination.map { SocketAddressBytes.internet($0) } ?? []
        try task.assume { () throws(ControlError) in try socket.send(payload, to: address) }
    }

    public func receive(_ socket: Descriptor) throws(ControlError) -> [ReceivedDatagram] {
        let socket = try open(socket)
        if case .packet = socket.kind { return [] }
        var datagrams: [ReceivedDatagram] = []
        var buffers = ReceiveBuffers()
        // As many errors as a socket may hold one after the other.
        for _ in 0..<1 << 16 {
            let received: OpenSocket.Received?
            do throws(ControlError) {
                received = try socket.receive(into: &buffers)
            } catch {
                // A pending error stands in front of the datagrams; whoever asks for errors is to find it.
                guard case .kernel(let failure) = error else { throw error }
                pendingErrors[socket.number] = failure.errno
                continue
            }
            guard let received else { return datagrams }
            datagrams.append(
                ReceivedDatagram(source: SocketAddressBytes.internet(received.source), payload: received.bytes))
        }
        return datagrams
    }

    public func takeError(_ socket: Descriptor) throws(ControlError) -> KernelErrno? {
        let socket = try open(socket)
        if let error = pendingErrors.removeValue(forKey: socket.number) { return error }
        return try socket.takeError()
    }

    public func openCapture(device: String, in namespace: NamespaceName) throws(ControlError) -> Descriptor {
        let index = try index(of: device, in: namespace)
        let number = try OpenSocket.open(family: AF_PACKET, type: Int32(SOCK_RAW.rawValue), protocolNumber: 0)
        let capture = OpenSocket(task: nil, kind: nil, number: number)
        do throws(ControlError) {
            let (packets, auxiliary, forcedBuffer): (Int32, Int32, Int32) = (263, 8, 33)
            try capture.set(packets, auxiliary, 1, "PACKET_AUXDATA")
            try capture.set(SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS")
            try capture.set(SOL_SOCKET, forcedBuffer, 1 << 25, "SO_RCVBUFFORCE")
            let everything: UInt16 = 3
            try capture.bind(SocketAddressBytes.packet(etherType: everything, index: index))
        } catch {
            Glibc.close(number)
            throw error
        }
        sockets[Descriptor(rawValue: number)] = capture
        return Descriptor(rawValue: number)
    }

    public func frames(_ capture: Descriptor) throws(ControlError) -> [CapturedFrame] {
        let socket = try open(capture)
        guard socket.kind == nil else { throw .errno(.EBADF) }
        var frames: [CapturedFrame] = []
        var buffers = ReceiveBuffers()
        while let received = try socket.receive(into: &buffers) {
            let auxiliary = received.control.auxiliary
            let bytes = auxiliary?.withTag(received.bytes) ?? received.bytes
            let outgoing: UInt8 = 4
            frames.append(
                CapturedFrame(
                    time: received.control.time,
                    direction: SocketAddressBytes.packetType(received.source) == outgoing ? .outgoing : .incoming,
                    bytes: bytes, length: max(Int(auxiliary?.length ?? 0), bytes.count),
                    hasPartialChecksum: auxiliary?.hasPartialChecksum ?? false))
        }
        return frames
    }

    private func open(_ descriptor: Descriptor) throws(ControlError) -> OpenSocket {
        guard let socket = sockets[descriptor] else { throw .errno(.EBADF) }
        return socket
    }

    /// What a descriptor's close takes with it, besides the descriptor.
    func forgetSocket(_ descriptor: Descriptor) {
        sockets[descriptor] = nil
        pendingErrors[descriptor.rawValue] = nil
    }
}
