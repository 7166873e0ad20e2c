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
    @safe @exclusivity(unchecked) public private(set) var current: Processor
    /// The machine's time between pieces of work.
    @safe @exclusivity(unchecked) public private(set) var now = VirtualTime.zero
    /// Takes a packet out of a backlog: `__netif_receive_skb`. Set once, by whoever owns the network.
    @safe @exclusivity(unchecked) public var receive: (SocketBuffer) -> Void = { _ in }
    /// Told of each packet that leaves a backlog, before ``receive``.
    @safe @exclusivity(unchecked) public var noteDequeue: (SocketBuffer) -> Void = { _ in }

    /// Called on the executing CPU around each run of `net_rx_action`, which is a section of its own for redirects.
    @safe @exclusivity(unchecked) public var willPoll: () -> Void = {}
    @safe @exclusivity(unchecked) public var didPoll: () -> Void = {}

    @safe @exclusivity(unchecked) private var events = EventQueue()
    /// Events other than timers that have not happened yet.
    @safe @exclusivity(unchecked) private var workUnderWay = 0

    public init(count: Int, costs: CostModel) {
        precondition(count > 0, "a machine has at least one CPU")
        let processors = (0..<count).map(Processor.init)
        all = processors
        current = processors[0]
        self.costs = costs
    }

    /// Puts the price of a stage on the executing CPU's clock.
    @inline(__always) public func charge(_ stage: Stage) { current.clock += costs.price(stage) }

    /// Puts `nanoseconds` on the executing CPU's clock.
    @inline(__always) public func charge(nanoseconds: UInt64) { current.clock += nanoseconds }

    /// Runs a task's system call on a CPU, in the task's own context; softirqs that it raises run before it returns.
    public func runTask<Result, Failure: Error>(
        _ name: String, cpu: Int, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let processor = all[cpu]
        let outer = (current, processor.task)
        current = processor
        if processor.clock < now { processor.clock = now }
        processor.task = name
        defer {
            processor.task = outer.1
            current = outer.0
            // The caller goes on where its task's CPU has got to.
            if outer.0 === processor || outer.1 == nil { now = max(now, processor.clock) }
        }
        return try body()
    }

    /// Has `action` done on a CPU as the softirq of a timer, `nanoseconds` from now.
    public func after(_ nanoseconds: UInt64, cpu: Int? = nil, _ action: @escaping () -> Void) -> EventQueue.Token {
        let processor = cpu.map { all[$0] } ?? current
        let due = max(now, current.clock) + nanoseconds
        return events.schedule(at: due) { [unowned self] in
            serveOnIdle(processor, due: due, interruptStage: nil) { processor.deferredActions.append(action) }
        }
    }

    /// Takes a timer back.
    public func cancel(_ token: EventQueue.Token) { events.cancel(token) }

    /// Has a device's interrupt raised on a CPU, `delay` nanoseconds from now; `source` is polled in the softirq behind it.
    public func interrupt(cpu: Int, delay: UInt64, polling source: any PollSource) {
        let processor = all[cpu]
        let due = max(now, current.clock) + delay
        workUnderWay += 1
        events.schedule(at: due) { [unowned self] in
            workUnderWay -= 1
            serveOnIdle(processor, due: due, interruptStage: .interrupt) {
                processor.pollList.append(.source(source))
                processor.netRxPending = true
            }
        }
    }

    /// Has `action` done on a CPU in softirq, `delay` nanoseconds from now: what a device's completion interrupt leads to.
    public func completion(cpu: Int, delay: UInt64, _ action: @escaping () -> Void) {
        let processor = all[cpu]
        let due = max(now, current.clock) + delay
        workUnderWay += 1
        events.schedule(at: due) { [unowned self] in
            workUnderWay -= 1
            serveOnIdle(processor, due: due, interruptStage: nil) { processor.deferredActions.append(action) }
        }
    }

    /// Has hardware that belongs to no CPU do `action`, `delay` nanoseconds from now.
    public func afterHardware(_ delay: UInt64, _ action: @escaping () -> Void) {
        workUnderWay += 1
        events.schedule(at: max(now, current.clock) + delay) { [unowned self] in
            workUnderWay -= 1
            action()
        }
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
        guard let event = events.next() else { return }
        now = max(now, event.due)
        event.action()
    }

    /// Runs an interrupt's work on a CPU that no task uses at the moment, then the softirqs that it raised.
    private func serveOnIdle(
        _ processor: Processor, due: VirtualTime, interruptStage: Stage?, _ raise: () -> Void
    ) {
        let outer = current
        current = processor
        defer { current = outer }
        if processor.clock < due { processor.clock = due }
        if let interruptStage { charge(interruptStage) }
        raise()
        if processor.serving == nil, processor.bottomHalvesOff == 0 { runSoftirqs(on: processor, as: .softirq) }
        now = max(now, due)
    }

    /// Wakes a CPU's ksoftirqd for softirqs that are left; it runs as a task once the CPU is free.
    func wakeKsoftirqd(_ processor: Processor) {
        guard !processor.isKsoftirqdAwake else { return }
        processor.isKsoftirqdAwake = true
        let due = max(now, processor.clock)
        workUnderWay += 1
        events.schedule(at: due) { [unowned self] in
            workUnderWay -= 1
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
}
