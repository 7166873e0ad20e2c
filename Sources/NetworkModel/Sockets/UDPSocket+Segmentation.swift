import KernelControl
import LinuxABI
import PacketModel

/// What UDP_SEGMENT changes of a send.
extension UDPSocket {
    /// UDP_MAX_SEGMENTS.
    private static let maximumSegments = 128

    /// Puts a payload behind the linear part, where a socket with UDP_SEGMENT has all of it (`paged` of
    /// `__ip_append_data`); false where the arena is full.
    func append(_ payload: [UInt8], to packet: SocketBuffer) -> Bool {
        if payload.isEmpty { return true }
        guard let storage = PacketStorage(arena: stack.environment.arena, capacity: payload.count) else { return false }
        unsafe UnsafeMutableRawBufferPointer(start: storage.base, count: payload.count).copyBytes(from: payload)
        packet.append(PacketFragment(storage: storage, offset: 0, length: payload.count))
        return true
    }

    /// Checks a send's segments and writes the UDP header (`udp_send_skb`); a payload of one segment is an ordinary
    /// datagram. EMSGSIZE where a segment is longer than the MTU, EINVAL for more than 128 of them.
    func finishPaged(
        _ packet: SocketBuffer, at offset: Int, _ port: UInt16, _ source: NetworkAddress, _ destination: NetworkAddress,
        mtu: Int, isPartial: Bool
    ) throws(ControlError) {
        let count = packet.dataLength
        let length = UDPHeader.byteCount + count
        let isTooLong = offset + UDPHeader.byteCount + min(count, segmentSize) > mtu
        if isTooLong || count > segmentSize * Self.maximumSegments {
            // The packet exists by then, though it is at no device yet.
            if stack.isTracing { traceSend(packet, source, destination, port) }
            stack.drop(packet, .notSpecified, at: "udp_send_skb")
            throw .errno(isTooLong ? .EMSGSIZE : .EINVAL)
        }
        let header = unsafe UDPHeader(writingAt: packet.data + offset)
        header.sourcePort = local.port
        header.destinationPort = port
        header.length = length
        header.checksum = ~InternetChecksum.fold(
            InternetChecksum.pseudoHeaderSum(
                source: source, destination: destination, protocol: IPProtocol.udp, length: length))
        packet.checksumStart = packet.headroom + offset
        packet.checksumOffset = UDPHeader.checksumOffset
        packet.checksumState = .partial
        if count > segmentSize {
            packet.gsoSize = segmentSize
            packet.gsoSegments = (count + segmentSize - 1) / segmentSize
            packet.gsoType = GSOType.udp
            // For a device without checksums the packet does not say that it lacks one; segmentation completes it.
            if !isPartial { packet.checksumState = .none }
        } else if !isPartial, !stack.network.completeChecksum(packet) {
            throw .errno(.ENOBUFS)
        }
    }
}
