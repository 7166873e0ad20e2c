import DequeModule
import SimulationCore
public import PacketModel
import Trace

extension Processors {
    /// Switches bottom halves off on the executing CPU (`local_bh_disable`).
    @inline(__always) public func localBHDisable() { current.bottomHalvesOff += 1 }

    /// Switches them on again; in a task, softirqs raised meanwhile run before this returns (`local_bh_enable`).
    @inline(__always) public func localBHEnable() {
        let processor = current
        precondition(processor.bottomHalvesOff > 0, "local_bh_enable without local_bh_disable")
        processor.bottomHalvesOff -= 1
        if processor.bottomHalvesOff == 0, processor.serving == nil,
            processor.netRxPending || !processor.deferredActions.isEmpty
        {
            runSoftirqs(on: processor, as: .softirq)
        }
    }

    /// Puts a packet into the executing CPU's backlog (`enqueue_to_backlog`, net/core/dev.c).
    ///
    /// `isRunning` says whether the packet's device is up.
    public func enqueueToBacklog(_ packet: SocketBuffer, isRunning: Bool = true) -> BacklogEnqueue {
        let processor = current
        charge(.backlogEnqueue)
        let length = processor.inputQueue.count
        guard length <= limits.maxBacklog else {
            processor.statistics.dropped &+= 1
            return .overflow
        }
        guard isRunning else { return .notRunning }
        if length == 0, !processor.isBacklogScheduled {
            processor.isBacklogScheduled = true
            processor.pollList.append(.backlog)
            processor.netRxPending = true
        }
        processor.inputQueue.append(packet)
        return .queued(cpu: processor.index, length: length + 1)
    }

    /// Frees the packets in any backlog that `isDoomed` picks (`flush_backlog`).
    public func flushBacklogs(where isDoomed: (SocketBuffer) -> Bool) {
        for processor in all {
            processor.inputQueue.removeAll(where: isDoomed)
            processor.processQueue.removeAll(where: isDoomed)
        }
    }

    /// Counts a round of reception on the executing CPU (softnet_stat's first column).
    @inline(__always) public func countProcessed() { current.statistics.processed &+= 1 }

    /// Packets waiting in a CPU's backlog: not yet taken up, and taken up.
    public func backlogLengths(cpu: Int) -> (input: Int, process: Int) {
        (all[cpu].inputQueue.count, all[cpu].processQueue.count)
    }

    /// Serves pending softirqs (`__do_softirq`): again while new ones are raised, up to the limits, then ksoftirqd's.
    func runSoftirqs(on processor: Processor, as kind: ExecutionContext.Kind) {
        processor.serving = kind
        charge(.softirqEntry)
        let deadline: VirtualTime = processor.clock + limits.passNanoseconds
        var passes = 0
        while processor.netRxPending || !processor.deferredActions.isEmpty {
            if passes == limits.passes || processor.clock >= deadline {
                processor.serving = nil
                wakeKsoftirqd(processor)
                return
            }
            passes += 1
            while let action = processor.deferredActions.popFirst() {
                switch action {
                case .timer(let action): action()
                case .completion(let source): source.complete()
                }
            }
            if processor.netRxPending {
                processor.netRxPending = false
                netRxAction(processor)
            }
        }
        processor.serving = nil
    }

    /// Polls the CPU's NAPI instances in turn, within the budget (`net_rx_action`).
    ///
    /// Instances scheduled meanwhile have their turn after the list is through, unless one used its whole weight: then
    /// all of them wait for the next run.
    private func netRxAction(_ processor: Processor) {
        var budget = limits.budget
        let deadline: VirtualTime = processor.clock + limits.budgetNanoseconds
        var list: Deque<ScheduledPoll> = []
        var repoll: [ScheduledPoll] = []
        willPoll()
        while true {
            if list.isEmpty {
                guard repoll.isEmpty, !processor.pollList.isEmpty else { break }
                swap(&list, &processor.pollList)
            }
            let scheduled = list.removeFirst()
            let handled: Int
            switch scheduled {
            case .backlog: handled = processBacklog(processor)
            case .source(let source): handled = source.poll(budget: limits.weight)
            }
            if handled >= limits.weight { repoll.append(scheduled) }
            budget -= handled
            if budget <= 0 || processor.clock >= deadline {
                // Counted whether or not anything is left, as the kernel does.
                processor.statistics.timeSqueeze &+= 1
                break
            }
        }
        didPoll()
        list.append(contentsOf: processor.pollList)
        list.append(contentsOf: repoll)
        processor.pollList = list
        processor.netRxPending = !list.isEmpty
    }

    /// Takes up to a weight's packets from the backlog (`process_backlog`).
    private func processBacklog(_ processor: Processor) -> Int {
        var work = 0
        while true {
            while let packet = processor.processQueue.popFirst() {
                charge(.backlogPoll)
                noteDequeue(packet)
                receive(packet)
                work += 1
                if work >= limits.weight { return work }
            }
            if processor.inputQueue.isEmpty {
                processor.isBacklogScheduled = false
                return work
            }
            swap(&processor.inputQueue, &processor.processQueue)
        }
    }
}
