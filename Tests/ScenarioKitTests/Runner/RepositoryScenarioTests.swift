import Datapath
import Foundation
import HostModel
import KernelControl
import PacketModel
import Testing
import Trace

@testable import ScenarioKit

/// The scenarios under Scenarios/ on the simulated host: they hold, tell the recorded story, and tell it again.
@Suite struct RepositoryScenarioTests {
    static let names = ScenarioFiles.find([ScenarioCommandTests.scenarios]).map {
        URL(fileURLWithPath: $0).deletingLastPathComponent().lastPathComponent
    }

    private static func folder(_ name: String) -> String { ScenarioCommandTests.scenarios + "/" + name }

    static func simulated(_ scenario: Scenario?) -> RunningKernel {
        let machine = scenario?.machine ?? Scenario.Machine()
        var configuration = SimulationConfiguration()
        configuration.cpuCount = machine.cpus
        configuration.seed = machine.seed
        configuration.costs = machine.costs == .zero ? .zero : .instructions612
        let host = SimulatedHost(configuration: configuration)
        return RunningKernel(control: host, trace: host.recorder.map { RecordedTrace($0) })
    }

    private static func run(_ name: String, seed: UInt64? = nil) -> ScenarioResult {
        ScenarioCommands.result(folder(name) + "/scenario.yaml", seed: seed, on: simulated)
    }

    @Test(arguments: names)
    func holdsAndTellsTheRecordedStory(_ name: String) throws {
        let result = Self.run(name)
        #expect(result.outcome == .held, "\(result.details(coloured: false))")
        #expect(result.expectationCount > 0)
        let expected = URL(fileURLWithPath: Self.folder(name)).appending(path: "expected")
        try expectGolden(StoryRenderer().text(result.events), file: expected.appending(path: "story.txt"))
        try expectGolden(
            result.observations.json.prettyText, file: expected.appending(path: "observations.json"))
    }

    @Test(arguments: names)
    func sameSeedSameBytes(_ name: String) {
        let first = Self.run(name, seed: 7)
        let second = Self.run(name, seed: 7)
        #expect(first.json(withTrace: true).text == second.json(withTrace: true).text)
    }

    @Test(arguments: names)
    func theFunctionalRunWithoutCostsHoldsToo(_ name: String) throws {
        let file = Self.folder(name) + "/scenario.yaml"
        var scenario = try ScenarioFiles.read(file)
        scenario.machine.costs = .zero
        let kernel = Self.simulated(scenario)
        let result = ScenarioRunner(
            scenario, objects: try ScenarioFiles.objects(of: scenario), kernel: kernel.control, trace: kernel.trace
        ).run()
        #expect(result.outcome == .held, "\(result.details(coloured: false))")
    }

    @Test func capturesBecomeAFileThatCanBeReadBack() throws {
        let result = Self.run("pod-egress-netkit")
        let file = try CaptureFile(parsing: RunReport([result]).captureFile)
        #expect(file.interfaces.map(\.name) == result.observations.captures.map(\.name))
        let frames = result.observations.captures.flatMap(\.frames)
        #expect(file.records.count == frames.count)
        #expect(Set(file.records.map(\.bytes)) == Set(frames.map(\.bytes)))
        #expect(file.records.map(\.time) == file.records.map(\.time).sorted())
    }

    @Test func netkitAndVethSideBySide() throws {
        let comparison = Comparison(Self.run("pod-egress-netkit"), Self.run("pod-egress-veth"))
        try expectGolden(comparison.text(coloured: false), file: golden("egress-comparison.txt"))
    }

    /// The two egress programs are one: only the place of attachment differs.
    @Test func theEgressProgramIsTheSameOnBothSides() throws {
        let dumps = ["pod-egress-netkit", "pod-egress-veth"].map {
            ProgramCommands.show(Self.folder($0) + "/program.bpf.o", format: .text(coloured: false)).text
                .split(separator: "\n").dropFirst()
        }
        #expect(dumps[0] == dumps[1])
    }
}
