import LinuxABI
import PacketModel
import Trace

extension InternetStack {
    /// Writes an IPv6 header at data (`__ip6_make_skb`).
    @inline(__always)
    func writeIPv6(
        _ packet: SocketBuffer, payloadLength: Int, nextHeader: UInt8, source: NetworkAddress,
        destination: NetworkAddress, trafficClass: UInt8 = 0, flowLabel: UInt32 = 0, hopLimit: UInt8 = 64
    ) {
        let header = unsafe IPv6Header(writingAt: packet.data)
        header.setVersion(trafficClass: trafficClass, flowLabel: flowLabel)
        header.payloadLength = payloadLength
        header.nextHeader = nextHeader
        header.hopLimit = hopLimit
        header.source = source
        header.destination = destination
    }

    /// The flow label that the kernel makes up from the flow's hash (`ip6_make_flowlabel`, auto_flowlabels 1); the hash
    /// stays in the packet, covering ports; of ICMPv6 its type and code, but no identifier.
    func flowLabel(
        _ packet: SocketBuffer, _ source: NetworkAddress, _ destination: NetworkAddress, _ sourcePort: UInt16,
        _ destinationPort: UInt16
    ) -> UInt32 {
        if network.flowSeed == 0 { network.flowSeed = environment.random32() | 1 }
        let seed = network.flowSeed
        let ports = UInt64(sourcePort) << 16 | UInt64(destinationPort)
        // __flow_hash_consistentify: the addresses in one order; of the ports there is a second copy, which keeps its own.
        let isSorted = (source.high, source.low) <= (destination.high, destination.low)
        let (first, second) = isSorted ? (source, destination) : (destination, source)
        let addresses = mixed(first.high ^ second.high &* 3, first.low ^ second.low &* 5, seed: seed)
        let hash = UInt32(truncatingIfNeeded: mixed(addresses, ports, seed: seed)) | 1
        packet.set(hash, at: SocketBufferLayout.hash)
        // l4_hash and sw_hash.
        packet.set(UInt8(3), at: SocketBufferLayout.hashBits)
        return (hash << 16 | hash >> 16) & 0xFFFFF
    }

    /// Sends a packet of this host whose headers stand at data (`ip6_local_out`). Consumes it.
    @inline(__always)
    func outputLocal6(_ packet: SocketBuffer, _ route: Route) -> TransmitResult {
        packet.networkProtocol = EtherType.ipv6
        traceRoute(packet, route)
        return output6(packet, route)
    }

    /// `ip6_output`, `ip6_finish_output`, `ip6_finish_output2`.
    func output6(_ packet: SocketBuffer, _ route: Route, forwards: Bool = false) -> TransmitResult {
        meter.charge(.ipOutput)
        let device = route.device
        packet.moveTo(device)
        guard let state = state(of: device), !state.isIPv6Disabled else {
            drop(packet, .ipv6Disabled, at: "ip6_output", device: device)
            return .success
        }
        guard let header = packet.header(IPv6Header.self, at: packet.networkHeader) else {
            drop(packet, .ipHeader, at: "ip6_finish_output2", device: device)
            return .failure(.EINVAL)
        }
        let destination = header.destination
        let length = packet.largestNetworkLength
        if length > mtu(route, to: destination, forwards: forwards) {
            environment.notModelled("fragmentation at \(device.name): a packet of \(length) bytes")
            drop(packet, .packetTooBig, at: "ip6_fragment", device: device)
            return .failure(.EMSGSIZE)
        }
        guard reserveLinkLayer(packet, device) else { return .failure(.ENOMEM) }
        guard let neighbour = neighbour(route, to: destination) else {
            drop(packet, .neighbourCreateFailed, at: "ip6_finish_output2", device: device)
            return .failure(.EINVAL)
        }
        return neighbour.output(packet, self)
    }
}
