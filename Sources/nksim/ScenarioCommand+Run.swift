import ArgumentParser
import ScenarioKit
import Trace

extension ScenarioCommand {
    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run scenarios and judge what they expect.",
            discussion: "Example: nksim scenario run Scenarios/pod-egress-netkit --trace")

        @Argument(help: "Scenario files, or folders with a scenario.yaml in them or below.")
        var paths: [String]

        @Option(help: "The seed of every random number, instead of the scenario's.")
        var seed: UInt64?

        @Flag(inversion: .prefixedNo, help: "Tell each packet's story.")
        var trace = false

        @Option(help: "Write a JUnit report to this file.")
        var junit: String?

        @Option(help: "Write all captured frames to this file, as pcapng.")
        var pcapng: String?

        @Option(name: .customLong("trace-lines"), help: "Write all events to this file, a JSON object on each line.")
        var traceLines: String?

        @Flag(help: "On linux: write what was seen to kernel-RELEASE.json beside each scenario.")
        var record = false

        @OptionGroup var kernel: KernelOptions

        @OptionGroup var output: OutputOptions

        func validate() throws {
            if record, kernel.on == .simulation {
                throw ValidationError("--record writes down what a real kernel does; add --on linux")
            }
        }

        func run() throws {
            let options = ScenarioCommands.RunOptions(format: try output.format(), seed: seed, withTrace: trace)
            var (report, result) = ScenarioCommands.run(paths, options, on: kernel.makeKernel)
            if record {
                let recorded = ScenarioCommands.record(report)
                result.remarks += recorded.remarks
                if result.status == 0 { result.status = recorded.status }
            }
            if let traceLines {
                try OutputOptions.write(Array(report.results.flatMap(\.events).jsonLines.utf8), to: traceLines)
            }
            if let pcapng { try OutputOptions.write(report.captureFile, to: pcapng) }
            if let junit { try OutputOptions.write(Array(report.junit.utf8), to: junit) }
            try output.write(result)
        }
    }

    struct Compare: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run two scenarios and put their packets' ways side by side.",
            discussion: "Example: nksim scenario compare Scenarios/pod-egress-netkit Scenarios/pod-egress-veth")

        @Argument(help: "The scenario on the left.")
        var left: String

        @Argument(help: "The scenario on the right.")
        var right: String

        @Option(help: "The seed of every random number, instead of the scenarios'.")
        var seed: UInt64?

        @Flag(inversion: .prefixedNo, help: "Tell both stories before the table.")
        var trace = true

        @OptionGroup var output: OutputOptions

        func run() throws {
            let options = ScenarioCommands.RunOptions(format: try output.format(), seed: seed, withTrace: trace)
            try output.write(ScenarioCommands.compare(left, right, options, on: Simulator.makeKernel))
        }
    }

    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold the model against what a real kernel did: its recording, or the kernel of this machine.",
            discussion: """
                The first difference is told by field, with the packets' way up to it. Exit status: 0 all equal, 1 something \
                differs, 2 something could not be judged.
                Example: nksim scenario diff Scenarios
                """)

        @Argument(help: "Scenario files, or folders with a scenario.yaml in them or below.")
        var paths: [String]

        @OptionGroup var kernel: KernelOptions

        @OptionGroup var output: OutputOptions

        func run() throws {
            try output.write(
                ScenarioCommands.diff(
                    paths, format: try output.format(), simulated: Simulator.makeKernel,
                    linux: kernel.on == .linux ? kernel.makeKernel : nil))
        }
    }
}
