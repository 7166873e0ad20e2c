import NetworkModel
import PacketModel

extension HostEnvironment {
    /// A packet as it lies in `device`'s backlog, made of a whole frame; nil where the frame is shorter than its link-layer
    /// header, or the arena is full.
    func makePacket(_ bytes: UnsafeRawBufferPointer, at device: NetworkDevice) -> SocketBuffer? {
        let headroom = 64
        guard bytes.count >= 14,
            let packet = SocketBuffer(
                arena: arena, capacity: headroom + bytes.count + 64, number: nextPacketNumber())
        else { return nil }
        packet.reserve(headroom)
        unsafe packet.append(bytes)
        packet.macHeader = 0
        packet.networkProtocol = unsafe UInt16(bytes[12]) << 8 | UInt16(bytes[13])
        // `eth_type_trans` has pulled the link-layer header; it is there still.
        packet.pull(14)
        packet.networkHeader = 0
        packet.moveTo(device)
        return packet
    }
}
