import Foundation
import KernelControl
import Testing
import Trace

/// Small worlds, one fact each: their requests on the simulated host, each answer beside the one that Linux 6.12 gave to the
/// same request.
///
/// The recording comes from `.ci/record-datapath`, which says how to make it anew.
@Suite struct ContextTests {
    @Test(arguments: ContextCases.all)
    func answersAreLinuxs(_ recorded: RecordedCase) throws {
        try expectLinuxAnswers(recorded)
    }
}

/// Writes what `.ci/record-datapath` is to repeat, where RECORD_REQUESTS names a file.
@Suite struct RecordingTests {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["RECORD_REQUESTS"] != nil))
    func writeRequests() throws {
        let file = try #require(ProcessInfo.processInfo.environment["RECORD_REQUESTS"])
        let cases = try ContextCases.all.map { recorded -> JSONValue in
            var object = JSONObject()
            object.set("name", text: recorded.name)
            object.set("exchanges", .array(try recorded.simulate().map { .object($0.request) }))
            return .object(object)
        }
        try Data(JSONValue.array(cases).prettyText.utf8).write(to: URL(fileURLWithPath: file))
    }
}

/// Gives a case's requests to the simulated host, and holds each answer to Linux's, field by field.
func expectLinuxAnswers(
    _ recorded: RecordedCase, at location: SourceLocation = #_sourceLocation
) throws {
    let linux = try #require(try Recording.linux612.get().cases[recorded.name], "recorded", sourceLocation: location)
    let simulated = try recorded.simulate()
    #expect(simulated.count == linux.count, "the recording is of other requests", sourceLocation: location)
    for (number, (ours, theirs)) in zip(simulated, linux).enumerated() {
        let found = Normalisation.fields(of: ours.json)
        let expected = Normalisation.fields(of: theirs)
        for path in Set(found.keys).union(expected.keys).sorted() where found[path] != expected[path] {
            Issue.record(
                """
                request \(number), \(JSONValue.object(ours.request).text)
                \(path): Linux \(expected[path] ?? "nothing"), nksim \(found[path] ?? "nothing")
                """, sourceLocation: location)
        }
    }
}
