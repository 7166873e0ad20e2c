import ArgumentParser
import ScenarioKit

/// `nksim scenario …`
struct ScenarioCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario", abstract: "Run, check, list and compare scenarios.",
        subcommands: [Run.self, Check.self, List.self, Compare.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read scenarios and their objects without running anything.")

        @Argument(help: "Scenario files, or folders with a scenario.yaml in them or below.")
        var paths: [String]

        @OptionGroup var output: OutputOptions

        func run() throws { try output.write(ScenarioCommands.check(paths, format: try output.format())) }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List scenarios with their titles.")

        @Argument(help: "Scenario files, or folders with a scenario.yaml in them or below.")
        var paths = ["Scenarios"]

        @OptionGroup var output: OutputOptions

        func run() throws { try output.write(ScenarioCommands.list(paths, format: try output.format())) }
    }
}
