public import HeapModule

/// What is to happen, ordered by due time and, at one time, by the order in which it was scheduled.
///
/// One queue drives one simulation, on one thread. Time moves only in ``next()``. `Event` says what is to be done: a
/// closure, or a value of the user's own where making a closure for each event would cost too much.
public struct EventQueue<Event> {
    @usableFromInline struct Entry: Comparable {
        @usableFromInline let due: VirtualTime
        @usableFromInline let order: UInt64
        @usableFromInline let event: Event

        @inlinable init(due: VirtualTime, order: UInt64, event: Event) {
            self.due = due
            self.order = order
            self.event = event
        }

        @inlinable static func == (left: Self, right: Self) -> Bool { left.order == right.order }
        @inlinable static func < (left: Self, right: Self) -> Bool {
            left.due == right.due ? left.order < right.order : left.due < right.due
        }
    }

    @usableFromInline var heap = Heap<Entry>()
    @usableFromInline var cancelled: Set<UInt64> = []
    @usableFromInline var scheduled: UInt64 = 0

    @inlinable public init() {}

    /// Plans `event` for `due`; two events due at one time happen in the order of their scheduling. O(log n).
    @inlinable @discardableResult
    public mutating func schedule(at due: VirtualTime, _ event: Event) -> EventToken {
        scheduled += 1
        heap.insert(Entry(due: due, order: scheduled, event: event))
        return EventToken(order: scheduled)
    }

    /// Takes an event back; one that has happened, or was cancelled before, is left alone.
    @inlinable public mutating func cancel(_ token: EventToken) {
        cancelled.insert(token.order)
    }

    /// When the next event is due; nil where nothing is planned.
    @inlinable public var nextDue: VirtualTime? {
        mutating get {
            if !cancelled.isEmpty { dropCancelled() }
            return heap.min?.due
        }
    }

    /// Removes the next event and gives its time and what is to be done.
    @inlinable public mutating func next() -> (due: VirtualTime, event: Event)? {
        if !cancelled.isEmpty { dropCancelled() }
        guard let entry = heap.popMin() else { return nil }
        return (entry.due, entry.event)
    }

    @usableFromInline mutating func dropCancelled() {
        while let first = heap.min, cancelled.remove(first.order) != nil { heap.removeMin() }
        if heap.isEmpty { cancelled.removeAll(keepingCapacity: true) }
    }
}

/// What ``EventQueue/schedule(at:_:)`` gives out, to cancel an event before it is due.
public struct EventToken: Hashable, Sendable {
    @usableFromInline let order: UInt64

    @inlinable init(order: UInt64) { self.order = order }
}
