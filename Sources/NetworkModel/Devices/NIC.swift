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
    /// Packets in front of the full ring (pfifo_fast; its three bands hold `tx_queue_len` together).
    private var queue: [SocketBuffer] = []
    /// Packets that the hardware still has.
    private var inFlight: [SocketBuffer] = []
    private var receiveRing: [[UInt8]] = []
    private var receiveHead = 0
    private var isReceiveScheduled = false
    private var isCompletionScheduled = false

    /// Slots of each ring.
    public static let ringSize = 256
    /// `tx_queue_len`.
    static let queueLimit = 1000

    init(
        network: Network, namespace: NetworkNamespace, name: String, address: LinkAddress, mtu: UInt32,
        attributes: NICAttributes
    ) {
        wire = network.wire(attributes.wire)
        receiveCPU = attributes.receiveCPU
        var features: DeviceFeatures = .scatterGather
        if attributes.checksumOffload { features.insert(.transmitChecksum) }
        if attributes.segmentationOffload { features.insert(.segmentsTCP) }
        super.init(
            network: network, namespace: namespace, name: name, address: address, mtu: mtu, mtuRange: 68...65535,
            flags: [.broadcast, .multicast], features: features)
        // The driver has seen its link.
        watchedState = 6
        wire.plugIn(self)
    }

    public override var ownDiscipline: QueueingDiscipline { .pfifoFast }

    override func uninitialise() { wire.unplug(self) }

    override func stop() {
        queue = []
        receiveRing = []
        receiveHead = 0
    }

    // MARK: Transmit

    /// `__dev_xmit_skb` with pfifo_fast, which an empty queue lets packets pass by.
    func enqueue(_ packet: SocketBuffer) -> TransmitResult {
        if !queue.isEmpty || inFlight.count >= Self.ringSize {
            guard queue.count < Self.queueLimit else {
                network.drop(packet, .qdiscDrop, at: "pfifo_fast_enqueue", in: namespace, device: self)
                return .drop
            }
            queue.append(packet)
            return .success
        }
        if network.validate(packet, for: self) { _ = network.hardTransmit(packet, self) }
        return .success
    }

    /// Puts the packet into the transmit ring; the wire has it at once, completion follows.
    public override func transmit(_ packet: SocketBuffer) -> TransmitResult {
        let environment = network.environment
        environment.charge(.nicTransmit)
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
        inFlight.append(packet)
        if !isCompletionScheduled {
            isCompletionScheduled = true
            environment.scheduleTransmitCompletion(self)
        }
        return .success
    }

    /// In softirq: gives back what is on the wire, which releases the senders' sockets, and sends what waited for room.
    public func completeTransmissions() {
        isCompletionScheduled = false
        inFlight.removeAll(keepingCapacity: true)
        while !queue.isEmpty, inFlight.count < Self.ringSize, isUp {
            let packet = queue.removeFirst()
            if network.validate(packet, for: self) { _ = network.hardTransmit(packet, self) }
        }
    }

    // MARK: Receive

    /// A frame arrives from the wire; a full ring or a device that is down loses it.
    func frameArrived(_ frame: [UInt8]) {
        guard isUp, receiveRing.count - receiveHead < Self.ringSize else { return }
        receiveRing.append(frame)
        if !isReceiveScheduled {
            isReceiveScheduled = true
            network.environment.scheduleReceive(self)
        }
    }

    /// NAPI's poll, in softirq: takes up to `budget` frames in and returns how many; fewer than `budget` means that the ring
    /// is empty and interrupts are on again.
    public func poll(budget: Int) -> Int {
        let environment = network.environment
        var count = 0
        while count < budget, receiveHead < receiveRing.count {
            let frame = receiveRing[receiveHead]
            receiveHead += 1
            count += 1
            environment.charge(.nicReceive)
            if frame.count < 14 {
                statistics.receiveErrors += 1
                continue
            }
            guard
                let packet = SocketBuffer(
                    arena: environment.arena, capacity: 64 + frame.count + 192, number: environment.nextPacketNumber())
            else { continue }
            packet.reserve(64)
            packet.append(frame)
            packet.moveTo(self)
            statistics.receivedPackets += 1
            statistics.receivedBytes += UInt64(frame.count)
            packet.setEthernetProtocol(at: self)
            // Receive queue 0 is recorded as 1; NAPI ids begin above the CPU numbers.
            packet.queueMapping = 1
            packet.set(8192 + index, at: SocketBufferLayout.napiID)
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
}
