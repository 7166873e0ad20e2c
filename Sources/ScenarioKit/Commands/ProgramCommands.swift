public import BPFInstructionSet
import BPFObjectFile
public import KernelControl
import LinuxABI
import Trace

/// The commands about one object file, in bpftool's words: `prog show`, `prog dump`, `prog verify`, `prog run`.
public enum ProgramCommands {
    /// Opens an object file and writes globals into it.
    static func open(_ path: String, set assignments: [String] = []) throws(CommandFailure)
        -> ObjectFile
    {
        var file: ObjectFile
        do {
            let bytes = try ScenarioFiles.bytes(of: path)
            file = try ObjectFile(parsing: bytes, objectName: ObjectName.object(ofPath: path))
            for assignment in assignments {
                let (name, value) = try ProgramRunWords.assignment(assignment)
                try file.setGlobal(name, value)
            }
        } catch let error as ObjectFileError {
            throw CommandFailure(
                error.category == .notModelled ? .notModelled : .input, "\(error)", place: path)
        } catch {
            throw CommandFailure(.input, "\(error)", place: path)
        }
        return file
    }

    /// Programs, maps and globals of an object.
    public static func show(_ path: String, format: OutputFormat) -> CommandOutput {
        do throws(CommandFailure) {
            let summary = ObjectSummary(try open(path), path: path)
            return CommandOutput(text: format.text(summary.text, summary.json), status: 0)
        } catch {
            return error.output(format)
        }
    }

    /// Instructions of a program, or of all, linked; with C source lines where asked for.
    public static func dump(
        _ path: String, program: String?, withSource: Bool, syntax: any InstructionSyntax,
        format: OutputFormat
    ) -> CommandOutput {
        do throws(CommandFailure) {
            let file = try open(path)
            let linked = try link(file, program: program, path: path)
            var text = ""
            var values: [JSONValue] = []
            for program in linked {
                if !text.isEmpty { text += "\n" }
                let listing = ProgramListing(program, syntax: syntax, withSource: withSource)
                text += listing.text
                values.append(listing.json)
            }
            var document = JSONObject()
            document.set("schema", .schema("nksim-prog-dump"))
            document.set("programs", .array(values))
            return CommandOutput(text: format.text(text, .object(document)), status: 0)
        } catch {
            return error.output(format)
        }
    }

    private static func link(
        _ file: ObjectFile, program: String?, path: String
    ) throws(CommandFailure) -> [LinkedProgram] {
        do {
            if let program { return [try file.link(programNamed: program)] }
            return try file.programs.map { specification throws(ObjectFileError) in
                try file.link(specification)
            }
        } catch {
            throw CommandFailure(
                error.category == .notModelled ? .notModelled : .input, "\(error)", place: path)
        }
    }

    /// Loads programs into a kernel, one by one; 1 where the verifier refuses one, its log on standard output.
    public static func verify(
        _ path: String, program: String?, set assignments: [String], withLog: Bool,
        format: OutputFormat,
        on makeKernel: KernelFactory
    ) -> CommandOutput {
        do throws(CommandFailure) {
            let file = try open(path, set: assignments)
            if let program { _ = try link(file, program: program, path: path) }
            let names = file.programs.map(\.name).filter { program == nil || $0 == program }
            guard !names.isEmpty else { throw CommandFailure(.input, "no programs", place: path) }
            var text = ""
            var values: [JSONValue] = []
            var worst: Int32 = 0
            for name in names {
                var object = JSONObject()
                object.set("program", text: name)
                do throws(LoadError) {
                    let loaded = try withKernel(makeKernel) { kernel throws(LoadError) in
                        try file.load(programs: [name], into: kernel, logLevel: withLog ? 2 : 1)
                    }
                    text += "verified  \(name)\n"
                    object.set("outcome", text: "verified")
                    if withLog {
                        text += loaded.logs[name] ?? ""
                        object.set("log", text: loaded.logs[name])
                    }
                } catch {
                    let failure = CommandFailure(error, place: path)
                    let isRefusal = failure.kind == .kernel
                    worst = worst == 1 || isRefusal ? 1 : 2
                    text += "\(isRefusal ? "REFUSED" : "not judged")  \(name)\n\(failure.message)\n"
                    object.set("outcome", text: isRefusal ? "refused" : failure.kind.rawValue)
                    object.set("message", text: failure.message)
                }
                values.append(.object(object))
            }
            var document = JSONObject()
            document.set("schema", .schema("nksim-prog-verify"))
            document.set("programs", .array(values))
            return CommandOutput(text: format.text(text, .object(document)), status: worst)
        } catch {
            return error.output(format)
        }
    }

