import DequeModule
import PacketModel
public import SimulationCore
public import Trace

/// One CPU: its clock, what it is doing, its pending softirqs and its backlog (`struct softnet_data`).
///
/// Every packet passes here several times: one simulation is one thread, so that exclusivity is checked at compile time
/// only.
public final class Processor {
    public let index: Int
    /// How far this CPU has come, in virtual time; never behind the event that it is handling.
    public internal(set) var clock: VirtualTime {
        @inline(__always) get { meter[clockOf: index] }
        @inline(__always) set { meter[clockOf: index] = newValue }
    }
    private let meter: WorkMeter
    /// The running task's name; nil while idle.
    @safe @exclusivity(unchecked) public internal(set) var task: String?
    /// How often bottom halves were switched off and not on again (`softirq_count`).
    @safe @exclusivity(unchecked) var bottomHalvesOff = 0
    /// Whether a softirq is running on this CPU, and in what.
    @safe @exclusivity(unchecked) var serving: ExecutionContext.Kind?
    /// Softirqs raised and not served.
    @safe @exclusivity(unchecked) var netRxPending = false
    /// Work that a timer or a completion left for the TIMER and NET_TX softirqs, in order.
    @safe @exclusivity(unchecked) var deferredActions: Deque<DeferredAction> = []
    /// NAPI instances with work, in the order of their turns.
    @safe @exclusivity(unchecked) var pollList: Deque<ScheduledPoll> = []
    @safe @exclusivity(unchecked) var isKsoftirqdAwake = false

    @safe @exclusivity(unchecked) var inputQueue: Deque<SocketBuffer> = []
    @safe @exclusivity(unchecked) var processQueue: Deque<SocketBuffer> = []
    @safe @exclusivity(unchecked) var isBacklogScheduled = false

    @safe @exclusivity(unchecked) public internal(set) var statistics = ProcessorStatistics()

    init(index: Int, meter: WorkMeter) {
        self.index = index
        self.meter = meter
    }

    /// What this CPU is doing right now.
    public var context: ExecutionContext {
        let kind = serving ?? (bottomHalvesOff > 0 ? .taskBHOff : .task)
        return ExecutionContext(cpu: index, kind: kind, task: task)
    }
}

/// What a CPU counts (/proc/net/softnet_stat).
public struct ProcessorStatistics: Hashable, Sendable {
    /// Rounds of packet reception.
    public var processed: UInt32 = 0
    /// Packets that found the backlog full.
    public var dropped: UInt32 = 0
    /// Times that `net_rx_action` stopped with work left.
    public var timeSqueeze: UInt32 = 0
}

/// A NAPI instance on a poll list; the backlog is each CPU's own.
enum ScheduledPoll {
    case backlog
    case source(any PollSource)
}

/// What the TIMER and NET_TX softirqs find to do.
enum DeferredAction {
    case timer(() -> Void)
    case completion(any CompletionSource)
}

/// The limits of softirq processing, with Linux 6.12's defaults at HZ=250.
public struct SoftirqLimits: Hashable, Sendable {
    /// `net.core.netdev_max_backlog`, packets; a queue accepts while its length does not exceed it.
    public var maxBacklog = 1000
    /// `net.core.dev_weight`, packets per poll.
    public var weight = 64
    /// `net.core.netdev_budget`, packets per `net_rx_action`.
    public var budget = 300
    /// `net.core.netdev_budget_usecs`: two ticks.
    public var budgetNanoseconds: UInt64 = 8_000_000
    /// MAX_SOFTIRQ_RESTART: passes of one softirq invocation.
    public var passes = 10
    /// MAX_SOFTIRQ_TIME: 2 ms, rounded up to one tick.
    public var passNanoseconds: UInt64 = 4_000_000

    public init() {}
}
