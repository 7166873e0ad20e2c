import HostModel
import PacketModel
import SimulationCore
import Testing
import Trace

/// When and where the backlog is drained (/proc/net/softnet_stat and contexts, Linux 6.12).
@Suite struct SoftirqTests {
    let arena = MemoryArena(capacity: 1 << 26)

    func packet(_ number: UInt64) throws -> SocketBuffer {
        try #require(SocketBuffer(arena: arena, capacity: 64, number: PacketNumber(rawValue: number)))
    }

    @Test func aTasksBacklogIsDrainedBeforeItsSendReturns() throws {
        let processors = Processors(count: 2, costs: .zero)
        var contexts: [ExecutionContext] = []
        processors.receive = { _ in contexts.append(processors.current.context) }
        let packet = try packet(1)
        processors.runTask("curl", cpu: 1) {
            processors.localBHDisable()
            #expect(processors.current.context.kind == .taskBHOff)
            #expect(processors.enqueueToBacklog(packet) == .queued(cpu: 1, length: 1))
            #expect(contexts.isEmpty)
            processors.localBHEnable()
            #expect(contexts == [ExecutionContext(cpu: 1, kind: .softirq, task: "curl")])
        }
    }

    @Test func theQueueAcceptsOneMoreThanItsLimit() throws {
        let processors = Processors(count: 1, costs: .zero)
        processors.limits.maxBacklog = 2
        let packets = try (0..<10).map { try packet($0) }
        processors.runTask("flood", cpu: 0) {
            processors.localBHDisable()
            for packet in packets { _ = processors.enqueueToBacklog(packet) }
            #expect(processors.backlogLengths(cpu: 0).input == 3)
            #expect(processors.all[0].statistics.dropped == 7)
            processors.localBHEnable()
        }
        #expect(processors.backlogLengths(cpu: 0).input == 0)
    }

    @Test func aSoftirqThatKeepsRaisingItselfEndsInKsoftirqd() throws {
        let processors = Processors(count: 1, costs: .zero)
        processors.limits.budget = 1
        var left = 40
        var kinds: Set<ExecutionContext.Kind> = []
        let packet = try packet(1)
        processors.receive = { packet in
            kinds.insert(processors.current.context.kind)
            left -= 1
            if left > 0 { _ = processors.enqueueToBacklog(packet) }
        }
        processors.limits.weight = 1
        processors.runTask("loop", cpu: 0) {
            processors.localBHDisable()
            _ = processors.enqueueToBacklog(packet)
            processors.localBHEnable()
            #expect(left == 30)
        }
        processors.settle()
        #expect(left == 0)
        #expect(kinds == [.softirq, .ksoftirqd])
        #expect(processors.all[0].statistics.timeSqueeze > 0)
    }

    final class Ring: PollSource {
        var contexts: [ExecutionContext] = []
        let processors: Processors
        init(_ processors: Processors) { self.processors = processors }
        func poll(budget: Int) -> Int {
            contexts.append(processors.current.context)
            return 1
        }
    }

    @Test func anInterruptsSoftirqRunsOnIdleAtItsTime() {
        let processors = Processors(count: 2, costs: .instructions612)
        let ring = Ring(processors)
        processors.interrupt(cpu: 1, delay: 500, polling: ring)
        processors.settle()
        #expect(ring.contexts == [ExecutionContext(cpu: 1, kind: .softirq, task: nil)])
        #expect(processors.all[1].clock.nanoseconds > 500)
    }

    @Test func timersStayUntilTimePasses() {
        let processors = Processors(count: 1, costs: .zero)
        var fired: [UInt64] = []
        _ = processors.after(1_000) { fired.append(processors.current.clock.nanoseconds) }
        let cancelled = processors.after(10) { fired.append(0) }
        processors.cancel(cancelled)
        processors.settle()
        #expect(fired.isEmpty)
        processors.advance(nanoseconds: 999)
        #expect(fired.isEmpty)
        processors.advance(nanoseconds: 1)
        #expect(fired == [1_000])
    }
}
