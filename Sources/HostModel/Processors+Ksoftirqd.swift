import Trace

extension Processors {
    /// Runs `body` on the executing CPU as ksoftirqd's softirq does, with what it raises behind it: for measurements that
    /// put a real thread in ksoftirqd's place.
    public func serveAsKsoftirqd(_ body: () -> Void) {
        let processor = current
        processor.serving = .ksoftirqd
        willPoll()
        body()
        didPoll()
        processor.serving = nil
        if processor.netRxPending || !processor.deferredActions.isEmpty { runSoftirqs(on: processor, as: .ksoftirqd) }
    }
}
