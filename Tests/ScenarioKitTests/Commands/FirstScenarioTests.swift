import Foundation
import Testing

@testable import ScenarioKit

@Suite struct FirstScenarioTests {
    static let objects = ScenarioFiles.find([ScenarioCommandTests.scenarios]).map {
        URL(fileURLWithPath: $0).deletingLastPathComponent().appending(path: "program.bpf.o").path
    }.filter { FileManager.default.fileExists(atPath: $0) }

    @Test func writesAScenarioToGoOnFrom() throws {
        let output = ScenarioCommands.first(
            for: ScenarioCommandTests.scenarios + "/pod-egress-netkit/program.bpf.o", format: .text(coloured: false))
        #expect(output.status == 0)
        try expectGolden(output.text, file: golden("first-scenario.yaml"))
    }

    /// What it writes can be read, and what it expects holds.
    @Test(arguments: objects) func whatItWritesHolds(_ object: String) throws {
        let output = ScenarioCommands.first(for: object, format: .text(coloured: false))
        try #require(output.status == 0, "\(output.remarks)")
        let file = URL(fileURLWithPath: object).deletingLastPathComponent().appending(path: "first.yaml").path
        let scenario = try Scenario(yaml: output.text, file: file)
        let kernel = RepositoryScenarioTests.simulated(scenario)
        let result = ScenarioRunner(
            scenario, objects: try ScenarioFiles.objects(of: scenario), kernel: kernel.control, trace: kernel.trace
        ).run()
        #expect(result.outcome == .held, "\(result.details(coloured: false))")
    }

    @Test func whatIsNoObjectIsRefused() {
        let output = ScenarioCommands.first(
            for: ScenarioCommandTests.scenarios + "/README.md", format: .text(coloured: false))
        #expect(output.status == 2)
        #expect(output.text == "")
    }
}
