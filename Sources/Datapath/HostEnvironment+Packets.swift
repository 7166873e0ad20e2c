import NetworkModel
import PacketModel

extension HostEnvironment {
    /// A packet as it lies in `device`'s backlog: `bytes` from the network header on; nil where the arena is full.
    func makePacket(_ bytes: UnsafeRawBufferPointer, at device: NetworkDevice) -> SocketBuffer? {
        let headroom = 64
        guard
            let packet = SocketBuffer(
                arena: arena, capacity: headroom + bytes.count + 64, number: nextPacketNumber())
        else { return nil }
        // The link-layer header has been pulled, but is there still, as behind `eth_type_trans`.
        packet.reserve(headroom)
        unsafe packet.append(bytes)
        packet.macHeader = -14
        packet.networkHeader = 0
        packet.moveTo(device)
        let version = unsafe bytes.first.map { $0 >> 4 }
        packet.networkProtocol = version == 6 ? 0x86DD : 0x0800
        return packet
    }
}
