public import LinuxABI
public import PacketModel
import Trace

/// What bpf_redirect_neigh needs of IP (net/core/filter.c).
extension InternetStack {
    /// The route look-up of `__bpf_redirect_neigh_v4` and `_v6`: by the packet's addresses, oif the target, any source.
    public func routeRedirect(_ packet: SocketBuffer, target: NetworkDevice) -> Bool {
        if packet.networkProtocol == EtherType.ipv6 {
            guard packet.pullLinear(IPv6Header.byteCount), let header = packet.header(IPv6Header.self) else {
                return false
            }
            guard let way = try? outputRoute6(to: header.destination, source: header.source, device: target) else {
                return false
            }
            packet.route = way.route
        } else {
            guard packet.pullLinear(IPv4Header.byteCount), let header = packet.header(IPv4Header.self) else {
                return false
            }
            guard
                let way = try? outputRoute4(
                    to: header.destination, source: header.source, device: target, anySource: true),
                way.route.type == .unicast || way.route.type == .local
            else { return false }
            packet.route = way.route
        }
        if let route = packet.route, isTracing { traceRoute(packet, route) }
        return true
    }

    /// `bpf_out_neigh_v4`, `bpf_out_neigh_v6` from the neighbour look-up on.
    public func outputRedirect(_ packet: SocketBuffer, target: NetworkDevice, nextHop: NextHop?) -> TransmitResult {
        let found: Neighbour?
        if let nextHop {
            found = neighbour(Self.address(nextHop), at: target)
        } else if let route = packet.route {
            let gateway = route.gateway
            let destination =
                gateway
                ?? (packet.networkProtocol == EtherType.ipv6
                    ? packet.header(IPv6Header.self)?.destination : packet.header(IPv4Header.self)?.destination)
            found = destination.flatMap { address in
                // A local destination's route leaves by loopback, the packet by the target.
                route.device === target ? neighbour(route, to: address) : neighbour(address, at: target)
            }
        } else {
            found = nil
        }
        guard let found else {
            drop(packet, .notSpecified, at: "bpf_out_neigh", device: target)
            return .failure(.ENETDOWN)
        }
        return found.output(packet, self)
    }

    /// The parameter's bytes as an address.
    private static func address(_ next: NextHop) -> NetworkAddress {
        next.family == NextHop.inet6
            ? NetworkAddress(ipv6High: next.low.byteSwapped, low: next.high.byteSwapped)
            : NetworkAddress(ipv4: UInt32(truncatingIfNeeded: next.low).byteSwapped)
    }
}
