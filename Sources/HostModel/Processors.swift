public import PacketModel
public import SimulationCore
public import Trace

/// All CPUs of a simulated machine on one event queue: who runs what, where and when.
///
/// A piece of work runs to its end in one go: an event's handler, or a task's system call with the softirqs at its end.
/// What it costs moves its CPU's clock; work for a CPU whose clock is ahead waits until then.
public final class Processors {
    public let all: [Processor]
    public let costs: CostModel
    @safe @exclusivity(unchecked) public var limits = SoftirqLimits()
    /// The CPU that is executing; between pieces of work the one that executed last.
    @safe @exclusivity(unchecked) public private(set) var current: Processor { didSet { meter.cpu = current.index } }
    /// The CPUs' clocks and the prices of work; valid as long as this object.
    public let meter: WorkMeter
    /// The machine's time between pieces of work.
    @safe @exclusivity(unchecked) public private(set) var now = VirtualTime.zero
    /// Takes a packet out of a backlog: `__netif_receive_skb`. Set once, by whoever owns the network.
    @safe @exclusivity(unchecked) public var receive: (SocketBuffer) -> Void = { _ in }
    /// Told of each packet that leaves a backlog, before ``receive``.
    @safe @exclusivity(unchecked) public var noteDequeue: (SocketBuffer) -> Void = { _ in }

    /// Called on the executing CPU around each run of `net_rx_action`, which is a section of its own for redirects.
    @safe @exclusivity(unchecked) public var willPoll: () -> Void = {}
    @safe @exclusivity(unchecked) public var didPoll: () -> Void = {}

    @safe @exclusivity(unchecked) private var events = EventQueue<Event>()
    /// Events other than timers that have not happened yet.
    @safe @exclusivity(unchecked) private var workUnderWay = 0

    public init(count: Int, costs: CostModel) {
        precondition(count > 0, "a machine has at least one CPU")
        let meter = WorkMeter(cpuCount: count, price: costs.price)
        let processors = (0..<count).map { Processor(index: $0, meter: meter) }
        all = processors
        current = processors[0]
        self.meter = meter
        self.costs = costs
    }

    deinit { meter.free() }

    /// What the queue holds; a case for each kind, since packets cause most of them and a closure costs an allocation.
    private enum Event {
        case timer(cpu: Int, () -> Void)
        case interrupt(cpu: Int, any PollSource)
        case completion(cpu: Int, any CompletionSource)
        case hardware(() -> Void)
        case ksoftirqd(cpu: Int)

        var isTimer: Bool { if case .timer = self { true } else { false } }
    }

    /// Puts the price of a stage on the executing CPU's clock.
    @inline(__always) public func charge(_ stage: Stage) { meter.charge(stage) }

    /// Puts `nanoseconds` on the executing CPU's clock.
    @inline(__always) public func charge(nanoseconds: UInt64) { meter.charge(nanoseconds: nanoseconds) }

    /// Runs a task's system call on a CPU, in the task's own context; softirqs that it raises run before it returns.
    @inlinable public func runTask<Result, Failure: Error>(
        _ name: String, cpu: Int, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outer = enterTask(name, cpu: cpu)
        defer { leaveTask(outer) }
        return try body()
    }

    /// What a CPU was doing before a task's system call, and which CPU was executing.
    @usableFromInline struct OuterTask {
        let current: Processor
        let task: String?
    }

    @usableFromInline func enterTask(_ name: String, cpu: Int) -> OuterTask {
        let processor = all[cpu]
        let outer = OuterTask(current: current, task: processor.task)
        current = processor
        if processor.clock < now { processor.clock = now }
        processor.task = name
        return outer
    }

    @usableFromInline func leaveTask(_ outer: OuterTask) {
        let processor = current
        processor.task = outer.task
        current = outer.current
        // The caller goes on where its task's CPU has got to.
        if outer.current === processor || outer.task == nil { now = max(now, processor.clock) }
    }

    /// Has `action` done on a CPU as the softirq of a timer, `nanoseconds` from now.
    public func after(_ nanoseconds: UInt64, cpu: Int? = nil, _ action: @escaping () -> Void) -> EventToken {
        plan(.timer(cpu: cpu ?? meter.cpu, action), delay: nanoseconds)
    }

