import HeapModule

/// What is to happen, ordered by due time and, at one time, by the order in which it was scheduled.
///
/// One queue drives one simulation, on one thread. Time moves only in ``next()``.
public struct EventQueue {
    /// What ``schedule(at:_:)`` gives out, to cancel an event before it is due.
    public struct Token: Hashable, Sendable {
        fileprivate let order: UInt64
    }

    private struct Entry: Comparable {
        let due: VirtualTime
        let order: UInt64
        let action: () -> Void

        static func == (left: Self, right: Self) -> Bool { left.order == right.order }
        static func < (left: Self, right: Self) -> Bool { (left.due, left.order) < (right.due, right.order) }
    }

    private var heap = Heap<Entry>()
    private var cancelled: Set<UInt64> = []
    private var scheduled: UInt64 = 0

    public init() {}

    /// Plans `action` for `due`; two events due at one time happen in the order of their scheduling. O(log n).
    @discardableResult
    public mutating func schedule(at due: VirtualTime, _ action: @escaping () -> Void) -> Token {
        scheduled += 1
        heap.insert(Entry(due: due, order: scheduled, action: action))
        return Token(order: scheduled)
    }

    /// Takes an event back; one that has happened, or was cancelled before, is left alone.
    public mutating func cancel(_ token: Token) {
        cancelled.insert(token.order)
    }

    /// When the next event is due; nil where nothing is planned.
    public var nextDue: VirtualTime? {
        mutating get {
            dropCancelled()
            return heap.min?.due
        }
    }

    /// Removes the next event and gives its time and action.
    public mutating func next() -> (due: VirtualTime, action: () -> Void)? {
        dropCancelled()
        guard let entry = heap.popMin() else { return nil }
        return (entry.due, entry.action)
    }

    private mutating func dropCancelled() {
        while let first = heap.min, cancelled.remove(first.order) != nil { heap.removeMin() }
        if heap.isEmpty { cancelled.removeAll(keepingCapacity: true) }
    }
}
