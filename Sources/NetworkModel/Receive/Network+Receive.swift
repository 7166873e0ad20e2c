import KernelControl
import LinuxABI
public import PacketModel
import Trace

extension Network {
    /// Takes a packet in at its device (`__netif_receive_skb`), in softirq: taps, ingress programs, then the protocol. Data
    /// begins behind the link-layer header. Consumes the packet.
    public func receive(_ packet: SocketBuffer) {
        var device = packet.networkDevice
        stamp(packet)
        packet.networkHeader = 0
        if packet.transportHeader == nil { packet.transportHeader = 0 }
        packet.macLength = max(0, packet.macHeader.map { -$0 } ?? 0)
        var hasPendingTap = false
        while true {
            meter.charge(.receiveCore)
            packet.inputInterface = device.index
            environment.countReceived()
            trace(.receive, packet, at: device)
            if packet.hasVLANProtocol {
                guard untagVLAN(packet) else { return }
            }
            if packet.hookBits.contains(.skipClassify) {
                packet.hookBits.remove(.skipClassify)
                break
            }
            if device.hasTaps {
                for tap in device.taps { tap.packet(packet, at: device, isOutgoing: false) }
                hasPendingTap = true
            }
            if device.classifiesIngress {
                // The taps' hand-over is done before the programs run, and forgotten.
                hasPendingTap = false
                switch handleIngress(packet, device) {
                case .proceed: break
                case .anotherRound:
                    device = packet.networkDevice
                    continue
                case .consumed: return
                }
            }
            packet.hookBits.remove(.redirected)
            break
        }
        while packet.get(UInt16.self, at: SocketBufferLayout.vlanProtocol) != 0 {
            // The taps' hand-over is done before VLANs are asked (`vlan_do_receive`).
            hasPendingTap = false
            // No VLAN device takes the tag. Priority tags (VLAN 0) are stripped, one inside the other.
            let tag = packet.get(UInt16.self, at: SocketBufferLayout.vlanTCI)
            packet.set(UInt32(0), at: SocketBufferLayout.vlanProtocol)
            if tag & 0x0FFF != 0 {
                packet.packetType = .otherHost
            } else if packet.hasVLANProtocol {
                guard untagVLAN(packet) else { return }
            }
        }
        let stack = device.namespace.stack
        if stack.handles(packet.networkProtocol) {
            stack.receive(packet)
        } else if hasPendingTap {
            // A tap that still waits for its hand-over counts as a taker.
            trace(.consume(what: "a capture"), packet, at: device)
        } else {
            device.statistics.receiveDropped += 1
            drop(
                packet, .unhandledProtocol, at: "__netif_receive_skb_core", in: device.namespace, device: device)
        }
    }

    private enum IngressResult {
        case proceed
        case anotherRound
        case consumed
    }

    /// `sch_handle_ingress`.
    private func handleIngress(_ packet: SocketBuffer, _ device: NetworkDevice) -> IngressResult {
        let context = transmitContext
        let opened = context.openRedirectState()
        defer { context.closeRedirectState(opened) }
        packet.packetLength = packet.length
        packet.hookBits.insert(.atIngress)
        packet.push(packet.macLength)
        let verdict = classifyIngress(packet, at: device)
        switch verdict {
        case Verdict.redirect:
            if redirect(packet) == .anotherRound {
                packet.pull(packet.macLength)
                return .anotherRound
            }
            return .consumed
        case Verdict.drop:
            packet.pull(packet.macLength)
            drop(packet, .tcIngress, at: "sch_handle_ingress", in: device.namespace, device: device)
            return .consumed
        case Verdict.stolen, Verdict.trap:
            packet.pull(packet.macLength)
            trace(.consume(what: "a tc filter"), packet, at: device)
            return .consumed
        default:
            packet.pull(packet.macLength)
            return .proceed
        }
    }

    /// `skb_vlan_untag`: moves the tag in the data into the metadata. False where the packet is too short: freed.
    private func untagVLAN(_ packet: SocketBuffer) -> Bool {
        // A tag in the metadata already: this one stays in the data.
        if packet.get(UInt16.self, at: SocketBufferLayout.vlanProtocol) != 0 { return true }
        guard packet.ensureWritable(4), let mac = packet.macHeader else {
            let device = packet.networkDevice
            drop(packet, .notSpecified, at: "skb_vlan_untag", in: device.namespace, device: device)
            return false
        }
        let tag = unsafe UInt16(bigEndian: packet.data.loadUnaligned(as: UInt16.self))
        let inner = unsafe UInt16(bigEndian: packet.data.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        packet.set(packet.networkProtocol.bigEndian, at: SocketBufferLayout.vlanProtocol)
        packet.set(tag, at: SocketBufferLayout.vlanTCI)
        if packet.checksumState == .complete { packet.subtractFromChecksum(offset: 0, count: 4) }
        packet.pull(4)
        if mac == -14 {
            // The addresses move up against the inner type.
            unsafe (packet.data - 14).copyMemory(from: packet.data - 18, byteCount: 12)
        }
        packet.macHeader = mac
        packet.networkProtocol = inner
        packet.networkHeader = 0
        packet.transportHeader = 0
        packet.macLength = -mac
        return true
    }
}

extension SocketBuffer {
    /// What IP writes over the control block, and with it over what programs kept there: `cb[0…3]` and `tc_classid` are
    /// gone, `cb[4]` stays (`memset(IPCB(skb))`, 24 bytes).
    func clearControlBlock() {
        for word in 0..<3 { set(UInt64(0), at: SocketBufferLayout.controlBlock + word * 8) }
    }

    /// `eth_type_vlan` of the packet's protocol.
    @inline(__always) fileprivate var hasVLANProtocol: Bool {
        networkProtocol == EtherType.vlan || networkProtocol == EtherType.vlanStacked
    }
}