    /// Does something with a kernel of its own, and ends that kernel.
    private static func withKernel<Answer>(
        _ makeKernel: KernelFactory, _ body: (any KernelControl) throws(LoadError) -> Answer
    ) throws(LoadError) -> Answer {
        let kernel: RunningKernel
        do throws(ControlError) {
            kernel = try makeKernel(nil)
        } catch {
            throw .control(request: "a kernel for the program", error)
        }
        let answer: Result<Answer, LoadError>
        do throws(LoadError) {
            answer = .success(try body(kernel.control))
        } catch {
            answer = .failure(error)
        }
        do throws(ControlError) {
            _ = try kernel.finish()
        } catch {
            _ = try answer.get()
            throw .control(request: "the end of the run", error)
        }
        return try answer.get()
    }

    /// What `prog run` gives: its output, and the bytes for `data_out` and `ctx_out`.
    public struct RunOutput: Sendable {
        public var output: CommandOutput
        public var dataOut: [UInt8]?
        public var contextOut: [UInt8]?
    }

    /// Runs a program on one packet, as BPF_PROG_TEST_RUN does: a redirect is answered, not carried out.
    public static func run(
        _ path: String, _ words: ProgramRunWords, format: OutputFormat, on makeKernel: KernelFactory
    ) -> RunOutput {
        do throws(CommandFailure) {
            let file = try open(path, set: words.assignments)
            let name = try programName(words, file, path)
            let dataIn: [UInt8]
            var contextIn: [UInt8]?
            do {
                dataIn =
                    try words.dataIn.map { path throws(FileProblem) in try ScenarioFiles.bytes(of: path) }
                    ?? []
                if let path = words.contextIn { contextIn = try ScenarioFiles.bytes(of: path) }
            } catch {
                throw CommandFailure(.input, "\(error)", place: path)
            }
            let result: TestRunResult?
            do throws(LoadError) {
                result = try withKernel(makeKernel) { kernel throws(LoadError) in
                    guard let program = try file.load(programs: [name], into: kernel).programs[name] else {
                        return nil
                    }
                    do throws(ControlError) {
                        return try kernel.testRun(
                            program, TestRun(dataIn: dataIn, contextIn: contextIn, repeat: words.repeats))
                    } catch {
                        throw .control(request: "run of program \(name)", error)
                    }
                }
            } catch {
                throw CommandFailure(error, place: path)
            }
            guard let result else {
                throw CommandFailure(.input, "program '\(name)' was not loaded", place: path)
            }
            let verdict = Verdict.name(Int32(bitPattern: result.returnValue))
            // bpftool's sentence, then what it doesn't say: the verdict's word.
            let text =
                "Return value: \(result.returnValue), duration (average): \(result.duration)ns\n"
                + "Verdict: \(verdict); \(result.dataOut.count) bytes\n"
            var object = JSONObject()
            object.set("schema", .schema("nksim-prog-run"))
            object.set("program", text: name)
            object.set("retval", number: result.returnValue)
            object.set("verdict", text: verdict)
            object.set("duration", number: result.duration)
            object.set("data_size_out", number: result.dataOut.count)
            if words.dataOut == nil { object.set("data_out", .hex(result.dataOut)) }
            if words.contextOut == nil, let context = result.contextOut {
                object.set("ctx_out", .hex(context))
            }
            return RunOutput(
                output: CommandOutput(text: format.text(text, .object(object)), status: 0),
                dataOut: result.dataOut,
                contextOut: result.contextOut)
        } catch {
            return RunOutput(output: error.output(format), dataOut: nil, contextOut: nil)
        }
    }

    private static func programName(
        _ words: ProgramRunWords, _ file: ObjectFile, _ path: String
    ) throws(CommandFailure) -> String {
        let names = file.programs.map(\.name)
        if let name = words.program {
            guard names.contains(name) else {
                throw CommandFailure(
                    .input, "no program '\(name)'" + suggestion(for: name, among: names), place: path)
            }
            return name
        }
        guard names.count == 1 else {
            throw CommandFailure(
                .input,
                "\(names.count) programs; say which with 'program NAME': \(names.joined(separator: ", "))",
                place: path)
        }
        return names[0]
    }
}
