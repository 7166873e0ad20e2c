import Trace

/// The commands that hold the model against a real kernel: `scenario diff`, `scenario run --record`.
extension ScenarioCommands {
    /// Runs every scenario of `paths` on the model, and holds what was seen against its recording, or, with `linux`, against
    /// that kernel now.
    public static func diff(
        _ paths: [String], format: OutputFormat, simulated: KernelFactory, linux: KernelFactory? = nil
    ) -> CommandOutput {
        let report = DifferenceReport(
            ScenarioFiles.find(paths).map { difference($0, simulated: simulated, linux: linux) })
        var output = CommandOutput(text: "", status: report.exitStatus)
        if case .text(let coloured) = format {
            output.text = report.text(coloured: coloured)
        } else {
            output.text = format.text("", report.json)
        }
        return output
    }

    /// One scenario on both sides.
    public static func difference(
        _ file: String, simulated: KernelFactory, linux: KernelFactory?
    ) -> ScenarioDifference {
        var difference = ScenarioDifference(file: file)
        do throws(RecordingError) {
            let real: JSONValue
            var (tellsRuns, tellsDrops) = (true, true)
            if let linux {
                difference.isLive = true
                let result = result(file, seed: nil, on: linux)
                difference.kernel = result.release.map { majorMinor($0) } ?? ""
                difference.remarks = result.remarks
                tellsRuns = result.observations.runs != nil
                tellsDrops = result.observations.drops != nil
                real = try observations(of: result)
            } else {
                let recording = try recording(of: file)
                difference.kernel = recording.kernel
                real = recording.observations
            }
            var result = result(file, seed: nil, on: simulated)
            // What that kernel doesn't tell is no difference.
            if !tellsRuns { result.observations.runs = nil }
            if !tellsDrops { result.observations.drops = nil }
            difference.simulated = result
            let seen: JSONValue
            if let error = result.error, error.kind == .kernel || error.kind == .input,
                let partial = result.normalisedObservations, !partial.steps.isEmpty
            {
                // The model came to a step that it could not take; what led there is the first difference.
                seen = partial.json
                difference.remarks.append("nksim did not come to the end: \(error)")
            } else {
                seen = try observations(of: result)
            }
            difference.differences = ObservationDifference.between(linux: real, simulated: seen)
        } catch {
            difference.problem = error.description
        }
        return difference
    }

    /// Writes what a real kernel was seen to do beside each scenario; what a run broke off is left out.
    ///
    /// The remarks name every file; status 2 where one could not be written.
    public static func record(_ report: RunReport) -> CommandOutput {
        var output = CommandOutput(text: "", status: 0)
        for result in report.results {
            do throws(RecordingError) {
                guard let release = result.release else {
                    throw RecordingError("\(result.file): the model is not recorded; run it with --on linux")
                }
                let isWhole = result.observations.runs != nil && result.observations.drops != nil
                guard isWhole || result.error != nil else {
                    throw RecordingError("\(result.file): \(result.remarks.joined(separator: "; "))")
                }
                let kernel = majorMinor(release)
                let recording = Recording(
                    kernel: kernel, scenario: try digest(of: result.file), observations: try observations(of: result))
                let path = ScenarioFiles.beside(result.file, Recording.fileName(kernel: kernel))
                do {
                    try ScenarioFiles.write(recording.text, to: path)
                } catch {
                    throw RecordingError(error.description)
                }
                output.remarks += "recorded \(path)\n"
            } catch {
                output.remarks += "not recorded: \(error)\n"
                output.status = 2
            }
        }
        return output
    }

    /// The recording beside a scenario, of the kernel that the scenario is written for.
    private static func recording(of file: String) throws(RecordingError) -> Recording {
        let scenario: Scenario
        do {
            scenario = try ScenarioFiles.read(file)
        } catch {
            throw RecordingError(error.description)
        }
        let path = ScenarioFiles.beside(file, Recording.fileName(kernel: scenario.kernel))
        let text: String
        do {
            text = String(decoding: try ScenarioFiles.bytes(of: path), as: UTF8.self)
        } catch {
            throw RecordingError("no recording (\(error)); make one with .ci/record-scenarios")
        }
        let recording = try Recording(parsing: text, file: path)
        guard try recording.scenario == digest(of: file) else {
            throw RecordingError(
                "\(path) is of another version of the scenario or its objects; re-record with .ci/record-scenarios")
        }
        return recording
    }

    private static func digest(of file: String) throws(RecordingError) -> String {
        do throws(ScenarioError) {
            let scenario = try ScenarioFiles.read(file)
            do throws(FileProblem) {
                return try ScenarioFiles.digest(of: scenario)
            } catch {
                throw ScenarioError(.input, SourcePlace(file: file, line: 1, column: 1), error.description)
            }
        } catch {
            throw RecordingError(error.description)
        }
    }

    /// What a whole run saw, normalised.
    private static func observations(of result: ScenarioResult) throws(RecordingError) -> JSONValue {
        if let error = result.error { throw RecordingError(error.description) }
        guard let observations = result.normalisedObservations else {
            throw RecordingError("\(result.file): nothing was observed")
        }
        return observations.json
    }

    /// `6.12` of `6.12.90+deb13-cloud-amd64`.
    static func majorMinor(_ release: String) -> String {
        release.split(separator: ".", maxSplits: 2).prefix(2).map { part in part.prefix { $0.isNumber } }
            .joined(separator: ".")
    }
}
