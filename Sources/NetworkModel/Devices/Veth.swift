import KernelControl
import LinuxABI
import PacketModel
import Trace

/// One end of a veth pair without GRO or XDP (drivers/net/veth.c).
@safe final class Veth: NetworkDevice {
    /// The other end; nil once either is deleted.
    @safe @exclusivity(unchecked) private(set) unowned(unsafe) var otherEnd: Veth?

    init(network: Network, namespace: NetworkNamespace, name: String, address: LinkAddress, mtu: UInt32) {
        super.init(
            network: network, namespace: namespace, name: name, address: address, mtu: mtu, mtuRange: 68...65535,
            flags: [.broadcast, .multicast], features: .software)
        hasCarrier = false
    }

    override var kind: String { "veth" }
    override var peer: NetworkDevice? { otherEnd }

    /// `veth_dellink`: both ends lose each other first.
    override func devicesToDelete() -> [NetworkDevice]? {
        let peer = otherEnd
        otherEnd = nil
        peer?.otherEnd = nil
        return [self] + (peer.map { [$0] } ?? [])
    }

    /// Ties the two ends of a new pair together.
    func pair(with other: Veth) {
        otherEnd = other
        other.otherEnd = self
        other.watchLink()
        watchLink()
    }

    deinit {
        otherEnd?.otherEnd = nil
    }

    /// `veth_open`.
    override func open() throws(ControlError) {
        guard let otherEnd else { throw .errno(.ENOTCONN) }
        if otherEnd.isUp {
            setCarrier(true)
            otherEnd.setCarrier(true)
        }
    }

    /// `veth_close`.
    override func stop() {
        setCarrier(false)
        otherEnd?.setCarrier(false)
    }

    /// `veth_xmit`.
    override func transmit(_ packet: SocketBuffer) -> TransmitResult {
        network.meter.charge(.vethTransmit)
        let length = UInt64(packet.length)
        guard let receiver = otherEnd, packet.pullLinear(14) else {
            network.drop(packet, .notSpecified, at: "veth_xmit", in: namespace, device: self)
            statistics.transmitDropped += 1
            return .drop
        }
        guard network.forward(packet, to: receiver, checksMTU: true), network.netifRX(packet) else {
            statistics.transmitDropped += 1
            return .drop
        }
        statistics.transmittedPackets += 1
        statistics.transmittedBytes += length
        return .success
    }

    /// `veth_get_stats64`: what one end has received is what the other has sent.
    override var shownStatistics: LinkStatistics {
        var shown = statistics
        shown.receivedPackets = otherEnd?.statistics.transmittedPackets ?? 0
        shown.receivedBytes = otherEnd?.statistics.transmittedBytes ?? 0
        // redirect_peer counts at the receiving end itself (dev_sw_netstats_rx_add).
        shown.receivedPackets += statistics.receivedPackets
        shown.receivedBytes += statistics.receivedBytes
        return shown
    }
}
