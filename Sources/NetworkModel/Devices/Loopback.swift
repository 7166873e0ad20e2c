import KernelControl
import LinuxABI
import PacketModel
import Trace

/// `lo` (drivers/net/loopback.c): what it sends comes back through the backlog.
final class Loopback: NetworkDevice {
    init(network: Network, namespace: NetworkNamespace) {
        super.init(
            network: network, namespace: namespace, name: "lo", address: .zero, mtu: 65536,
            mtuRange: 0...UInt32(Int32.max), flags: .loopback, type: HardwareType.loopback, features: .software,
            releasesDestination: false)
    }

    /// `loopback_xmit`.
    override func transmit(_ packet: SocketBuffer) -> TransmitResult {
        network.meter.charge(.loopbackTransmit)
        packet.clearTimestamp()
        packet.orphan()
        packet.setEthernetProtocol(at: self)
        let length = packet.length
        if network.netifRX(packet) {
            statistics.transmittedPackets += 1
            statistics.transmittedBytes += UInt64(length)
            statistics.receivedPackets += 1
            statistics.receivedBytes += UInt64(length)
        }
        return .success
    }
}
