import Foundation
import KernelControl
import LinuxABI
import Testing
import Trace

@testable import ScenarioKit

/// `scenario run --record` and `scenario diff` on copies of a scenario; the recorded kernel is the model itself under a
/// release's name, changed by hand where the two are to differ.
@Suite struct ScenarioDiffTests {
    private static func real(_ scenario: Scenario?) throws(ControlError) -> RunningKernel {
        var kernel = RepositoryScenarioTests.simulated(scenario)
        kernel.trace = nil
        kernel.release = "6.12.90+deb13-cloud-amd64"
        kernel.finish = { () throws(ControlError) in ["a veth pair stands in for the wire"] }
        return kernel
    }

    /// A copy of pod-egress-netkit.
    private static func copy(to folder: borrowing TemporaryFolder) throws {
        for name in ["scenario.yaml", "program.bpf.o"] {
            try FileManager.default.copyItem(
                atPath: ScenarioCommandTests.scenarios + "/pod-egress-netkit/" + name, toPath: folder.path + "/" + name)
        }
    }

    private static func record(_ folder: String) -> CommandOutput {
        let (report, _) = ScenarioCommands.run([folder], .init(format: .json), on: real)
        return ScenarioCommands.record(report)
    }

    private static func diff(
        _ folder: String, format: OutputFormat = .text(coloured: false), linux: KernelFactory? = nil
    ) -> CommandOutput {
        var output = ScenarioCommands.diff(
            [folder], format: format, simulated: RepositoryScenarioTests.simulated, linux: linux)
        output.text = output.text.replacing(folder, with: "FOLDER")
        return output
    }

    @Test func whatIsRecordedIsEqualAndTheSameAgain() throws {
        let folder = try TemporaryFolder()
        try Self.copy(to: folder)
        let recorded = Self.record(folder.path)
        #expect(recorded.status == 0)
        #expect(recorded.remarks == "recorded \(folder.path)/kernel-6.12.json\n")
        let text = try String(contentsOfFile: folder.path + "/kernel-6.12.json", encoding: .utf8)
        #expect(!text.contains("time_ns") && !text.contains("softnet\": [\n"))
        let output = Self.diff(folder.path)
        #expect(
            output.text == """
                equal  FOLDER/scenario.yaml  (Linux 6.12, recorded)
                1 scenario: 1 equal, 0 differ, 0 not judged

                """)
        #expect(output.status == 0)
        _ = Self.record(folder.path)
        #expect(try String(contentsOfFile: folder.path + "/kernel-6.12.json", encoding: .utf8) == text)
    }

    @Test func theFirstDifferenceIsToldWithTheWayUpToIt() throws {
        let folder = try TemporaryFolder()
        try Self.copy(to: folder)
        _ = Self.record(folder.path)
        let file = folder.path + "/kernel-6.12.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        // The second datagram's TTL, its checksum going with it, and a counter.
        let frame = try #require(text.firstRange(of: "45000022000240004011681d"))
        var changed = text.replacingCharacters(in: frame, with: "45000022000240003f11691d")
        changed = changed.replacing("\"tx_bytes\": 95", with: "\"tx_bytes\": 67")
        try Data(changed.utf8).write(to: URL(fileURLWithPath: file))
        let output = Self.diff(folder.path)
        #expect(output.status == 1)
        try expectGolden(output.text, file: golden("diff.txt"))
        try expectGolden(Self.diff(folder.path, format: .prettyJSON).text, file: golden("diff.json"))
    }

    @Test func whatCannotBeJudgedIsSaid() throws {
        let folder = try TemporaryFolder()
        try Self.copy(to: folder)
        let missing = Self.diff(folder.path)
        #expect(missing.status == 2)
        #expect(
            missing.text.contains(
                "  no recording (no such file: FOLDER/kernel-6.12.json); make one with .ci/record-scenarios\n"))
        _ = Self.record(folder.path)
        let scenario = URL(fileURLWithPath: folder.path + "/scenario.yaml")
        let text = try String(contentsOf: scenario, encoding: .utf8)
        try Data((text + "# changed\n").utf8).write(to: scenario)
        let other = Self.diff(folder.path)
        #expect(other.status == 2)
        #expect(other.text.contains("is of another version of the scenario or its objects; re-record"))
        try Data("{".utf8).write(to: URL(fileURLWithPath: folder.path + "/kernel-6.12.json"))
        #expect(Self.diff(folder.path).text.contains("FOLDER/kernel-6.12.json:1:2: expected a name in quotes"))
        #expect(Self.diff(folder.path + "/none").status == 2)
        let live = Self.diff(folder.path) { _ throws(ControlError) in throw .unavailable("no root") }
        #expect(live.status == 2)
        #expect(live.text.contains("could not judge: no root"))
    }

    @Test func aLiveKernelNeedsNoRecording() throws {
        let folder = try TemporaryFolder()
        try Self.copy(to: folder)
        let output = Self.diff(folder.path, linux: Self.real)
        #expect(
            output.text == """
                equal  FOLDER/scenario.yaml  (Linux 6.12, live)
                  note: a veth pair stands in for the wire
                1 scenario: 1 equal, 0 differ, 0 not judged

                """)
    }

    /// A model that refuses an attachment can't undo it; the refusal is the first difference, and not the end of the judgement.
    @Test func aRunThatEndsEarlyIsComparedUpToThere() throws {
        let folder = try TemporaryFolder()
        try Self.copy(to: folder)
        let scenario = folder.path + "/scenario.yaml"
        let text = try String(contentsOfFile: scenario, encoding: .utf8)
        let world = try #require(text.firstRange(of: "\nsteps:"))
        let steps = """
            \nsteps:
              - attach: {program: from_pod, name: again, device: nk0@node, hook: netkit/primary}
              - detach: again

            """
        try Data((text[..<world.lowerBound] + steps).utf8).write(to: URL(fileURLWithPath: scenario))
        let refusing = { @Sendable (_: Scenario?) throws(ControlError) -> RunningKernel in
            let kernel = FakeKernel()
            kernel.refusals["link create from_pod nk0@node netkit/primary"] = .errno(.EBUSY)
            return RunningKernel(control: kernel, trace: nil)
        }
        let output = ScenarioCommands.diff(
            [folder.path], format: .text(coloured: false), simulated: refusing, linux: Self.real)
        #expect(output.status == 1)
        #expect(output.text.contains("note: nksim did not come to the end: "))
        #expect(output.text.contains("  steps[0], in step 1\n"))
        #expect(output.text.contains("EBUSY"))
    }

    @Test func theModelAndBrokenRunsAreNotRecorded() throws {
        let folder = try TemporaryFolder()
        try Self.copy(to: folder)
        let (report, _) = ScenarioCommands.run(
            [folder.path, folder.path + "/none"], .init(format: .json), on: RepositoryScenarioTests.simulated)
        let output = ScenarioCommands.record(report)
        #expect(output.status == 2)
        #expect(output.remarks.contains("the model is not recorded; run it with --on linux"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/kernel-6.12.json"))
    }
}
