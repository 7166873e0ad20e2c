import ArgumentParser
import ScenarioKit

extension ProgramCommand {
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove an object's programs safe, or say why not in the kernel's words.")

        @Argument(help: "The object file; - is standard input.")
        var file: String

        @Option(help: "Only this program.")
        var program: String?

        @Option(help: "NAME=VALUE: write a global before the load; a number, true, false or hex:BYTES.")
        var set: [String] = []

        @Flag(help: "The verifier's log of every instruction.")
        var log = false

        @OptionGroup var kernel: KernelOptions

        @OptionGroup var output: OutputOptions

        func run() throws {
            try output.write(
                ProgramCommands.verify(
                    file, program: program, set: set, withLog: log, format: try output.format(),
                    on: kernel.makeKernel))
        }
    }

    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run one program on one packet, as BPF_PROG_TEST_RUN does.",
            discussion: """
                The words are bpftool's: data_in FILE, data_out FILE, ctx_in FILE, ctx_out FILE, repeat N; program NAME \
                says which one. A redirect is answered, not carried out.
                Example: nksim prog run program.bpf.o data_in frame.bin repeat 10 --set nic_ifindex=2
                """)

        @Argument(help: "The object file.")
        var file: String

        @Argument(help: "data_in FILE, data_out FILE, ctx_in FILE, ctx_out FILE, repeat N, program NAME.")
        var words: [String] = []

        @Option(name: .customLong("data-in"), help: "The packet, its Ethernet header first; - is standard input.")
        var dataIn: String?

        @Option(name: .customLong("data-out"), help: "Where the packet is written to afterwards.")
        var dataOut: String?

        @Option(name: .customLong("ctx-in"), help: "192 bytes of struct __sk_buff.")
        var contextIn: String?

        @Option(name: .customLong("ctx-out"), help: "Where the context is written to afterwards.")
        var contextOut: String?

        @Option(name: .customLong("repeat"), help: "How often.")
        var repeats: UInt32?

        @Option(help: "Which program, where the object has several.")
        var program: String?

        @Option(help: "NAME=VALUE: write a global before the load; a number, true, false or hex:BYTES.")
        var set: [String] = []

        @OptionGroup var kernel: KernelOptions

        @OptionGroup var output: OutputOptions

        func run() throws {
            let words = try parsedWords()
            let result = ProgramCommands.run(file, words, format: try output.format(), on: kernel.makeKernel)
            if let path = words.dataOut, let bytes = result.dataOut { try OutputOptions.write(bytes, to: path) }
            if let path = words.contextOut, let bytes = result.contextOut { try OutputOptions.write(bytes, to: path) }
            try output.write(result.output)
        }

        private func parsedWords() throws -> ProgramRunWords {
            var words = ProgramRunWords()
            do {
                try words.take(self.words)
            } catch {
                throw ValidationError(error.description)
            }
            words.dataIn = dataIn ?? words.dataIn
            words.dataOut = dataOut ?? words.dataOut
            words.contextIn = contextIn ?? words.contextIn
            words.contextOut = contextOut ?? words.contextOut
            words.repeats = repeats ?? words.repeats
            words.program = program ?? words.program
            words.assignments = set
            return words
        }
    }
}
