#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Real clocks, in nanoseconds; nothing else in the package reads them.
enum Clocks {
    /// Time that passes (CLOCK_MONOTONIC).
    @inline(__always) static func monotonic() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// Time that the calling thread spent on a CPU (CLOCK_THREAD_CPUTIME_ID).
    @inline(__always) static func threadCPU() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    @inline(__always) private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
