public import KernelControl
import LinuxABI
import Trace

/// What tracepoints tell on Linux, read from the trace.
extension SimulatedHost {
    public func takeProgramRuns() throws(ControlError) -> [ProgramRun] {
        try newEvents(since: &witnessed.runs).compactMap { event in
            guard case .program(_, _, let id, let verdict) = event.step else { return nil }
            return ProgramRun(program: id, returnValue: verdict, cpu: event.context.cpu)
        }
    }

    public func takeDrops() throws(ControlError) -> [PacketDrop] {
        try newEvents(since: &witnessed.drops).compactMap { event in
            guard case .drop(let reason, _) = event.step else { return nil }
            return PacketDrop(
                reason: reason.rawValue, device: event.device, namespace: NamespaceName(event.namespace))
        }
    }

    private func newEvents(since seen: inout Int) throws(ControlError) -> ArraySlice<TraceEvent> {
        guard let events = recorder?.events else { throw .notModelled("tracepoints of a host whose tracing is off") }
        defer { seen = events.count }
        return events[seen...]
    }
}
