import KernelControl
import LinuxABI
import PacketModel
import SimulationCore
import Trace

@testable import NetworkModel

/// One CPU without a scheduler: the backlog is drained when the outermost section with bottom halves off ends.
final class TestEnvironment: NetworkEnvironment {
    let arena = MemoryArena(capacity: 1 << 28)
    let meter = WorkMeter(cpuCount: 1) { _ in 0 }
    let cpuCount = 1
    let isTracing: Bool
    var transmitContext: TransmitContext { network.transmitContext }
    var now: VirtualTime {
        get { meter.now }
        set { meter[clockOf: 0] = newValue }
    }
    var maxBacklog = 1000
    private(set) var processed = 0
    private(set) var softnetDropped = 0
    private(set) var steps: [TraceStep] = []
    /// Packets offered to the backlog.
    private(set) var backlogOffers = 0
    private(set) var refusals: [String] = []
    private var packets: UInt64 = 0
    private var random = RandomStream(seed: 1, name: "network")
    private var backlog: [SocketBuffer] = []
    private var receivers: [NIC] = []
    private var transmitters: [NIC] = []
    private var hardware: [() -> Void] = []
    private var sections = 0
    private var isInSoftirq = false
    private(set) var timers = EventQueue<() -> Void>()
    private(set) var network: Network!

    init(isTracing: Bool = false, makeStack: @escaping (NetworkNamespace) -> any ProtocolStack = { TestStack($0) }) {
        self.isTracing = isTracing
        network = Network(environment: self, makeStack: makeStack)
    }

    deinit { meter.free() }

    func nextPacketNumber() -> PacketNumber {
        packets += 1
        return PacketNumber(rawValue: packets)
    }
    func random32() -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }
    func trace(_ step: TraceStep, _ packet: SocketBuffer?, namespace: NetworkNamespace, device: NetworkDevice?) {
        steps.append(step)
    }
    func noteClone(_ clone: SocketBuffer, of original: SocketBuffer) {}
    func notModelled(_ what: String) { refusals.append(what) }

    func disableBottomHalves() { sections += 1 }
    func enableBottomHalves() {
        if sections == 1, !isInSoftirq { softirq() }
        sections -= 1
    }

    func enqueueToBacklog(_ packet: SocketBuffer, isRunning: Bool) -> BacklogResult {
        backlogOffers += 1
        if backlog.count > maxBacklog {
            softnetDropped += 1
            return .overflow
        }
        if !isRunning { return .notRunning }
        backlog.append(packet)
        return .accepted(cpu: 0, queued: backlog.count)
    }
    func flushBacklogs(of device: NetworkDevice) { backlog.removeAll { $0.networkDevice === device } }
    func countReceived() { processed += 1 }

    func scheduleReceive(_ nic: NIC) { receivers.append(nic) }
    func scheduleTransmitCompletion(_ nic: NIC) { transmitters.append(nic) }
    func afterHardware(_ nanoseconds: UInt64, _ action: @escaping () -> Void) { hardware.append(action) }
    func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) -> EventToken {
        timers.schedule(at: now + nanoseconds, action)
    }
    func cancel(_ timer: EventToken) { timers.cancel(timer) }

    private func softirq() {
        isInSoftirq = true
        let opened = transmitContext.openRedirectState()
        while !backlog.isEmpty { network.receive(backlog.removeFirst()) }
        transmitContext.closeRedirectState(opened)
        isInSoftirq = false
    }

    /// Lets that many nanoseconds pass: timers run in softirq.
    func advance(_ nanoseconds: UInt64) {
        let end = now + nanoseconds
        settle()
        while let due = timers.nextDue, due <= end, let event = timers.next() {
            now = event.due
            disableBottomHalves()
            isInSoftirq = true
            event.event()
            isInSoftirq = false
            enableBottomHalves()
            settle()
        }
        now = end
    }

    /// Lets hardware and the softirqs that it raises run until nothing is under way.
    func settle() {
        while !hardware.isEmpty || !receivers.isEmpty || !transmitters.isEmpty {
            while !hardware.isEmpty { hardware.removeFirst()() }
            sections += 1
            isInSoftirq = true
            while !transmitters.isEmpty { transmitters.removeFirst().completeTransmissions() }
            while !receivers.isEmpty {
                let nic = receivers.removeFirst()
                let opened = transmitContext.openRedirectState()
                while nic.poll(budget: 64) == 64 {}
                transmitContext.closeRedirectState(opened)
            }
            isInSoftirq = false
            sections -= 1
            if !backlog.isEmpty { softirq() }
        }
    }
}

