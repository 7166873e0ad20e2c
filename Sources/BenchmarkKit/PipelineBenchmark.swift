import Datapath
import Histogram
import KernelControl

/// Runs the egress pipelines of netkit and veth for real and times them (`nksim bench`).
public struct PipelineBenchmark: Sendable {
    /// Packets of the throughput phase, sent back to back.
    public var packets: Int
    /// Packets of the latency phase, one under way at a time.
    public var latencyPackets: Int
    /// Nanoseconds of sleep between two packets of the latency phase.
    public var pace: UInt64 = 20_000
    /// Packets that a deferred row's queue holds: what a socket's default send buffer lets be under way at 64 bytes
    /// (212,992 bytes, 768 of truesize each).
    public var queueCapacity = 277
    private let netkit: BenchmarkWorldFactory
    private let veth: BenchmarkWorldFactory

    public init(
        packets: Int, latencyPackets: Int = 20_000, netkit: @escaping BenchmarkWorldFactory,
        veth: @escaping BenchmarkWorldFactory
    ) {
        self.packets = packets
        self.latencyPackets = latencyPackets
        self.netkit = netkit
        self.veth = veth
    }

    /// Runs one row. Throws ``BenchmarkError`` where packets got lost, or what making a world threw.
    public func run(_ row: PipelineRow) throws -> PipelineResult {
        let cpus = ProcessorAffinity.available()
        switch row {
        case .netkitInline: return try runInline(row, netkit)
        case .vethInline: return try runInline(row, veth)
        case .vethSameCPU:
            guard let cpu = cpus.first else { return .skipped(row, "this system does not pin threads") }
            return try deferred().run(row, senderCPU: cpu, receiverCPU: cpu)
        case .vethOtherCPU:
            guard cpus.count > 1 else { return .skipped(row, "this process may use one CPU only") }
            return try deferred().run(row, senderCPU: cpus[0], receiverCPU: cpus[1])
        }
    }

    private func deferred() -> DeferredPipeline {
        DeferredPipeline(
            queueCapacity: queueCapacity, packets: packets, latencyPackets: latencyPackets, pace: pace, make: veth)
    }

    private func runInline(_ row: PipelineRow, _ make: BenchmarkWorldFactory) throws -> PipelineResult {
        let world = try make()
        for _ in 0..<1_000 { try world.send() }
        let before = try world.framesOnWire()
        let cpu = Clocks.threadCPU()
        let start = Clocks.monotonic()
        for _ in 0..<packets { try world.send() }
        let wall = Clocks.monotonic() - start
        let cpuSpent = Clocks.threadCPU() - cpu
        try checkFrames(try world.framesOnWire() - before, packets, row)

        var histogram = Histogram<UInt64>(highestTrackableValue: 10_000_000_000)
        let clock = LatencyClock()
        world.host.whenProgramRuns = { clock.noteProgram() }
        for _ in 0..<latencyPackets {
            clock.sentAt = Clocks.monotonic()
            try world.send()
            _ = histogram.record(clock.latency)
            Pace.wait(nanoseconds: pace)
        }
        world.host.whenProgramRuns = nil
        return PipelineResult(
            row: row, packets: packets, wallNanoseconds: wall, cpuNanoseconds: cpuSpent,
            latencyMedian: histogram.valueAtPercentile(50), latency99: histogram.valueAtPercentile(99), skipped: nil)
    }
}

/// Says so where packets got lost: a figure for a pipeline that loses packets means nothing.
func checkFrames(_ found: UInt64, _ expected: Int, _ row: PipelineRow) throws(BenchmarkError) {
    guard found == UInt64(expected) else {
        throw BenchmarkError("\(row.rawValue): \(expected) packets sent, \(found) left by the NIC")
    }
}

/// Between a send call's begin and the program's.
final class LatencyClock {
    var sentAt: UInt64 = 0
    private(set) var latency: UInt64 = 0

    @inline(__always) func noteProgram() { latency = Clocks.monotonic() &- sentAt }
}
