/// What became of a packet that was to wait in a CPU's backlog (`enqueue_to_backlog`).
public enum BacklogEnqueue: Hashable, Sendable {
    /// It waits, as the last of that many.
    case queued(cpu: Int, length: Int)
    /// The queue is over `netdev_max_backlog`.
    case overflow
    /// The packet's device is down.
    case notRunning
}

/// A driver's poll routine, which softirq calls while there is work (`struct napi_struct`).
public protocol PollSource: AnyObject {
    /// Handles up to `budget` packets and says how many; fewer than `budget` means that nothing is left.
    func poll(budget: Int) -> Int
}

/// A driver whose transmissions complete in softirq.
public protocol CompletionSource: AnyObject {
    /// Gives back what the hardware is done with.
    func complete()
}
