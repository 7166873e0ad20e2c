import BPFRuntime
import HostModel
public import KernelControl
public import LinuxABI
import NetworkModel

/// Sockets, each used by the task that it was opened for, on that task's CPU.
extension SimulatedHost {
    public func openSocket(_ request: SocketRequest) throws(ControlError) -> Descriptor {
        let stack = try stack(request.namespace)
        guard processors.all.indices.contains(request.task.cpu) else {
            throw .errno(.EINVAL, "CPU \(request.task.cpu): this machine has \(processors.all.count)")
        }
        let endpoint: OpenSocket.Endpoint
        switch request.kind {
        case .udp:
            let socket = UDPSocket(stack: stack, isIPv6: request.isIPv6)
            socket.segmentSize = Int(request.segmentSize ?? 0)
            endpoint = .udp(socket)
        case .icmpEcho: endpoint = .ping(PingSocket(stack: stack, isIPv6: request.isIPv6))
        case .packet(let name):
            guard let device = try namespace(request.namespace).device(named: name) else { throw .errno(.ENODEV) }
            endpoint = .packet(PacketSocket(stack: stack, device: device))
        }
        if request.segmentSize != nil, request.kind != .udp {
            throw .errno(.ENOPROTOOPT, "UDP_SEGMENT: not a UDP socket")
        }
        let socket = OpenSocket(endpoint, task: request.task)
        socket.base.mark = request.mark ?? 0
        socket.base.priority = request.priority ?? 0
        socket.base.reportsErrors = request.reportsErrors
        socket.base.discoversMTU = request.discoversMTU
        return runtime.descriptors.open(socket)
    }

    public func bind(_ socket: Descriptor, to address: SocketAddress) throws(ControlError) {
        switch try open(socket).endpoint {
        case .udp(let udp): try udp.bind(to: address)
        case .ping(let ping): try ping.bind(to: address)
        case .packet: throw .errno(.EINVAL, "a packet socket is bound to its device")
        }
    }

    public func send(
        _ payload: [UInt8], from socket: Descriptor, to destination: SocketAddress?
    ) throws(ControlError) {
        processors.catchUp()
        let socket = try open(socket)
        try processors.runTask(socket.task.name, cpu: socket.task.cpu) { () throws(ControlError) in
            switch socket.endpoint {
            case .udp(let udp): try udp.send(payload, to: destination)
            case .ping(let ping): try ping.send(payload, to: destination)
            case .packet(let packet): try packet.send(payload)
            }
        }
    }

    public func receive(_ socket: Descriptor) throws(ControlError) -> [ReceivedDatagram] {
        processors.catchUp()
        switch try open(socket).endpoint {
        case .udp(let udp): return udp.receiveAll()
        case .ping(let ping): return ping.receiveAll()
        case .packet: return []
        }
    }

    public func takeError(_ socket: Descriptor) throws(ControlError) -> KernelErrno? {
        processors.catchUp()
        return try open(socket).base.takeError()
    }

    private func open(_ descriptor: Descriptor) throws(ControlError) -> OpenSocket {
        guard let object = runtime.descriptors.object(descriptor) else { throw .errno(.EBADF) }
        guard let socket = object as? OpenSocket else { throw .errno(.ENOTSOCK) }
        return socket
    }
}

/// A socket's open file, and the task that uses it.
private final class OpenSocket {
    enum Endpoint {
        case udp(UDPSocket)
        case ping(PingSocket)
        case packet(PacketSocket)
    }

    let endpoint: Endpoint
    let task: TaskIdentity

    init(_ endpoint: Endpoint, task: TaskIdentity) {
        self.endpoint = endpoint
        self.task = task
    }

    var base: NetworkSocket {
        switch endpoint {
        case .udp(let udp): udp
        case .ping(let ping): ping
        case .packet(let packet): packet
        }
    }

    deinit {
        switch endpoint {
        case .udp(let udp): udp.close()
        case .ping(let ping): ping.close()
        case .packet: break
        }
    }
}
