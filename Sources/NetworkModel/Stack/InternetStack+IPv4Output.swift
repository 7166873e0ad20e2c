import LinuxABI
import PacketModel
import Trace
import SimulationCore

/// One of the counters that IPv4 identifications come from (`ip_idents`).
struct IdentificationBucket {
    var next: UInt32
    /// Jiffies of the last use.
    var stamp: UInt64
}

extension InternetStack {
    /// Writes an IPv4 header without options at data (`__ip_make_skb`, `ip_copy_addrs`).
    ///
    /// With DF and no fragmentation allowed the identification is 0; else it is drawn, also with DF where the kernel might
    /// still fragment (IP_PMTUDISC_WANT).
    @inline(__always)
    func writeIPv4(
        _ packet: SocketBuffer, length: Int, protocolNumber: UInt8, source: NetworkAddress,
        destination: NetworkAddress, typeOfService: UInt8 = 0, dontFragment: Bool, hasRandomID: Bool
    ) {
        let header = unsafe IPv4Header(writingAt: packet.data)
        header.setVersion(headerLength: 20)
        header.typeOfService = typeOfService
        header.totalLength = length
        header.identification = hasRandomID ? identification(source, destination, protocolNumber) : 0
        header.fragmentWord = dontFragment ? IPv4Header.dontFragment : 0
        header.timeToLive = settings.defaultTTL
        header.protocolNumber = protocolNumber
        header.source = source
        header.destination = destination
        header.fillChecksum()
    }

    /// `__ip_select_ident`: a counter per hash of addresses and protocol that also leaps by time.
    private func identification(_ source: NetworkAddress, _ destination: NetworkAddress, _ number: UInt8) -> UInt16 {
        let environment = self.environment
        let jiffies = meter.now.nanoseconds / 4_000_000
        if identifications.isEmpty {
            flowSeed = environment.random32()
            identifications = [IdentificationBucket](
                repeating: IdentificationBucket(next: 0, stamp: .max), count: 2048)
        }
        let hash = mixed(source.high ^ destination.high &* 3, UInt64(number), seed: flowSeed)
        let slot = Int(hash & 2047)
        var bucket = identifications[slot]
        if bucket.stamp == .max {
            bucket = IdentificationBucket(next: environment.random32(), stamp: jiffies)
        } else if jiffies > bucket.stamp {
            bucket.next &+= environment.random32() % UInt32(truncatingIfNeeded: jiffies - bucket.stamp)
            bucket.stamp = jiffies
        }
        let value = UInt16(truncatingIfNeeded: bucket.next)
        bucket.next &+= 1
        identifications[slot] = bucket
        return value
    }

    /// A hash with a seed.
    func mixed(_ first: UInt64, _ second: UInt64, seed: UInt32) -> UInt64 {
        var value = first &* 0x9E37_79B9_7F4A_7C15 ^ second &+ UInt64(seed)
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        return value ^ value >> 31
    }

    /// Sends a packet of this host whose headers stand at data (`ip_local_out`). Consumes it.
    @inline(__always)
    func outputLocal4(_ packet: SocketBuffer, _ route: Route) -> TransmitResult {
        packet.networkProtocol = EtherType.ipv4
        traceRoute(packet, route)
        return output4(packet, route)
    }

    func traceRoute(_ packet: SocketBuffer, _ route: Route) {
        if isTracing {
            let isIPv6 = packet.networkProtocol == EtherType.ipv6
            let destination =
                isIPv6
                ? packet.header(IPv6Header.self, at: packet.networkHeader)?.destination
                : packet.header(IPv4Header.self, at: packet.networkHeader)?.destination
            trace(
                .route(
                    destination: destination?.description ?? "", outputDevice: route.device.name,
                    gateway: route.gateway?.description), packet)
        }
    }

    /// `ip_output`, `ip_finish_output`, `ip_finish_output2`: MTU, then the neighbour.
    func output4(_ packet: SocketBuffer, _ route: Route, forwards: Bool = false) -> TransmitResult {
        meter.charge(.ipOutput)
        let device = route.device
        packet.moveTo(device)
        guard let header = packet.header(IPv4Header.self, at: packet.networkHeader) else {
            drop(packet, .ipHeader, at: "ip_finish_output2", device: device)
            return .failure(.EINVAL)
        }
        let destination = header.destination
        let length = packet.largestNetworkLength
        if length > mtu(route, to: destination, forwards: forwards) {
            environment.notModelled("fragmentation at \(device.name): a packet of \(length) bytes")
            drop(packet, .packetTooBig, at: "ip_fragment", device: device)
            return .failure(.EMSGSIZE)
        }
        guard reserveLinkLayer(packet, device) else { return .failure(.ENOMEM) }
        guard let neighbour = neighbour(route, to: destination) else {
            drop(packet, .neighbourCreateFailed, at: "ip_finish_output2", device: device)
            return .failure(.ENOBUFS)
        }
        return neighbour.output(packet, self)
    }

    /// Room for the link-layer header, else a new buffer (`skb_expand_head`). False where memory is full: freed.
    @inline(__always)
    func reserveLinkLayer(_ packet: SocketBuffer, _ device: NetworkDevice) -> Bool {
        if packet.reserveHeadroom(device.linkLayerReservedSpace) { return true }
        drop(packet, .notSpecified, at: "ip_finish_output2", device: device)
        return false
    }
}