/// Protocols that only remember what reached them.
final class TestStack: ProtocolStack {
    struct Received: Equatable {
        var device: String
        var etherType: UInt16
        var packetType: PacketType
        var mark: UInt32
        var priority: UInt32
        var bytes: [UInt8]
        var checksumState = ChecksumState.none
    }

    unowned let namespace: NetworkNamespace
    var received: [Received] = []
    var changes: [String] = []
    var hasRoute = true
    /// What the neighbour path answers; nil writes zero addresses and transmits.
    var neighbourResult: TransmitResult?
    var nextHops: [NextHop?] = []

    init(_ namespace: NetworkNamespace) { self.namespace = namespace }

    func handles(_ etherType: UInt16) -> Bool {
        etherType == EtherType.ipv4 || etherType == EtherType.ipv6 || etherType == EtherType.arp
    }

    func receive(_ packet: SocketBuffer) {
        packet.orphan()
        received.append(
            Received(
                device: packet.networkDevice.name, etherType: packet.networkProtocol, packetType: packet.packetType,
                mark: packet.mark, priority: packet.priority, bytes: packet.bytes, checksumState: packet.checksumState))
    }

    func hasJoined(_ group: LinkAddress, on device: NetworkDevice) -> Bool { group.bits == 0x0100_5E00_0001 }
    func deviceChanged(_ device: NetworkDevice, _ change: DeviceChange) { changes.append("\(device.name) \(change)") }
    func routeRedirect(_ packet: SocketBuffer, target: NetworkDevice) -> Bool { hasRoute }
    func outputRedirect(_ packet: SocketBuffer, target: NetworkDevice, nextHop: NextHop?) -> TransmitResult {
        nextHops.append(nextHop)
        if let neighbourResult { return neighbourResult }
        packet.push(14)
        for index in 0..<12 { unsafe packet.data.storeBytes(of: 0, toByteOffset: index, as: UInt8.self) }
        unsafe packet.data.storeBytes(of: packet.networkProtocol.bigEndian, toByteOffset: 12, as: UInt16.self)
        return namespace.network.transmit(packet)
    }
    func setSysctl(_ name: String, to value: String) throws(ControlError) { throw .errno(.ENOENT) }
    func sysctl(_ name: String) throws(ControlError) -> String { throw .errno(.ENOENT) }
}

/// A closure that stands for a program.
final class TestProgram: HookProgram {
    let id: UInt32
    let name: String
    private let body: (SocketBuffer, TransmitContext) -> Int32
    private let environment: TestEnvironment
    private(set) var runs = 0
    /// What the program's context showed, by name.
    private(set) var seen: [SeenContext] = []

    struct SeenContext: Equatable {
        var length: Int
        var mark: UInt32
        var priority: UInt32
        var packetType: PacketType
        var interface: UInt32
        var ingressInterface: UInt32
        var wireLength: Int
    }

    init(
        _ id: UInt32, _ environment: TestEnvironment, name: String = "test",
        _ body: @escaping (SocketBuffer, TransmitContext) -> Int32
    ) {
        self.id = id
        self.name = name
        self.body = body
        self.environment = environment
    }

    convenience init(_ id: UInt32, _ environment: TestEnvironment, returns verdict: Int32) {
        self.init(id, environment) { _, _ in verdict }
    }

    func run(_ packet: SocketBuffer, at hook: AttachType) -> Int32 {
        runs += 1
        seen.append(
            SeenContext(
                length: packet.length, mark: packet.mark, priority: packet.priority, packetType: packet.packetType,
                interface: packet.networkDevice.index, ingressInterface: packet.inputInterface,
                wireLength: packet.packetLength))
        return body(packet, environment.transmitContext)
    }
}

