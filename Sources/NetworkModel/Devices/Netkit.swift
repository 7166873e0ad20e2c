import KernelControl
public import LinuxABI
public import PacketModel
import Trace

/// One end of a netkit pair (drivers/net/netkit.c): programs run in the sender's context, inside the transmit routine.
@safe public final class Netkit: NetworkDevice {
    /// NETKIT_L2 0, NETKIT_L3 1.
    public let mode: UInt32
    /// Whether programs and settings are managed through this end.
    public let isPrimary: Bool
    /// Whether mark and priority are cleared when a packet that this end sends crosses namespaces (NETKIT_SCRUB_DEFAULT).
    public let scrubs: Bool
    /// What becomes of packets that this end sends while it has no program: ``Verdict/pass`` or ``Verdict/drop``.
    @safe @exclusivity(unchecked) public internal(set) var policy: Int32
    /// The programs that run when this end sends.
    public let hook: DeviceHook
    /// The other end; nil once either is deleted.
    @safe @exclusivity(unchecked) private(set) unowned(unsafe) var otherEnd: Netkit?

    init(
        network: Network, namespace: NetworkNamespace, name: String, address: LinkAddress, mtu: UInt32, mode: UInt32,
        isPrimary: Bool, policy: Int32, scrubs: Bool
    ) {
        self.mode = mode
        self.isPrimary = isPrimary
        self.policy = policy
        self.scrubs = scrubs
        hook = DeviceHook(isPrimary ? .netkitPrimary : .netkitPeer)
        super.init(
            network: network, namespace: namespace, name: name, address: address, mtu: mtu, mtuRange: 68...65535,
            flags: mode == Self.layer2 ? [.broadcast, .multicast] : [.broadcast, .multicast, .noARP],
            features: .software)
        unsafe hook.device = self
        hasCarrier = false
    }

    public static let layer2: UInt32 = 0
    public static let layer3: UInt32 = 1

    public override var kind: String { "netkit" }
    public override var peer: NetworkDevice? { otherEnd }

    /// `netkit_del_link`: both ends lose each other first.
    override func devicesToDelete() -> [NetworkDevice]? {
        let peer = otherEnd
        otherEnd = nil
        peer?.otherEnd = nil
        return [self] + (peer.map { [$0] } ?? [])
    }

    /// Ties the two ends of a new pair together.
    func pair(with other: Netkit) {
        otherEnd = other
        other.otherEnd = self
        other.watchLink()
        watchLink()
    }

    deinit {
        otherEnd?.otherEnd = nil
        unsafe hook.device = nil
    }

    /// `netkit_open`.
    override func open() throws(ControlError) {
        guard let otherEnd else { throw .errno(.ENOTCONN) }
        if otherEnd.isUp {
            setCarrier(true)
            otherEnd.setCarrier(true)
        }
    }

    /// `netkit_close`.
    override func stop() {
        setCarrier(false)
        otherEnd?.setCarrier(false)
    }

    /// `netkit_uninit`.
    override func uninitialise() { hook.releaseAll() }

    /// `netkit_set_macaddr`.
    override func checkAddressChange(_ address: LinkAddress) throws(ControlError) {
        if mode != Self.layer2 { throw .errno(.EOPNOTSUPP) }
        try super.checkAddressChange(address)
    }

    /// `netkit_xmit`.
    public override func transmit(_ packet: SocketBuffer) -> TransmitResult {
        let network = self.network
        network.meter.charge(.netkitTransmit)
        var verdict = policy
        // Taken now: what programs do to the packet's size does not change the counters.
        let length = UInt64(packet.length)
        let context = network.transmitContext
        let opened = context.openRedirectState()
        defer { context.closeRedirectState(opened) }
        guard let peer = otherEnd, peer.isUp, packet.pullLinear(14) else {
            return dropped(packet, at: self)
        }
        let crosses = namespace !== peer.namespace
        packet.scrub(crossesNamespaces: false)
        packet.macHeader = 0
        if crosses {
            packet.clearTimestamp()
            if scrubs {
                packet.priority = 0
                packet.mark = 0
            }
        }
        packet.setPacketType(at: peer)
        packet.moveTo(peer)
        network.trace(.scrub(crossesNamespaces: crosses), packet, at: self)
        if hook.isEmpty {
            network.trace(.policy(verdict: verdict), packet, at: self)
        } else {
            verdict = network.run(hook, packet, at: self)
        }
        switch verdict {
        case Verdict.next, Verdict.pass:
            packet.pullMAC()
            guard network.netifRX(packet) else {
                statistics.transmitDropped += 1
                return .drop
            }
            statistics.transmittedPackets += 1
            statistics.transmittedBytes += length
            peer.statistics.receivedPackets += 1
            peer.statistics.receivedBytes += length
            return .success
        case Verdict.redirect:
            statistics.transmittedPackets += 1
            statistics.transmittedBytes += length
            _ = network.redirect(packet)
            return .success
        default:
            // Recorded: the packet is the other end's already, so that is the device of skb:kfree_skb.
            return dropped(packet, at: peer)
        }
    }

    /// Only this end counts it, wherever the packet was.
    private func dropped(_ packet: SocketBuffer, at device: NetworkDevice) -> TransmitResult {
        network.drop(packet, .notSpecified, at: "netkit_xmit", in: device.namespace, device: device)
        statistics.transmitDropped += 1
        return .drop
    }
}
