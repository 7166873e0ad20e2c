import ArgumentParser
import BPFInstructionSet
import ScenarioKit

/// `nksim prog …`
struct ProgramCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prog", abstract: "Look into a BPF object, verify it, run one program on one packet.",
        subcommands: [Show.self, Dump.self, Verify.self, Run.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Programs, maps and globals of an object.",
            discussion: "Example: nksim prog show Scenarios/pod-egress-netkit/program.bpf.o")

        @Argument(help: "The object file; - is standard input.")
        var file: String

        @OptionGroup var output: OutputOptions

        func run() throws { try output.write(ProgramCommands.show(file, format: try output.format())) }
    }

    struct Dump: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Instructions of an object's programs, linked.",
            discussion: "Example: nksim prog dump Scenarios/pod-egress-netkit/program.bpf.o --source")

        enum Syntax: String, ExpressibleByArgument, CaseIterable { case kernel, llvm }

        @Argument(help: "The object file; - is standard input.")
        var file: String

        @Option(help: "Only this program.")
        var program: String?

        @Flag(help: "Show the C source lines that instructions come from.")
        var source = false

        @Option(help: "As the kernel's log writes instructions, or as llvm does.")
        var syntax = Syntax.kernel

        @OptionGroup var output: OutputOptions

        func run() throws {
            let syntax: any InstructionSyntax =
                self.syntax == .kernel ? KernelSyntax(wideImmediates: .log(showsPointers: true)) : LLVMSyntax()
            try output.write(
                ProgramCommands.dump(
                    file, program: program, withSource: source, syntax: syntax, format: try output.format()))
        }
    }
}
