import HostModel
public import KernelControl
import LinuxABI
import NetworkModel
public import PacketModel

/// Seams for measurements that put a real thread where the backlog is.
extension SimulatedHost {
    /// Hands packets that would enter a backlog to `sink` instead; nil puts the backlog back.
    ///
    /// The packet's data begins at its network header, its link-layer header lies before; it is freed when `sink` lets go of it.
    public func divertBacklog(_ sink: ((SocketBuffer) -> Void)?) {
        environment.backlogSink = sink
    }

    /// Takes a packet in as if this host's backlog had held it (`__netif_receive_skb` in softirq): `bytes` is the whole
    /// frame; `partialChecksum` counts from its first byte.
    ///
    /// - Throws: `ENODEV` where there is no such device, `ENOMEM` where the arena is full.
    public func receiveFromBacklog(
        _ bytes: UnsafeRawBufferPointer, partialChecksum: (start: Int, offset: Int)?, at device: String,
        in namespace: NamespaceName
    ) throws(ControlError) {
        processors.catchUp()
        guard let device = try self.namespace(namespace).device(named: device) else { throw .errno(.ENODEV) }
        guard let packet = unsafe environment.makePacket(bytes, at: device) else { throw .errno(.ENOMEM) }
        if let partialChecksum {
            packet.checksumState = .partial
            packet.checksumStart = packet.headroom - 14 + partialChecksum.start
            packet.checksumOffset = partialChecksum.offset
        }
        processors.serveAsKsoftirqd { network.receive(packet) }
    }
}