/// What bpf_redirect and its kin do, as the helpers will.
enum TestHelper {
    static func redirect(_ context: TransmitContext, _ index: UInt32, flags: UInt32 = 0) -> Int32 {
        if flags & ~1 != 0 { return Verdict.drop }
        context.redirect.targetIndex = index
        context.redirect.flags = flags
        return Verdict.redirect
    }

    static func redirectPeer(_ context: TransmitContext, _ index: UInt32) -> Int32 {
        context.redirect.targetIndex = index
        context.redirect.flags = RedirectState.peer
        return Verdict.redirect
    }

    static func redirectNeighbour(_ context: TransmitContext, _ index: UInt32, _ next: NextHop? = nil) -> Int32 {
        context.redirect.targetIndex = index
        context.redirect.flags = RedirectState.neighbour | (next == nil ? 0 : RedirectState.nextHop)
        if let next { context.redirect.next = next }
        return Verdict.redirect
    }
}

extension TestEnvironment {
    func namespace(_ name: NamespaceName) -> NetworkNamespace { need(network.namespace(name)) }
    func stack(_ name: NamespaceName) -> TestStack { need(namespace(name).stack as? TestStack) }
    func device(_ name: String, _ namespace: NamespaceName) -> NetworkDevice {
        need(self.namespace(namespace).device(named: name))
    }

    func make(_ request: NewLink, in namespace: NamespaceName) throws {
        try network.newLink(request, in: namespace)
    }

    func up(_ names: (String, NamespaceName)...) throws {
        for (name, namespace) in names {
            var change = LinkChange()
            change.isUp = true
            try network.changeLink(name, in: namespace, change)
        }
    }

    /// A frame as AF_PACKET would send it: given addresses and type, then zeros up to `length`.
    func frame(
        _ device: NetworkDevice, length: Int = 60, to destination: LinkAddress = .zero, type: UInt16 = 0x0800,
        mark: UInt32 = 0, priority: UInt32 = 0
    ) -> SocketBuffer {
        let packet = need(SocketBuffer(arena: arena, capacity: length + 128, number: nextPacketNumber()))
        packet.reserve(64)
        var bytes = destination.bytes + LinkAddress(bits: 0x0200_0000_0099).bytes
        bytes += [UInt8(type >> 8), UInt8(type & 0xFF)]
        bytes += [UInt8](repeating: 0, count: max(0, length - 14))
        packet.append(bytes.prefix(length))
        packet.networkProtocol = type
        packet.networkHeader = 14
        packet.mark = mark
        packet.priority = priority
        packet.moveTo(device)
        return packet
    }
}

/// The counters that the tests compare.
struct Counters: Equatable, CustomStringConvertible {
    var rx: UInt64 = 0
    var rxBytes: UInt64 = 0
    var tx: UInt64 = 0
    var txBytes: UInt64 = 0
    var rxDropped: UInt64 = 0
    var txDropped: UInt64 = 0

    init(
        rx: UInt64 = 0, rxBytes: UInt64 = 0, tx: UInt64 = 0, txBytes: UInt64 = 0, rxDropped: UInt64 = 0,
        txDropped: UInt64 = 0
    ) {
        self.rx = rx
        self.rxBytes = rxBytes
        self.tx = tx
        self.txBytes = txBytes
        self.rxDropped = rxDropped
        self.txDropped = txDropped
    }

    init(_ device: NetworkDevice) {
        let shown = device.shownStatistics
        self.init(
            rx: shown.receivedPackets, rxBytes: shown.receivedBytes, tx: shown.transmittedPackets,
            txBytes: shown.transmittedBytes, rxDropped: shown.receiveDropped, txDropped: shown.transmitDropped)
    }

    var description: String {
        "rx \(rx)/\(rxBytes) tx \(tx)/\(txBytes) rx_dropped \(rxDropped) tx_dropped \(txDropped)"
    }
}

/// What a test has set up and so is there.
func need<T>(_ value: T?) -> T {
    guard let value else { preconditionFailure("the test did not set up what it asks for") }
    return value
}
