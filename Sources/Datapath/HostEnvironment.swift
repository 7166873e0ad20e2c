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
    /// One for each CPU.
    private let transmitContexts: [TransmitContext]
    @safe @exclusivity(unchecked) private var random: RandomStream
    @safe @exclusivity(unchecked) private var lastPacket: UInt64 = 0
    private let wireDelay: UInt64
    /// What was asked for and is not modelled, each once, in order.
    private(set) var notModelled: [String] = []

    init(configuration: SimulationConfiguration, arena: MemoryArena) {
        self.arena = arena
        processors = Processors(count: configuration.cpuCount, costs: configuration.costs)
        recorder = configuration.isTracing ? TraceRecorder() : nil
        transmitContexts = (0..<configuration.cpuCount).map { _ in TransmitContext() }
        random = RandomStream(seed: configuration.seed, name: "network")
        wireDelay = configuration.wireDelay
        openSections = [Bool](repeating: false, count: configuration.cpuCount)
    }

    var now: VirtualTime { processors.current.clock }
    var isTracing: Bool { recorder != nil }
    var transmitContext: TransmitContext { transmitContexts[processors.current.index] }

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
                    .backlogDequeue, packet: packet, time: processors.current.clock,
                    context: processors.current.context, namespace: device.namespace.name.name, device: device.name)
            }
        }
        processors.willPoll = { [unowned self] in
            openSections[processors.current.index] = transmitContext.openRedirectState()
        }
        processors.didPoll = { [unowned self] in
            transmitContext.closeRedirectState(openSections[processors.current.index])
        }
    }

    func nextPacketNumber() -> PacketNumber {
        lastPacket += 1
        return PacketNumber(rawValue: lastPacket)
    }

    func random32() -> UInt32 { UInt32(truncatingIfNeeded: random.next() >> 32) }

    func charge(_ stage: Stage) { processors.charge(stage) }

    func trace(_ step: TraceStep, _ packet: SocketBuffer?, namespace: NetworkNamespace, device: NetworkDevice?) {
        recorder?.record(
            step, packet: packet, time: processors.current.clock, context: processors.current.context,
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
            return .accepted(cpu: processors.current.index, queued: 1)
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
        processors.completion(cpu: nic.receiveCPU % processors.all.count, delay: 0) { nic.completeTransmissions() }
    }

    func afterHardware(_ nanoseconds: UInt64, _ action: @escaping () -> Void) {
        processors.afterHardware(nanoseconds + wireDelay, action)
    }

    func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) -> EventQueue.Token {
        processors.after(nanoseconds, action)
    }

    func cancel(_ timer: EventQueue.Token) { processors.cancel(timer) }
}

extension NIC: PollSource {}
