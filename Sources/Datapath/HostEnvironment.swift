public import HostModel
import KernelControl
import LinuxABI
public import NetworkModel
import PacketModel
import SimulationCore
import Trace

/// What the network model needs of a machine, answered by the CPUs: the joint between the two models.
final class HostEnvironment: NetworkEnvironment {
    let arena: MemoryArena
    let processors: Processors
    let recorder: TraceRecorder?
    @safe @exclusivity(unchecked) private var random: RandomStream
    @safe @exclusivity(unchecked) private var lastPacket: UInt64 = 0
    private let wireDelay: UInt64
    /// What was asked for and is not modelled, each once, in order.
    private(set) var notModelled: [String] = []

    init(configuration: SimulationConfiguration, arena: MemoryArena) {
        self.arena = arena
        processors = Processors(count: configuration.cpuCount, costs: configuration.costs)
        recorder = configuration.isTracing ? TraceRecorder() : nil
        random = RandomStream(seed: configuration.seed, name: "network")
        wireDelay = configuration.wireDelay
        openSections = [Bool](repeating: false, count: configuration.cpuCount)
    }

    var meter: WorkMeter { processors.meter }
    var cpuCount: Int { processors.all.count }
    var isTracing: Bool { recorder != nil }

    /// Where packets bound for a backlog go instead, in measurements that put a thread there.
    @safe @exclusivity(unchecked) var backlogSink: ((SocketBuffer) -> Void)?
    @safe @exclusivity(unchecked) private var openSections: [Bool]

    /// Joins the CPUs' softirq to the network's reception.
    func connect(to network: Network) {
        processors.receive = { [unowned network] in network.receive($0) }
        if let recorder {
            processors.noteDequeue = { [unowned self] packet in
                guard let device = packet.device as? NetworkDevice else { return }
                recorder.record(
                    .backlogDequeue, packet: packet, time: processors.meter.now,
                    context: processors.current.context, namespace: device.namespace.name.name, device: device.name)
            }
        }
        processors.willPoll = { [unowned self, unowned network] in
            openSections[processors.meter.cpu] = network.transmitContext.openRedirectState()
        }
        processors.didPoll = { [unowned self, unowned network] in
            network.transmitContext.closeRedirectState(openSections[processors.meter.cpu])
        }
    }

    func nextPacketNumber() -> PacketNumber {
        lastPacket += 1
        return PacketNumber(rawValue: lastPacket)
    }

    func random32() -> UInt32 { UInt32(truncatingIfNeeded: random.next() >> 32) }

    func trace(_ step: TraceStep, _ packet: SocketBuffer?, namespace: NetworkNamespace, device: NetworkDevice?) {
        recorder?.record(
            step, packet: packet, time: processors.meter.now, context: processors.current.context,
            namespace: namespace.name.name, device: device?.name)
    }

    func noteClone(_ clone: SocketBuffer, of original: SocketBuffer) {
        recorder?.noteClone(clone.number, of: original.number)
    }

    func notModelled(_ what: String) {
        if !notModelled.contains(what) { notModelled.append(what) }
    }

    func disableBottomHalves() { processors.localBHDisable() }
    func enableBottomHalves() { processors.localBHEnable() }

    func enqueueToBacklog(_ packet: SocketBuffer, isRunning: Bool) -> BacklogResult {
        if let backlogSink {
            guard isRunning else { return .notRunning }
            backlogSink(packet)
            return .accepted(cpu: processors.meter.cpu, queued: 1)
        }
        return switch processors.enqueueToBacklog(packet, isRunning: isRunning) {
        case .queued(let cpu, let length): .accepted(cpu: cpu, queued: length)
        case .overflow: .overflow
        case .notRunning: .notRunning
        }
    }

    func flushBacklogs(of device: NetworkDevice) {
        processors.flushBacklogs { $0.device === device }
    }

    func countReceived() { processors.countProcessed() }

    func scheduleReceive(_ nic: NIC) {
        processors.interrupt(cpu: nic.receiveCPU % processors.all.count, delay: 0, polling: nic)
    }

    func scheduleTransmitCompletion(_ nic: NIC) {
        processors.completion(cpu: nic.receiveCPU % processors.all.count, delay: 0, of: nic)
    }

    func afterHardware(_ nanoseconds: UInt64, _ action: @escaping () -> Void) {
        processors.afterHardware(nanoseconds + wireDelay, action)
    }

    func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) -> EventToken {
        processors.after(nanoseconds, action)
    }

    func cancel(_ timer: EventToken) { processors.cancel(timer) }
}

extension NIC: PollSource {}

extension NIC: CompletionSource {
    public func complete() { completeTransmissions() }
}
