import ArgumentParser
import Foundation
import ScenarioKit

/// How and where results are written; the same flags for every command.
struct OutputOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "JSON instead of text.")
    var json = false

    @Flag(name: [.short, .long], help: "JSON with line breaks; implies --json.")
    var pretty = false

    @Option(name: .long, help: "When to colour text: auto, always, never.")
    var color = ColourChoice.auto

    @Option(name: [.short, .long], help: "Write the result to this file; - is standard output.")
    var output = "-"

    @Flag(name: [.short, .long], help: "Only the exit status.")
    var quiet = false

    enum ColourChoice: String, ExpressibleByArgument, CaseIterable { case auto, always, never }

    func format() throws -> OutputFormat {
        if pretty { return .prettyJSON }
        return json ? .json : .text(coloured: isColoured)
    }

    /// The flag, then NO_COLOR and FORCE_COLOR, then whether a terminal reads along.
    private var isColoured: Bool {
        let environment = ProcessInfo.processInfo.environment
        return ColourRule(
            choice: color.rawValue, noColour: environment["NO_COLOR"], forceColour: environment["FORCE_COLOR"],
            isTerminal: output == "-" && isatty(STDOUT_FILENO) != 0 && environment["TERM"] != "dumb"
        ).isColoured
    }

    /// Writes the result, and leaves with its status where that is not 0.
    func write(_ result: CommandOutput) throws {
        if !quiet {
            try Self.write(Array(result.text.utf8), to: output)
            FileHandle.standardError.write(Data(result.remarks.utf8))
        }
        if result.status != 0 { throw ExitCode(result.status) }
    }

    /// Writes bytes to a file; - is standard output.
    static func write(_ bytes: [UInt8], to path: String) throws {
        if path == "-" {
            FileHandle.standardOutput.write(Data(bytes))
            return
        }
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            FileHandle.standardError.write(Data("nksim: cannot write \(path): \(error.localizedDescription)\n".utf8))
            throw ExitCode(2)
        }
    }
}
