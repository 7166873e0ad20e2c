import KernelControl
public import LinuxABI
public import PacketModel
import Trace

/// A physical NIC on a wire, as a virtio one behaves: a queueing discipline, a transmit ring whose packets keep their
/// sockets until completion, a receive ring that NAPI polls.
public final class NIC: NetworkDevice {
    public let wire: Wire
    /// The CPU that its interrupts and softirqs run on.
    public let receiveCPU: Int
    /// NAPI ids are given out in the order of the NICs' making, above the largest CPU number.
    private let napiID: UInt32
    /// Packets in front of the full ring, in the order that fq_codel gives those of one flow.
    @safe @exclusivity(unchecked) private var queue: [SocketBuffer] = []
    /// Packets that the hardware still has.
    @safe @exclusivity(unchecked) private var inFlight: [SocketBuffer] = []
    @safe @exclusivity(unchecked) private var receiveRing: [[UInt8]] = []
    @safe @exclusivity(unchecked) private var receiveHead = 0
    @safe @exclusivity(unchecked) private var isReceiveScheduled = false
    @safe @exclusivity(unchecked) private var isCompletionScheduled = false

    /// Slots of the receive ring.
    static let receiveSlots = 256
    /// Packets that fit into the transmit ring of 256 before the driver stops the queue, which it does with fewer than
    /// 19 free slots.
    static let transmitSlots = 238
    /// `limit` of fq_codel.
    static let queueLimit = 10240

    init(
        network: Network, namespace: NetworkNamespace, name: String, address: LinkAddress, mtu: UInt32,
        attributes: NICAttributes
    ) {
        wire = network.wire(attributes.wire)
        napiID = 8193 + network.takeNICNumber()
        receiveCPU = attributes.receiveCPU
        var features: DeviceFeatures = .scatterGather
        if attributes.checksumOffload { features.insert(.transmitChecksum) }
        if attributes.segmentationOffload { features.insert(.segmentsTCP) }
        // netdev_fix_features: not without checksums.
        if attributes.udpSegmentationOffload, attributes.checksumOffload { features.insert(.segmentsUDP) }
        super.init(
            network: network, namespace: namespace, name: name, address: address, mtu: mtu, mtuRange: 68...65535,
            flags: [.broadcast, .multicast], features: features)
        // The header that virtio puts before each frame (`virtio_net_hdr_mrg_rxbuf`).
        neededHeadroom = 12
        // The driver has seen its link.
        watchedState = 6
        wire.plugIn(self)
    }

    public override var ownDiscipline: QueueingDiscipline { .fqCodel }

    override func uninitialise() { wire.unplug(self) }

    override func stop() {
        queue = []
        receiveRing = []
        receiveHead = 0
    }

    // MARK: Transmit

    /// `__dev_xmit_skb` with fq_codel, which an empty queue lets packets pass by. Behind a full ring one flow's packets keep
    /// their order; how fq_codel takes turns between flows, and what it drops when it is full, is not modelled.
    func enqueue(_ packet: SocketBuffer) -> TransmitResult {
        if !queue.isEmpty || inFlight.count >= Self.transmitSlots {
            if let last = queue.last, !last.isOfSameFlow(as: packet) {
                network.environment.notModelled("fq_codel's turns between flows behind the full ring of \(name)")
            }
            guard queue.count < Self.queueLimit else {
                network.environment.notModelled("fq_codel's drops from a full queue of \(name)")
                network.drop(packet, .qdiscDrop, at: "fq_codel_enqueue", in: namespace, device: self)
                return .congestion
            }
            queue.append(packet)
            return .success
        }
        send(packet)
        return .success
    }

    /// `sch_direct_xmit`: to the driver what the device can do, segments one after the other as far as the ring takes them;
    /// the rest goes to the queue's head (`dev_requeue_skb`).
    private func send(_ packet: SocketBuffer) {
        guard network.needsSegmentation(packet, for: self) else {
            if network.validate(packet, for: self) { _ = network.hardTransmit(packet, self) }
            return
        }
        guard let segments = network.segmentInSoftware(packet, for: self) else { return }
        for (index, segment) in segments.enumerated() {
            if inFlight.count >= Self.transmitSlots {
                queue.insert(contentsOf: segments[index...], at: 0)
                return
            }
            _ = network.hardTransmit(segment, self)
        }
    }

    /// Puts the packet into the transmit ring; the wire has it at once, completion follows.
    public override func transmit(_ packet: SocketBuffer) -> TransmitResult {
        let environment = network.environment
        network.meter.charge(.nicTransmit)
        if packet.isGSO { return transmitSegmenting(packet) }
        let partial = packet.checksumState == .partial
        if partial, !network.completeChecksum(packet) {
            network.drop(packet, .notSpecified, at: "start_xmit", in: namespace, device: self)
            statistics.transmitDropped += 1
            return .success
        }
        statistics.transmittedPackets += 1
        statistics.transmittedBytes += UInt64(packet.length)
        network.trace(.wire(frames: 1), packet, at: self)
        wire.send(packet, from: self, environment: environment)
        awaitCompletion(packet)
        return .success
    }

    /// The hardware segments: for the driver, and its counters, the packet is one.
    private func transmitSegmenting(_ packet: SocketBuffer) -> TransmitResult {
        let environment = network.environment
        if packet.gsoType & GSOType.tcp != 0 {
            environment.notModelled("segmentation of TCP by \(name)")
        }
        guard
            let frames = network.segments(of: packet, completesChecksums: true, scatters: true, keepsNumber: true)
        else {
            network.drop(packet, .notSpecified, at: "start_xmit", in: namespace, device: self)
            statistics.transmitDropped += 1
            return .success
        }
        statistics.transmittedPackets += 1
        statistics.transmittedBytes += UInt64(packet.length)
        network.trace(.wire(frames: frames.count), packet, at: self)
        for frame in frames { wire.send(frame, from: self, environment: environment) }
        awaitCompletion(packet)
        return .success
    }