    /// Takes a timer back.
    public func cancel(_ token: EventToken) { events.cancel(token) }

    /// Has a device's interrupt raised on a CPU, `delay` nanoseconds from now; `source` is polled in the softirq behind it.
    public func interrupt(cpu: Int, delay: UInt64, polling source: any PollSource) {
        plan(.interrupt(cpu: cpu, source), delay: delay)
    }

    /// Has `source` told on a CPU in softirq, `delay` nanoseconds from now: what a device's completion interrupt leads to.
    public func completion(cpu: Int, delay: UInt64, of source: any CompletionSource) {
        plan(.completion(cpu: cpu, source), delay: delay)
    }

    /// Has hardware that belongs to no CPU do `action`, `delay` nanoseconds from now.
    public func afterHardware(_ delay: UInt64, _ action: @escaping () -> Void) {
        plan(.hardware(action), delay: delay)
    }

    @discardableResult
    private func plan(_ event: Event, delay: UInt64) -> EventToken {
        if !event.isTimer { workUnderWay += 1 }
        return events.schedule(at: max(now, meter.now) + delay, event)
    }

    /// Runs what is due until now.
    public func catchUp() {
        while let due = events.nextDue, due <= now { runNext() }
    }

    /// Runs events until no packet is under way and no CPU is busy; timers that come due on the way run, later ones stay.
    public func settle() {
        repeat {
            catchUp()
            while workUnderWay > 0 { runNext() }
            for processor in all { now = max(now, processor.clock) }
        } while workUnderWay > 0 || events.nextDue.map { $0 <= now } ?? false
    }

    /// Lets `nanoseconds` pass.
    public func advance(nanoseconds: UInt64) {
        let target = now + nanoseconds
        while let due = events.nextDue, due <= target { runNext() }
        now = max(now, target)
    }

    private func runNext() {
        guard let (due, event) = events.next() else { return }
        now = max(now, due)
        if !event.isTimer { workUnderWay -= 1 }
        switch event {
        case .timer(let cpu, let action):
            serveOnIdle(cpu, due: due) { $0.deferredActions.append(.timer(action)) }
        case .interrupt(let cpu, let source):
            serveOnIdle(cpu, due: due) { processor in
                charge(.interrupt)
                processor.pollList.append(.source(source))
                processor.netRxPending = true
            }
        case .completion(let cpu, let source):
            serveOnIdle(cpu, due: due) { $0.deferredActions.append(.completion(source)) }
        case .hardware(let action): action()
        case .ksoftirqd(let cpu): runKsoftirqd(all[cpu], due: due)
        }
    }

    /// Runs an interrupt's work on a CPU that no task uses at the moment, then the softirqs that it raised.
    @inline(__always)
    private func serveOnIdle(_ cpu: Int, due: VirtualTime, _ raise: (Processor) -> Void) {
        let processor = all[cpu]
        let outer = current
        current = processor
        defer { current = outer }
        if processor.clock < due { processor.clock = due }
        raise(processor)
        if processor.serving == nil, processor.bottomHalvesOff == 0 { runSoftirqs(on: processor, as: .softirq) }
        now = max(now, due)
    }

    /// Wakes a CPU's ksoftirqd for softirqs that are left; it runs as a task once the CPU is free.
    func wakeKsoftirqd(_ processor: Processor) {
        guard !processor.isKsoftirqdAwake else { return }
        processor.isKsoftirqdAwake = true
        workUnderWay += 1
        events.schedule(at: max(now, processor.clock), .ksoftirqd(cpu: processor.index))
    }

    private func runKsoftirqd(_ processor: Processor, due: VirtualTime) {
        processor.isKsoftirqdAwake = false
        let outer = current
        current = processor
        defer { current = outer }
        if processor.clock < due { processor.clock = due }
        let task = processor.task
        processor.task = "ksoftirqd/\(processor.index)"
        runSoftirqs(on: processor, as: .ksoftirqd)
        processor.task = task
    }
}
