import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// SIGINT and SIGTERM held back while a host lives, so that a run ends in order: they are noticed between requests and
/// during sleeps.
struct Interruption {
    private var former = sigset_t()
    private var watched = sigset_t()
    /// The signal that came.
    private(set) var signal: Int32?

    init() {
        unsafe sigemptyset(&watched)
        unsafe sigaddset(&watched, SIGINT)
        unsafe sigaddset(&watched, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &watched, &former)
    }

    /// Gives the signals back to the process.
    mutating func end() { unsafe pthread_sigmask(SIG_SETMASK, &former, nil) }

    /// Why the run must end, once a signal has come.
    var reason: String? {
        signal.map { "interrupted by \($0 == SIGINT ? "SIGINT" : "SIGTERM")" }
    }

    /// Waits that long for a signal.
    mutating func sleep(nanoseconds: UInt64) {
        let end = Self.now + nanoseconds
        while signal == nil {
            let now = Self.now
            let rest = end > now ? end - now : 0
            var time = timespec(tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
            let found = unsafe sigtimedwait(&watched, nil, &time)
            if found > 0 { signal = found }
            if found > 0 || rest == 0 || errno != EINTR { return }
        }
    }

    private static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
