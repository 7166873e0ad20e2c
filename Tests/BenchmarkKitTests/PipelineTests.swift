import DatapathTesting
import Foundation
import NetkitSimulator
import Synchronization
import Testing

@testable import BenchmarkKit

/// The rows send what they say and lose nothing; how fast is not a test's business.
@Suite struct PipelineTests {
    static func world(_ link: SimulatedPod.Link) -> BenchmarkWorldFactory {
        { @Sendable in
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let object = try Data(
                contentsOf: root.appending(path: "Scenarios/pod-egress-netkit/program.bpf.o"))
            var configuration = SimulationConfiguration()
            configuration.isTracing = false
            configuration.costs = .zero
            configuration.wireDelay = 0
            let pod = try SimulatedPod(link, configuration: configuration)
            try pod.load(Array(object), program: "from_pod", setting: ["nic_ifindex": Int128(pod.nicIndex)])
            // Resolves the neighbour.
            try pod.send("first", to: "192.168.7.2:9")
            let socket = try pod.host.openSocket(
                SocketRequest(
                    kind: .udp, isIPv6: false, namespace: SimulatedPod.pod, task: TaskIdentity(name: "bench")))
            return BenchmarkWorld(
                host: pod.host, socket: socket,
                destination: SocketAddress(address: try NetworkAddress("192.168.7.2"), port: 9),
                payload: [UInt8](repeating: 1, count: 64), hostSide: ("pod0", SimulatedPod.node),
                wireSide: ("nic0", SimulatedPod.node))
        }
    }

    @Test(arguments: PipelineRow.allCases) func noPacketIsLost(row: PipelineRow) throws {
        var benchmark = PipelineBenchmark(
            packets: 300, latencyPackets: 20, netkit: Self.world(.netkit), veth: Self.world(.veth))
        benchmark.pace = 1_000
        let result = try benchmark.run(row)
        guard result.skipped == nil else { return }
        #expect(result.packets == 300)
        #expect(result.latencyMedian > 0 && result.latency99 >= result.latencyMedian)
        #expect(result.wallNanoseconds > 0 && result.cpuNanoseconds > 0)
    }

    /// The second world, the receiving thread's or the sending one's, cannot be made: an error, and no thread left waiting.
    @Test(arguments: [PipelineRow.vethSameCPU, .vethOtherCPU]) func aThreadThatFailsEndsTheRun(row: PipelineRow) throws
    {
        let worlds = Mutex(0)
        let make = Self.world(.veth)
        let benchmark = PipelineBenchmark(packets: 2_000, latencyPackets: 1, netkit: make) {
            let number = worlds.withLock { count in
                count += 1
                return count
            }
            guard number == 1 else { throw BenchmarkError("no second world") }
            return try make()
        }
        #expect(throws: BenchmarkError.self) {
            if try benchmark.run(row).skipped != nil { throw BenchmarkError("skipped") }
        }
    }

    @Test func aWorldThatLosesPacketsIsNoMeasurement() {
        #expect(throws: BenchmarkError.self) { try checkFrames(99, 100, .netkitInline) }
    }

    @Test func theTableAndTheDocumentSayTheSame() {
        let report = PipelineReport(results: [
            PipelineResult(
                row: .netkitInline, packets: 1_000, wallNanoseconds: 1_000_000, cpuNanoseconds: 900_000,
                latencyMedian: 700, latency99: 2_000, skipped: nil),
            PipelineResult(
                row: .vethInline, packets: 1_000, wallNanoseconds: 2_000_000, cpuNanoseconds: 1_900_000,
                latencyMedian: 1_500, latency99: 12_345, skipped: nil),
            .skipped(.vethOtherCPU, "this process may use one CPU only"),
        ])
        #expect(
            report.text == """
                pipeline                                         packets/s  CPU ns/packet  p50 ns  p99 ns  packets/s, veth inline = 1
                netkit, inline in transmit                       1,000,000            900     700   2,000                        2.00
                veth, softirq at the end of the send               500,000          1,900   1,500  12,345                        1.00
                veth, deferred to a thread on another CPU (RPS)  not run: this process may use one CPU only

                """)
        #expect(report.json.contains("\"packets_per_second\": 1000000,"))
        #expect(
            report.json.contains("{\"pipeline\": \"vethOtherCPU\", \"skipped\": \"this process may use one CPU only\"}")
        )
    }
}
