import KernelControl
import LinuxABI
import PacketModel
import Trace

/// `SKB_GSO_*` bits (include/linux/skbuff.h).
enum GSOType {
    static let tcp4: UInt32 = 1 << 0
    static let tcp6: UInt32 = 1 << 4
    static let tcp = tcp4 | tcp6
    static let udp: UInt32 = 1 << 17
    /// GSO_LEGACY_MAX_SIZE, every device's `gso_max_size` and `gso_ipv4_max_size`: as long as that, link-layer header
    /// included, no device takes a packet whole.
    static let maximumLength = 65536
}

/// Packets that stand for several, and the making of those.
extension Network {
    /// Whether a device leaves a packet's segmentation to software (`netif_needs_gso` with the features that
    /// `netif_skb_features` leaves).
    func needsSegmentation(_ packet: SocketBuffer, for device: NetworkDevice) -> Bool {
        guard packet.isGSO else { return false }
        let state = packet.checksumState
        // A device that segments completes the segments' checksums too; without a partial one it cannot.
        guard state == .partial || state == .unnecessary, device.features.contains(.transmitChecksum) else {
            return true
        }
        guard packet.gsoType != 0, packet.length < GSOType.maximumLength else { return true }
        return !device.features.contains(packet.gsoType & GSOType.udp != 0 ? .segmentsUDP : .segmentsTCP)
    }

    /// Segments a packet for a device that does not (`validate_xmit_skb`). Each segment is its sender's, who is charged for
    /// it. Nil where the packet was dropped, which is counted here.
    func segmentInSoftware(_ packet: SocketBuffer, for device: NetworkDevice) -> [SocketBuffer]? {
        let isPartial = packet.checksumState == .partial && device.features.contains(.transmitChecksum)
        if packet.gsoType & GSOType.tcp != 0 {
            environment.notModelled("software segmentation of TCP for \(device.name)")
        }
        guard
            let segments = segments(
                of: packet, completesChecksums: !isPartial, scatters: device.features.contains(.scatterGather))
        else {
            drop(packet, .notSpecified, at: "validate_xmit_skb", in: device.namespace, device: device)
            device.statistics.transmitDropped += 1
            return nil
        }
        trace(.segment(into: segments.count), packet, at: device)
        // Only a packet's sender is charged (sock_wfree); the whole packet is given back behind its segments.
        if let sender = packet.socket as? NetworkSocket { for segment in segments { sender.charge(segment) } }
        packet.orphan()
        return segments
    }

    /// The datagrams that a UDP packet stands for (`skb_mac_gso_segment`, `inet_gso_segment`, `ipv6_gso_segment`,
    /// `__udp_gso_segment`): headers of their own, IPv4 identifications counting up, the last one's payload what is left.
    /// Data begins at the link-layer header. Nil where the headers are not those of such a packet, or memory is full.
    ///
    /// With `keepsNumber` the segments are known by the packet's own number: a NIC's frames, which no trace follows.
    func segments(
        of packet: SocketBuffer, completesChecksums: Bool, scatters: Bool, keepsNumber: Bool = false
    ) -> [SocketBuffer]? {
        let network = packet.networkHeader
        let isIPv6 = packet.networkProtocol == EtherType.ipv6
        guard packet.gsoType & GSOType.udp != 0, network >= 0,
            let transport = transportOffset(packet, network, isIPv6: isIPv6)
        else { return nil }
        let headers = transport + UDPHeader.byteCount
        let size = packet.gsoSize
        guard packet.length > headers + size, packet.checksumStart - packet.headroom == transport,
            let whole = packet.header(UDPHeader.self, at: transport)
        else { return nil }
        packet.macHeader = 0
        packet.macLength = network
        packet.transportHeader = transport
        let (check, length) = (whole.checksum, UInt16(truncatingIfNeeded: whole.length).bigEndian)
        var identification = isIPv6 ? 0 : packet.header(IPv4Header.self, at: network)?.identification ?? 0
        var segments: [SocketBuffer] = []
        var offset = headers
        while offset < packet.length {
            let count = min(size, packet.length - offset)
            guard
                let segment = packet.segment(
                    headerLength: headers, offset: offset, count: count, scatters: scatters,
                    number: keepsNumber ? packet.number : environment.nextPacketNumber())
            else { return nil }
            offset += count
            if let header = segment.header(UDPHeader.self, at: transport) {
                // The pseudo header's part of the sum knows the length too.
                let own = UInt16(truncatingIfNeeded: UDPHeader.byteCount + count)
                header.checksum = ~InternetChecksum.replace(~check, old: length, new: own.bigEndian)
                header.length = Int(own)
            }
            if isIPv6 {
                segment.header(IPv6Header.self, at: network)?.payloadLength =
                    segment.length - network - IPv6Header.byteCount
            } else if let header = segment.header(IPv4Header.self, at: network) {
                header.identification = identification
                header.totalLength = segment.length - network
                header.fillChecksum()
                identification &+= 1
            }
            if completesChecksums, !completeChecksum(segment) { return nil }
            if !keepsNumber, environment.isTracing { environment.noteClone(segment, of: packet) }
            segments.append(segment)
        }
        return segments
    }

    /// Where the UDP header lies, made linear with all before it; nil where none follows the IP header.
    private func transportOffset(_ packet: SocketBuffer, _ network: Int, isIPv6: Bool) -> Int? {
        let transport: Int
        if isIPv6 {
            guard packet.pullLinear(network + IPv6Header.byteCount),
                let header = packet.header(IPv6Header.self, at: network), header.nextHeader == IPProtocol.udp
            else { return nil }
            transport = network + IPv6Header.byteCount
        } else {
            guard packet.networkProtocol == EtherType.ipv4, packet.pullLinear(network + IPv4Header.byteCount),
                let header = packet.header(IPv4Header.self, at: network), header.protocolNumber == IPProtocol.udp
            else { return nil }
            transport = network + header.headerLength
        }
        return packet.pullLinear(transport + UDPHeader.byteCount) ? transport : nil
    }
}

extension SocketBuffer {
    /// The IP packet's length or, where it stands for several, that of one with a full payload (`skb_gso_network_seglen`):
    /// what an MTU is compared with. Data begins at the network header.
    var largestNetworkLength: Int {
        guard isGSO else { return length }
        let headers = (transportHeader ?? networkHeader) - networkHeader
        guard gsoType & GSOType.tcp != 0 else {
            return headers + (gsoType & GSOType.udp != 0 ? UDPHeader.byteCount : 0) + gsoSize
        }
        return headers + (header(TCPHeader.self, at: networkHeader + headers)?.headerLength ?? 0) + gsoSize
    }
}
