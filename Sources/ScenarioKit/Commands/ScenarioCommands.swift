public import KernelControl
import Trace

/// The commands about scenarios: `scenario run`, `check`, `list`, `compare`.
public enum ScenarioCommands {
    public struct RunOptions: Sendable {
        public var format: OutputFormat
        /// Instead of the scenarios' own.
        public var seed: UInt64?
        public var withTrace: Bool

        public init(format: OutputFormat, seed: UInt64? = nil, withTrace: Bool = false) {
            self.format = format
            self.seed = seed
            self.withTrace = withTrace
        }
    }

    /// Runs one file on a kernel of its own; what goes wrong is in the result.
    public static func result(_ file: String, seed: UInt64?, on makeKernel: KernelFactory)
        -> ScenarioResult
    {
        var result = ScenarioResult(file: file, title: nil, kernel: "", seed: seed ?? 1)
        do throws(ScenarioError) {
            var scenario = try ScenarioFiles.read(file)
            if let seed { scenario.machine.seed = seed }
            result.title = scenario.title
            result.kernel = scenario.kernel
            result.seed = scenario.machine.seed
            let objects = try ScenarioFiles.objects(of: scenario)
            let place = SourcePlace(file: file, line: 1, column: 1)
            let kernel: RunningKernel
            do throws(ControlError) {
                kernel = try makeKernel(scenario)
            } catch {
                throw ScenarioError(error, at: place, request: "a kernel for the scenario")
            }
            result = ScenarioRunner(
                scenario, objects: objects, kernel: kernel.control, trace: kernel.trace
            ).run()
            result.release = kernel.release
            do throws(ControlError) {
                result.remarks += try kernel.finish()
            } catch {
                throw result.error ?? ScenarioError(error, at: place, request: "the end of the run")
            }
            return result
        } catch {
            result.error = error
            return result
        }
    }

    /// Runs every scenario of `paths`; the report, and the same as text or JSON.
    public static func run(
        _ paths: [String], _ options: RunOptions, on makeKernel: KernelFactory
    ) -> (report: RunReport, output: CommandOutput) {
        let report = RunReport(
            ScenarioFiles.find(paths).map { result($0, seed: options.seed, on: makeKernel) })
        var output = CommandOutput(text: "", status: report.exitStatus)
        switch options.format {
        case .text(let coloured):
            output.text = report.text(withStories: options.withTrace, coloured: coloured)
        case .json: output.text = report.json(withTrace: options.withTrace).text + "\n"
        case .prettyJSON: output.text = report.json(withTrace: options.withTrace).prettyText
        }
        return (report, output)
    }

    /// Reads scenarios and their objects without running anything.
    public static func check(_ paths: [String], format: OutputFormat) -> CommandOutput {
        var lines = ""
        var values: [JSONValue] = []
        var faults = 0
        let files = ScenarioFiles.find(paths)
        for file in files {
            var object = JSONObject()
            object.set("scenario", text: file)
            do throws(ScenarioError) {
                let scenario = try ScenarioFiles.read(file)
                try ScenarioFiles.objects(of: scenario).check(scenario)
                lines += "ok  \(file)\n"
            } catch {
                faults += 1
                lines += "\(error)\n"
                object.set("error", error.json)
            }
            values.append(.object(object))
        }
        var document = JSONObject()
        document.set("schema", .schema("nksim-scenario-check"))
        document.set("scenarios", .array(values))
        if files.isEmpty { lines = "no scenarios\n" }
        return CommandOutput(
            text: format.text(lines, .object(document)), status: faults > 0 || files.isEmpty ? 2 : 0)
    }

    /// Lists scenarios with their titles.
    public static func list(_ paths: [String], format: OutputFormat) -> CommandOutput {
        var table = TextTable()
        var values: [JSONValue] = []
        var status: Int32 = 0
        let files = ScenarioFiles.find(paths)
        for file in files {
            var object = JSONObject()
            object.set("scenario", text: file)
            do throws(ScenarioError) {
                let scenario = try ScenarioFiles.read(file)
                table.append([.init(file), .init(scenario.kernel), .init(scenario.title ?? "")])
                object.set("kernel", text: scenario.kernel)
                object.set("title", text: scenario.title)
                object.set("steps", number: scenario.steps.count)
            } catch {
                status = 2
                table.append([.init(file), "", .init(error.description)])
                object.set("error", error.json)
            }
            values.append(.object(object))
        }
        var document = JSONObject()
        document.set("schema", .schema("nksim-scenario-list"))
        document.set("scenarios", .array(values))
        let lines = files.isEmpty ? "no scenarios\n" : table.text(coloured: false)
        return CommandOutput(
            text: format.text(lines, .object(document)), status: files.isEmpty ? 2 : status)
    }

    /// Runs two scenarios and puts them side by side: both stories, where asked for, then the table.
    ///
    /// Status 1 where one of them failed; that they differ is what the command is for.
    public static func compare(
        _ left: String, _ right: String, _ options: RunOptions, on makeKernel: KernelFactory
    ) -> CommandOutput {
        let results = [left, right].map {
            result(ScenarioFiles.file(of: $0), seed: options.seed, on: makeKernel)
        }
        let report = RunReport(results)
        let comparison = Comparison(results[0], results[1])
        guard case .text(let coloured) = options.format else {
            return CommandOutput(
                text: options.format.text("", comparison.json), status: report.exitStatus)
        }
        var text = report.text(withStories: options.withTrace, coloured: coloured)
        if results.allSatisfy({ $0.error == nil }) {
            text +=
                "\nThe last packet that each sent, side by side:\n\n" + comparison.text(coloured: coloured)
        }
        return CommandOutput(text: text, status: report.exitStatus)
    }
}

extension OutputFormat {
    /// The text as it is, or the document.
    func text(_ text: String, _ document: JSONValue) -> String {
        switch self {
        case .text: text
        case .json: document.text + "\n"
        case .prettyJSON: document.prettyText
        }
    }
}
