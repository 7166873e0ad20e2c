public import Trace

/// Where a runner gets a run's trace from; a kernel without one, such as Linux, has none.
public protocol TraceSource: AnyObject {
    /// The events since the last call, in order.
    func takeEvents() -> [TraceEvent]
}

/// The trace that a simulation's recorder collects.
public final class RecordedTrace: TraceSource {
    private let recorder: TraceRecorder
    private var taken = 0

    public init(_ recorder: TraceRecorder) { self.recorder = recorder }

    public func takeEvents() -> [TraceEvent] {
        let events = recorder.events
        defer { taken = events.count }
        return Array(events[min(taken, events.count)...])
    }
}
