import KernelControl
import LinuxABI
import PacketModel
import Trace

/// A device that swallows what it sends (drivers/net/dummy.c).
final class Dummy: NetworkDevice {
    init(network: Network, namespace: NetworkNamespace, name: String, address: LinkAddress, mtu: UInt32) {
        super.init(
            network: network, namespace: namespace, name: name, address: address, mtu: mtu, mtuRange: 0...0xFFFF_FFFF,
            flags: [.broadcast, .noARP], features: .software)
    }

    override var kind: String { "dummy" }
    override func devicesToDelete() -> [NetworkDevice]? { [self] }
    /// `dummy_xmit`.
    override func transmit(_ packet: SocketBuffer) -> TransmitResult {
        statistics.transmittedPackets += 1
        statistics.transmittedBytes += UInt64(packet.length)
        network.trace(.consume(what: "a dummy device"), packet, at: self)
        return .success
    }
}
