import Foundation
import Testing

@testable import ScenarioKit

/// The page that explains the scenario language says what the reader does, and its example runs.
@Suite struct LanguagePageTests {
    static let file = ScenarioCommandTests.scenarios + "/LANGUAGE.md"

    private func lines() throws -> [String] {
        try String(contentsOfFile: Self.file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0) }
    }

    /// The YAML blocks, one behind the other, are one scenario, which holds.
    @Test func theExampleHolds() throws {
        var yaml = ""
        var isInside = false
        for line in try lines() {
            if line.hasPrefix("```") {
                isInside = line == "```yaml"
            } else if isInside {
                yaml += line + "\n"
            }
        }
        let scenario = try Scenario(yaml: yaml, file: Self.file)
        let kernel = RepositoryScenarioTests.simulated(scenario)
        let result = ScenarioRunner(
            scenario, objects: try ScenarioFiles.objects(of: scenario), kernel: kernel.control, trace: kernel.trace
        ).run()
        #expect(result.failures.map(\.subject) == [])
        #expect(result.outcome == .held, "\(result.error?.description ?? "")")
        #expect(result.expectationCount >= 8)
    }

    /// Every key set has a section whose table has its keys, all of them and in their order.
    @Test(arguments: KeySet.all.map(\.name)) func everyKeyIsExplained(_ name: String) throws {
        let keys = try #require(KeySet.all.first { $0.name == name }).names
        let heading = "### " + name.prefix(1).uppercased() + name.dropFirst()
        let all = try lines()
        let start = try #require(all.firstIndex(of: heading), "the page has the section '\(heading)'")
        let section = all[(start + 1)...].prefix { !$0.hasPrefix("#") }
        let explained = section.filter { $0.hasPrefix("| `") }.compactMap { row in
            row.dropFirst(3).split(separator: "`").first.map { String($0) }
        }
        #expect(Set(explained) == Set(keys))
        #expect(explained.count == keys.count, "no key stands twice")
    }
}
