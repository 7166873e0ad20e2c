import CMachinePrograms

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What one program took, natively and interpreted.
struct Measurement {
    let name: String
    /// BPF instructions that one run executes.
    let instructions: Int
    /// Medians over the rounds, in nanoseconds of the thread's CPU time for one run.
    let native: Double
    let interpreted: Double
    /// The median over the rounds of interpreted by native time of the same round.
    let ratio: Double
}

/// A run that went wrong.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
}

/// Nanoseconds of CPU time that this thread has used.
func threadTime() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// The middle one of `values`.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted[sorted.count / 2]
}

/// Ends the process with a message.
func quit(_ message: String) -> Never {
    let line = Array("machine-benchmark: \(message)\n".utf8)
    _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(64)
}

/// The n-th root of the product of `values`.
func geometricMean(_ values: [Double]) -> Double {
    exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
}
