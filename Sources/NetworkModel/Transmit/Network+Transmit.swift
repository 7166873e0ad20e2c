import KernelControl
public import LinuxABI
public import PacketModel
import Trace

extension Network {
    /// Sends a packet out of its device (`dev_queue_xmit`): egress programs, queueing discipline, driver. Data begins at the
    /// link-layer header. Consumes the packet; runs in the caller's context, and softirqs that it raises run before it
    /// returns where the caller is a task with bottom halves on.
    public func transmit(_ packet: SocketBuffer) -> TransmitResult {
        let environment = self.environment
        let device = packet.networkDevice
        meter.charge(.deviceTransmit)
        packet.macHeader = 0
        setPacketLength(packet)
        environment.disableBottomHalves()
        defer { environment.enableBottomHalves() }
        packet.hookBits.remove(.atIngress)
        if device.classifiesEgress, let result = handleEgress(packet, device) { return result }
        if device.releasesDestination { packet.destination = nil }
        // netdev_core_pick_tx: each device has one queue; the sender's CPU takes the place of the NAPI id.
        packet.queueMapping = 0
        packet.set(UInt32(0), at: SocketBufferLayout.napiID)
        switch device.activeDiscipline {
        case .noqueue: return transmitDirectly(packet, device)
        case .noop:
            trace(.noopQdisc, packet, at: device)
            drop(packet, .qdiscDrop, at: "noop_enqueue", in: device.namespace, device: device)
            device.statistics.transmitDropped += 1
            return .congestion
        case .fqCodel:
            guard let nic = device as? NIC else { return transmitDirectly(packet, device) }
            return nic.enqueue(packet)
        }
    }

    /// `qdisc_pkt_len_init`: what goes over the wire, each segment's headers counted.
    private func setPacketLength(_ packet: SocketBuffer) {
        packet.packetLength = packet.length
        guard packet.isGSO, let transport = packet.transportHeader else { return }
        var headers = transport
        if packet.gsoType & GSOType.tcp != 0 {
            guard packet.pullLinear(headers + 20) else { return }
            headers += Int(unsafe packet.data.load(fromByteOffset: headers + 12, as: UInt8.self) >> 4) * 4
        } else if packet.gsoType & GSOType.udp != 0 {
            guard packet.pullLinear(headers + UDPHeader.byteCount) else { return }
            headers += UDPHeader.byteCount
        }
        packet.packetLength += (packet.gsoSegments - 1) * headers
    }

    /// `sch_handle_egress`; nil where the packet goes on.
    private func handleEgress(_ packet: SocketBuffer, _ device: NetworkDevice) -> TransmitResult? {
        let context = transmitContext
        let opened = context.openRedirectState()
        defer { context.closeRedirectState(opened) }
        switch classifyEgress(packet, at: device) {
        case Verdict.redirect:
            _ = redirect(packet)
            return .success
        case Verdict.drop:
            drop(packet, .tcEgress, at: "sch_handle_egress", in: device.namespace, device: device)
            return .drop
        case Verdict.stolen, Verdict.trap:
            trace(.consume(what: "a tc filter"), packet, at: device)
            return .success
        default: return nil
        }
    }

    /// `__dev_queue_xmit` for a device without a queue.
    private func transmitDirectly(_ packet: SocketBuffer, _ device: NetworkDevice) -> TransmitResult {
        let context = transmitContext
        if context.isRecursionLimitReached {
            drop(packet, .notSpecified, at: "__dev_queue_xmit", in: device.namespace, device: device)
            device.statistics.transmitDropped += 1
            return .failure(.ENETDOWN)
        }
        if needsSegmentation(packet, for: device) {
            guard let segments = segmentInSoftware(packet, for: device) else { return .failure(.ENOMEM) }
            context.recursion += 1
            defer { context.recursion -= 1 }
            for segment in segments { _ = hardTransmit(segment, device) }
            // What becomes of single segments is nothing that the sender hears of.
            return .success
        }
        guard validate(packet, for: device) else { return .failure(.ENOMEM) }
        context.recursion += 1
        defer { context.recursion -= 1 }
        return hardTransmit(packet, device)
    }

    /// `xmit_one`: taps, then the driver.
    func hardTransmit(_ packet: SocketBuffer, _ device: NetworkDevice) -> TransmitResult {
        if device.hasTaps { for tap in device.taps { tap.packet(packet, at: device, isOutgoing: true) } }
        trace(.transmit, packet, at: device)
        return device.transmit(packet)
    }

    /// `__netif_rx`: puts the packet into a CPU's backlog; false where it was dropped, which is counted here.
    func netifRX(_ packet: SocketBuffer) -> Bool {
        let environment = self.environment
        let device = packet.networkDevice
        stamp(packet)
        switch environment.enqueueToBacklog(packet, isRunning: device.isUp) {
        case .accepted(let cpu, let queued):
            trace(.backlogEnqueue(cpu: cpu, queued: queued), packet, at: device)
            return true
        case .overflow:
            drop(packet, .cpuBacklog, at: "enqueue_to_backlog", in: device.namespace, device: device)
        case .notRunning:
            drop(packet, .deviceNotReady, at: "enqueue_to_backlog", in: device.namespace, device: device)
        }
        device.statistics.receiveDropped += 1
        return false
    }

    /// `__dev_forward_skb2`: makes the packet one that `receiver` has received; false where that is not possible, counted
    /// at the receiver. The packet's device is still the sender.
    func forward(_ packet: SocketBuffer, to receiver: NetworkDevice, checksMTU: Bool) -> Bool {
        let fits = packet.length <= Int(receiver.mtu) + 14 + 4 || packet.isGSO
        guard receiver.isUp, !checksMTU || fits else {
            // The receiver counts; the packet is still its sender's (`skb->dev`).
            let sender = packet.networkDevice
            drop(packet, .notSpecified, at: "____dev_forward_skb", in: sender.namespace, device: sender)
            receiver.statistics.receiveDropped += 1
            return false
        }
        let crosses = packet.networkDevice.namespace !== receiver.namespace
        packet.scrub(crossesNamespaces: crosses)
        packet.priority = 0
        if packet.checksumState == .complete, packet.linearLength >= 14 {
            packet.subtractFromChecksum(offset: 0, count: 14)
        }
        packet.setEthernetProtocol(at: receiver)
        trace(.scrub(crossesNamespaces: crosses), packet, at: receiver)
        return true
    }
}
