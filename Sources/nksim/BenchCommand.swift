import ArgumentParser
import BenchmarkKit
import Datapath
import Foundation
import HostModel
import KernelControl
import PacketModel
import ScenarioKit

/// `nksim bench`
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Run the egress pipelines of netkit and veth for real, and time them.",
        discussion: """
            Each row sends the same datagrams through a pipeline of its own, built from the scenarios pod-egress-netkit and \
            pod-egress-veth: socket, stack, device, compiled program, redirect, NIC. Times are real and this machine's; \
            compare rows, not machines.

            Example: nksim bench --packets 1000000
            """)

    @Option(help: "Packets of each row, sent back to back.")
    var packets = 1_000_000

    @Option(name: .customLong("latency-packets"), help: "Packets of each row, sent one at a time, for the latency.")
    var latencyPackets = 20_000

    @Option(help: "The folder with the two scenarios.")
    var scenarios = "Scenarios"

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard packets > 0, latencyPackets > 0 else { throw ValidationError("packets are counted from 1") }
    }

    func run() throws {
        let benchmark = PipelineBenchmark(
            packets: packets, latencyPackets: latencyPackets,
            netkit: Self.world("\(scenarios)/pod-egress-netkit", hostSide: "nk0"),
            veth: Self.world("\(scenarios)/pod-egress-veth", hostSide: "ve0"))
        var report = PipelineReport(results: [])
        do {
            for row in PipelineRow.allCases {
                FileHandle.standardError.write(Data("nksim bench: \(row.rawValue)\n".utf8))
                report.results.append(try benchmark.run(row))
            }
        } catch {
            FileHandle.standardError.write(Data("nksim: \(error)\n".utf8))
            throw ExitCode(2)
        }
        let isText: Bool
        if case .text = try output.format() { isText = true } else { isText = false }
        if !output.quiet {
            try OutputOptions.write(Array((isText ? report.text : report.json).utf8), to: output.output)
        }
    }

    /// A factory for a scenario's world, as its first send leaves it: neighbours known, the far end unplugged, so that a
    /// frame ends on the wire.
    private static func world(_ path: String, hostSide: String) -> BenchmarkWorldFactory {
        { @Sendable in
            var scenario = try ScenarioFiles.read(ScenarioFiles.file(of: path))
            let objects = try ScenarioFiles.objects(of: scenario)
            scenario.captures = []
            // What is timed is the way of a packet, not the sum over its bytes, which a server's NIC does.
            for index in scenario.devices.indices {
                guard case .nic(var attributes, let end) = scenario.devices[index].kind else { continue }
                attributes.checksumOffload = true
                attributes.segmentationOffload = true
                scenario.devices[index].kind = .nic(attributes, end)
            }
            scenario.steps = Array(scenario.steps.prefix(1))
            var configuration = SimulationConfiguration()
            configuration.costs = .zero
            configuration.isTracing = false
            configuration.wireDelay = 0
            let host = SimulatedHost(configuration: configuration)
            let result = ScenarioRunner(scenario, objects: objects, kernel: host, trace: nil).run()
            if let error = result.error { throw error }
            var down = LinkChange()
            down.isUp = false
            try host.changeLink("nic0", in: "far", down)
            let socket = try host.openSocket(
                SocketRequest(kind: .udp, isIPv6: false, namespace: "pod", task: TaskIdentity(name: "bench")))
            let destination = SocketAddress(address: try NetworkAddress("192.168.7.2"), port: 9)
            return BenchmarkWorld(
                host: host, socket: socket, destination: destination,
                payload: [UInt8](repeating: 0x6E, count: 64), hostSide: (hostSide, "node"), wireSide: ("nic0", "node"))
        }
    }
}
