import ArgumentParser
import ScenarioKit

/// `nksim scenario …`
struct ScenarioCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario",
        abstract: "Run, check, list, compare and begin scenarios, and hold them against a real kernel.",
        subcommands: [Run.self, Check.self, List.self, Compare.self, Diff.self, Init.self])

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

    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a first scenario for a compiled object.",
            discussion: "Example: nksim scenario init program.bpf.o --output scenario.yaml")

        @Argument(help: "The object file; the scenario is to stand beside it.")
        var object: String

        @OptionGroup var output: OutputOptions

        func run() throws { try output.write(ScenarioCommands.first(for: object, format: try output.format())) }
    }
}
