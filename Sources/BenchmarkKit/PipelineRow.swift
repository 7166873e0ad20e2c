/// One way of processing a pod's datagrams, named for what defers the work.
public enum PipelineRow: String, CaseIterable, Sendable {
    /// netkit: programs run in the transmit routine, inline in the send call.
    case netkitInline = "netkit, inline in transmit"
    /// veth: softirq inline at the end of the send call, Linux's default.
    case vethInline = "veth, softirq at the end of the send"
    /// veth: deferred to a thread pinned to the sender's CPU, as ksoftirqd is.
    case vethSameCPU = "veth, deferred to a thread on the same CPU (ksoftirqd)"
    /// veth: deferred to a thread on another CPU, as with RPS.
    case vethOtherCPU = "veth, deferred to a thread on another CPU (RPS)"

    /// Whether packets change threads behind the backlog.
    var isDeferred: Bool { self == .vethSameCPU || self == .vethOtherCPU }
}

/// What was measured of one row, in real time.
public struct PipelineResult: Sendable {
    public var row: PipelineRow
    /// Packets sent, all of which left by the NIC.
    public var packets: Int
    /// Nanoseconds from the first send to the last packet's end, all packets sent back to back.
    public var wallNanoseconds: UInt64
    /// CPU time of all threads for the same packets.
    public var cpuNanoseconds: UInt64
    /// From the send call's begin to the program's, with one packet under way at a time; nanoseconds.
    public var latencyMedian: UInt64
    public var latency99: UInt64
    /// Why the row could not be run; nil where it was.
    public var skipped: String?

    public var packetsPerSecond: Double { Double(packets) / Double(max(wallNanoseconds, 1)) * 1e9 }
    public var cpuPerPacket: Double { Double(cpuNanoseconds) / Double(max(packets, 1)) }

    static func skipped(_ row: PipelineRow, _ why: String) -> Self {
        Self(
            row: row, packets: 0, wallNanoseconds: 0, cpuNanoseconds: 0, latencyMedian: 0, latency99: 0, skipped: why)
    }
}

/// Why a benchmark could not be judged.
public struct BenchmarkError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