    /// Keeps what the hardware has until it says that it is done.
    private func awaitCompletion(_ packet: SocketBuffer) {
        inFlight.append(packet)
        if !isCompletionScheduled {
            isCompletionScheduled = true
            network.environment.scheduleTransmitCompletion(self)
        }
    }

    /// In softirq: gives back what is on the wire, which releases the senders' sockets, and sends what waited for room.
    public func completeTransmissions() {
        isCompletionScheduled = false
        inFlight.removeAll(keepingCapacity: true)
        while !queue.isEmpty, inFlight.count < Self.transmitSlots, isUp {
            send(queue.removeFirst())
        }
    }

    // MARK: Receive

    /// A frame arrives from the wire; a full ring, a device that is down, or the hardware's filter loses it uncounted.
    func frameArrived(_ frame: [UInt8]) {
        guard isUp, accepts(frame), receiveRing.count - receiveHead < Self.receiveSlots else { return }
        receiveRing.append(frame)
        if !isReceiveScheduled {
            isReceiveScheduled = true
            network.environment.scheduleReceive(self)
        }
    }

    /// The hardware's filter, as virtio's is set: unicast to the device's address, broadcast, groups that the stack has
    /// joined; no frame with an 802.1Q tag, since no VLAN is configured.
    private func accepts(_ frame: [UInt8]) -> Bool {
        guard frame.count >= 14 else { return true }
        if frame[12] == 0x81, frame[13] == 0 { return false }
        let destination = LinkAddress(bits: frame[..<6].reduce(0) { $0 << 8 | UInt64($1) })
        if destination == address || destination == .broadcast { return true }
        return destination.isMulticast && namespace.stack.hasJoined(destination, on: self)
    }

    /// NAPI's poll, in softirq: takes up to `budget` frames in and returns how many; fewer than `budget` means that the ring
    /// is empty and interrupts are on again.
    public func poll(budget: Int) -> Int {
        let environment = network.environment
        var count = 0
        var lastFlow: ArraySlice<UInt8>?
        while count < budget, receiveHead < receiveRing.count {
            let frame = receiveRing[receiveHead]
            receiveHead += 1
            count += 1
            network.meter.charge(.nicReceive)
            if frame.count < 14 {
                statistics.receiveErrors += 1
                continue
            }
            let offload = ReceiveOffload(frame)
            guard let packet = Self.packet(of: frame, offload, environment) else { continue }
            if let flow = offload.segmentFlow {
                if flow == lastFlow { environment.notModelled("merging TCP segments on receipt (GRO) at \(name)") }
                lastFlow = flow
            }
            packet.moveTo(self)
            statistics.receivedPackets += 1
            statistics.receivedBytes += UInt64(frame.count)
            packet.setEthernetProtocol(at: self)
            if offload.hasValidChecksum { packet.checksumState = .unnecessary }
            if let offset = offload.transportOffset { packet.transportHeader = offset - 14 }
            // Receive queue 0 is recorded as 1.
            packet.queueMapping = 1
            packet.set(napiID, at: SocketBufferLayout.napiID)
            network.trace(.nicReceive, packet, at: self)
            network.receive(packet)
        }
        if receiveHead == receiveRing.count {
            receiveRing.removeAll(keepingCapacity: true)
            receiveHead = 0
        }
        if count < budget { isReceiveScheduled = false }
        return count
    }

    /// The packet as the driver hands it up: `page_to_skb` of virtio_net.
    private static func packet(
        of frame: [UInt8], _ offload: ReceiveOffload, _ environment: any NetworkEnvironment
    ) -> SocketBuffer? {
        // Small frames are copied behind the usual headroom, others stay in their buffer, behind the virtio header.
        let room = frame.count <= 128 || frame.count > ReceiveOffload.linearLimit ? 64 : 12
        let linear = offload.linearLength
        guard
            let packet = SocketBuffer(
                arena: environment.arena, capacity: room + max(linear, 128), number: environment.nextPacketNumber())
        else { return nil }
        packet.reserve(room)
        packet.append(frame[..<linear])
        if linear < frame.count {
            let rest = frame.count - linear
            guard let storage = PacketStorage(arena: environment.arena, capacity: rest) else { return nil }
            unsafe UnsafeMutableRawBufferPointer(start: storage.base, count: rest).copyBytes(from: frame[linear...])
            packet.append(PacketFragment(storage: storage, offset: 0, length: rest))
        }
        return packet
    }
}

extension SocketBuffer {
    /// Whether two frames have the same type, addresses and ports, where they carry IP without options.
    fileprivate func isOfSameFlow(as other: SocketBuffer) -> Bool {
        guard networkProtocol == other.networkProtocol else { return false }
        let fields =
            switch networkProtocol {
            case EtherType.ipv4: 26..<38
            case EtherType.ipv6: 22..<58
            default: 0..<0
            }
        guard linearLength >= fields.upperBound, other.linearLength >= fields.upperBound else { return false }
        return fields.allSatisfy { index in
            unsafe data.load(fromByteOffset: index, as: UInt8.self)
                == other.data.load(fromByteOffset: index, as: UInt8.self)
        }
    }
}
