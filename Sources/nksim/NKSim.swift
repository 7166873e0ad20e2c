import ArgumentParser
import Foundation
import ScenarioKit

/// The command line: object, then verb, then arguments, as bpftool and ip have it.
@main
struct NKSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nksim",
        abstract: "Linux's netkit datapath in user space: real BPF objects, modelled devices, a story for each packet.",
        discussion: """
            Exit status: 0 all held, 1 something judged failed, 2 something could not be judged, 64 wrong usage.
            """,
        version: NKSim.version,
        subcommands: [ScenarioCommand.self, ProgramCommand.self, BenchCommand.self, VersionCommand.self])

    static let version = "0.1.0"

    /// Says which word was probably meant before the parser says that one is unexpected.
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let problem = CommandWords.problem(arguments) {
            FileHandle.standardError.write(Data("nksim: \(problem)\n".utf8))
            Foundation.exit(ExitCode.validationFailure.rawValue)
        }
        main(arguments)
    }
}

/// `nksim version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version and the kernel profiles that are modelled.")

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.write(VersionReport.output(version: NKSim.version, format: try output.format()))
    }
}
