import KernelControl
import LinuxABI
import PacketModel

extension Network {
    /// `validate_xmit_skb` for a packet that ``needsSegmentation(_:for:)`` says no of: does in software what the device
    /// cannot. False where the packet was dropped, which is counted here.
    func validate(_ packet: SocketBuffer, for device: NetworkDevice) -> Bool {
        let needsLinear = packet.dataLength > 0 && !device.features.contains(.scatterGather)
        let isReady =
            (!needsLinear || packet.pullLinear(packet.length))
            && (packet.checksumState != .partial || device.features.contains(.transmitChecksum)
                || completeChecksum(packet))
        if !isReady {
            drop(packet, .notSpecified, at: "validate_xmit_skb", in: device.namespace, device: device)
            device.statistics.transmitDropped += 1
        }
        return isReady
    }

    /// `skb_checksum_help`: replaces a partial checksum by the whole one. False where its place is outside the packet.
    func completeChecksum(_ packet: SocketBuffer) -> Bool {
        let start = packet.checksumStart - packet.headroom
        let field = start + packet.checksumOffset
        guard start >= 0, start < packet.length, packet.ensureWritable(field + 2) else { return false }
        // Headroom may have moved with the writable copy, the start within the packet has not.
        let covered = packet.length - start
        let sum =
            packet.dataLength == 0
            ? unsafe InternetChecksum.sum(packet.data + start, count: covered)
            : InternetChecksum.sum(Array(packet.bytes[start...]))
        var value = InternetChecksum.fold(sum)
        // CSUM_MANGLED_0: 0 would say "no checksum" to UDP.
        if value == 0 { value = 0xFFFF }
        unsafe packet.data.storeBytes(of: value, toByteOffset: field, as: UInt16.self)
        packet.checksumState = .none
        return true
    }
}
