import KernelControl
import LinuxABI
import PacketModel

/// Bound UDP and ping sockets of a namespace.
struct SocketTable {
    private(set) var udp: [UInt16: [UDPSocket]] = [:]
    private(set) var ping: [UInt16: [PingSocket]] = [:]
    /// The identifier given out last (`ping_port_rover`).
    var pingRover: UInt16 = 0

    mutating func add(_ socket: UDPSocket) { udp[socket.local.port, default: []].append(socket) }
    mutating func add(_ socket: PingSocket) { ping[socket.identifier, default: []].append(socket) }

    mutating func remove(_ socket: UDPSocket) {
        udp[socket.local.port]?.removeAll { $0 === socket }
        if udp[socket.local.port]?.isEmpty == true { udp[socket.local.port] = nil }
    }

    mutating func remove(_ socket: PingSocket) {
        ping[socket.identifier]?.removeAll { $0 === socket }
        if ping[socket.identifier]?.isEmpty == true { ping[socket.identifier] = nil }
    }

    /// The UDP socket for a datagram: bound to its very address, else to any (`__udp4_lib_lookup`); an IPv6 socket bound to
    /// :: takes IPv4 too.
    func lookup(_ address: NetworkAddress, _ port: UInt16) -> UDPSocket? {
        guard let sockets = udp[port] else { return nil }
        var best: (socket: UDPSocket, score: Int)?
        for socket in sockets {
            let bound = socket.local.address
            let score =
                bound == address
                ? 3
                : !bound.isUnspecified
                    ? 0 : bound.isIPv6 == address.isIPv6 ? 2 : bound.isIPv6 ? 1 : 0
            if score > best?.score ?? 0 { best = (socket, score) }
        }
        return best?.socket
    }

    /// All UDP sockets that take a broadcast or multicast datagram.
    func lookupAll(_ address: NetworkAddress, _ port: UInt16) -> [UDPSocket] {
        (udp[port] ?? []).filter {
            $0.local.address == address
                || $0.local.address.isUnspecified && ($0.local.address.isIPv6 || !address.isIPv6)
        }
    }
}
