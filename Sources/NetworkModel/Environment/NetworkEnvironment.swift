public import PacketModel
public import SimulationCore
public import Trace

/// What the network needs from the machine around it: time, memory, the current CPU's backlog and timers, a trace.
///
/// The simulated host implements it. All calls refer to the CPU and the context that run at the moment; the network
/// itself knows neither. One simulation, one thread.
public protocol NetworkEnvironment: AnyObject {
    /// The clock of the CPU that runs at the moment, which work is charged to. Asked once.
    var meter: WorkMeter { get }
    /// CPUs of the machine. Asked once.
    var cpuCount: Int { get }
    /// Where packets and native device blocks lie.
    var arena: MemoryArena { get }
    /// Whether ``trace(_:_:namespace:device:)`` has a listener. Asked once.
    var isTracing: Bool { get }

    func nextPacketNumber() -> PacketNumber
    /// 32 random bits of the simulation's seed.
    func random32() -> UInt32

    /// Records a step; called only while ``isTracing``.
    func trace(_ step: TraceStep, _ packet: SocketBuffer?, namespace: NetworkNamespace, device: NetworkDevice?)
    /// Says that `clone` was just made of `original`.
    func noteClone(_ clone: SocketBuffer, of original: SocketBuffer)
    /// Something was asked for that the model lacks; `what` names it. The packet concerned is dropped.
    func notModelled(_ what: String)

    /// `local_bh_disable`; nests.
    func disableBottomHalves()
    /// `local_bh_enable`: runs pending softirqs where this ends the outermost section of a task.
    func enableBottomHalves()

    /// `enqueue_to_backlog`: the length check, then `isRunning` of the packet's device, then the queue of the CPU that
    /// RPS picks or of the current one. On acceptance the environment later calls ``Network/receive(_:)`` in softirq;
    /// else the caller counts and frees. `softnet_stat` is the environment's.
    func enqueueToBacklog(_ packet: SocketBuffer, isRunning: Bool) -> BacklogResult
    /// Removes what waits in backlogs for a device that goes away (`flush_backlog`); the packets are freed.
    func flushBacklogs(of device: NetworkDevice)
    /// Adds 1 to the current CPU's `softnet_data.processed`.
    func countReceived()

    /// A NIC's receive ring went from empty to filled: raise its interrupt on ``NIC/receiveCPU``. Softirq there later
    /// calls ``NIC/poll(budget:)`` until it returns less than its budget.
    func scheduleReceive(_ nic: NIC)
    /// A NIC has frames on the wire whose buffers can be given back: softirq on ``NIC/receiveCPU`` later calls
    /// ``NIC/completeTransmissions()``.
    func scheduleTransmitCompletion(_ nic: NIC)
    /// Runs hardware's `action`, which has no CPU, that many nanoseconds from now.
    func afterHardware(_ nanoseconds: UInt64, _ action: @escaping () -> Void)
    /// Arms a timer: `action` runs in softirq on the current CPU, that many nanoseconds from now.
    func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) -> EventToken
    /// Disarms a timer; one that has fired is left alone.
    func cancel(_ timer: EventToken)
}

/// What became of a packet offered to a CPU's backlog.
public enum BacklogResult: Hashable, Sendable {
    /// It waits in that CPU's queue, now `queued` long.
    case accepted(cpu: Int, queued: Int)
    /// The queue is over net.core.netdev_max_backlog, or the flow limit holds.
    case overflow
    /// The device is down.
    case notRunning
}
