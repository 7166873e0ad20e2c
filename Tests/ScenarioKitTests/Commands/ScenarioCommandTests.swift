import Foundation
import KernelControl
import Testing
import Trace

@testable import ScenarioKit

/// A folder of its own for each test, gone afterwards.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "nksim-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}

@Suite struct ScenarioCommandTests {
    static func fake(_ scenario: Scenario?) -> RunningKernel { RunningKernel(control: FakeKernel(), trace: nil) }

    /// The repository's scenarios, found beside the tests.
    static let scenarios = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scenarios").path

    @Test func everyScenarioOfTheRepositoryIsSound() {
        let output = ScenarioCommands.check([Self.scenarios], format: .text(coloured: false))
        #expect(output.status == 0, "\(output.text)")
        #expect(output.text.split(separator: "\n").count >= 4)
    }

    @Test func exitStatusTellsHeldFailedAndUnjudged() throws {
        let folder = try TemporaryFolder()
        try folder.write(Sample.minimal(), to: "held/scenario.yaml")
        try folder.write(
            Sample.minimal(
                "sockets: [{name: s, udp: \"1.2.3.4:5\", in: node}]",
                steps: "[{expect: {received: {socket: s, count: 1}}}]"), to: "failed/scenario.yaml")
        try folder.write("version: 9", to: "unreadable/scenario.yaml")
        func status(_ names: String...) -> Int32 {
            ScenarioCommands.run(
                names.map { folder.path + "/" + $0 }, .init(format: .text(coloured: false)), on: Self.fake
            ).output.status
        }
        #expect(status("held") == 0)
        #expect(status("held", "failed") == 1)
        #expect(status("held", "unreadable") == 2)
        #expect(status("failed", "unreadable") == 1)
        #expect(status("missing") == 2)
        #expect(status() == 2)
        try folder.write("", to: "empty/readme")
        #expect(status("empty") == 2)
        // A folder of folders is searched, in order.
        let found = ScenarioFiles.find([folder.path]).map { $0.dropFirst(folder.path.count) }
        #expect(found == ["/failed/scenario.yaml", "/held/scenario.yaml", "/unreadable/scenario.yaml"])
    }

    @Test func reportsCountAndName() throws {
        let folder = try TemporaryFolder()
        try folder.write(Sample.minimal("title: <one> & \"two\""), to: "a/scenario.yaml")
        try folder.write(Sample.minimal().replacing("version: 1", with: "version: 9"), to: "b/scenario.yaml")
        let (report, text) = ScenarioCommands.run(
            [folder.path], .init(format: .text(coloured: false)), on: Self.fake)
        #expect(text.text.hasSuffix("2 scenarios: 1 held, 0 failed, 0 not modelled, 1 unreadable\n"))
        #expect(text.text.contains("held  \(folder.path)/a/scenario.yaml  (Linux 6.12, 0 expectations)"))
        #expect(report.junit.contains("<testsuite name=\"nksim\" tests=\"2\" failures=\"0\" errors=\"1\">"))
        #expect(report.junit.contains("expected a number from 1 to 1, found &apos;9&apos;"))
        let (_, json) = ScenarioCommands.run([folder.path + "/b"], .init(format: .json), on: Self.fake)
        #expect(
            json.text.contains(
                #""error":{"code":"input","message":"expected a number from 1 to 1, found '9'","where":""#))
        #expect(json.text.hasPrefix(#"{"schema":{"name":"nksim-scenario-run","version":1},"scenarios":[{"#))
        let list = ScenarioCommands.list([folder.path], format: .text(coloured: false))
        #expect(list.status == 2 && list.text.contains("<one> & \"two\""))
    }

    @Test(
        arguments: [
            ("auto", nil, nil, true, true), ("auto", nil, nil, false, false), ("auto", "1", nil, true, false),
            ("auto", "", nil, true, true), ("auto", nil, "1", false, true), ("always", "1", nil, false, true),
            ("never", nil, "1", true, false),
        ] as [(String, String?, String?, Bool, Bool)])
    func colourFollowsTheFlagThenTheEnvironmentThenTheTerminal(
        _ choice: String, _ noColour: String?, _ forceColour: String?, _ isTerminal: Bool, _ expected: Bool
    ) {
        let rule = ColourRule(choice: choice, noColour: noColour, forceColour: forceColour, isTerminal: isTerminal)
        #expect(rule.isColoured == expected)
    }
}

@Suite struct CommandWordTests {
    @Test(
        arguments: [
            (["scenario", "chck"], "unknown word 'chck' behind 'scenario'; did you mean 'check'?"),
            (["scenari", "list"], "unknown word 'scenari'; did you mean 'scenario'?"),
            (["frobnicate"], "unknown word 'frobnicate'; known: scenario, prog, bench, version, help"),
            (["prog", "dump", "file"], nil), (["--version"], nil), (["scenario", "-h"], nil), ([], nil),
            (["version"], nil),
        ] as [([String], String?)])
    func unknownWordsNameTheNearest(_ arguments: [String], _ problem: String?) {
        #expect(CommandWords.problem(arguments) == problem)
    }
}
