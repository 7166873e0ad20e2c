import Testing
import Trace

@testable import ScenarioKit

@Suite struct RecordingTests {
    private static let observations: JSONValue = {
        var object = JSONObject()
        object.set("steps", .array([]))
        return .object(object)
    }()

    @Test func aRecordingIsReadBackAsItWasWritten() throws {
        let recording = Recording(kernel: "6.12", scenario: "00ff", observations: Self.observations)
        #expect(try Recording(parsing: recording.text, file: "k.json") == recording)
        #expect(
            recording.text == """
                {
                  "schema": {
                    "name": "nksim-recording",
                    "version": 1
                  },
                  "kernel": "6.12",
                  "scenario": "00ff",
                  "observations": {
                    "steps": []
                  }
                }

                """)
    }

    static let broken: [(String, String)] = [
        ("", "k.json:1:1: expected a value, found the end"),
        ("{\n  \"schema\": ,", "k.json:2:13: expected a value, found ','"),
        ("[]", "k.json: expected an object"),
        ("{}", #"k.json: schema: expected {"name":"nksim-recording","version":1}, found nothing"#),
        (
            #"{"schema":{"name":"nksim-recording","version":2}}"#,
            #"k.json: schema: expected {"name":"nksim-recording","version":1}, found {"name":"nksim-recording","version":2}"#
        ),
        (
            #"{"schema":{"name":"nksim-recording","version":1},"kernel":612}"#,
            #"k.json: kernel: expected a kernel's release, such as "6.12", found 612"#
        ),
        (
            #"{"schema":{"name":"nksim-recording","version":1},"kernel":"6.12"}"#,
            "k.json: scenario: expected the scenario's digest, found nothing"
        ),
        (
            #"{"schema":{"name":"nksim-recording","version":1},"kernel":"6.12","scenario":"0","observations":[1]}"#,
            "k.json: observations: expected an object, found [1]"
        ),
    ]

    @Test(arguments: broken)
    func aBrokenRecordingIsRefusedAtItsPlace(_ text: String, _ message: String) {
        do throws(RecordingError) {
            _ = try Recording(parsing: text, file: "k.json")
            Issue.record("read")
        } catch {
            #expect(error.description == message)
        }
    }

    /// FNV-1a's published value for no input is its offset basis; a length stands in front of every file.
    @Test func theDigestChangesWithEveryFile() {
        #expect(ScenarioDigest.text([]) == "cbf29ce484222325")
        let digests = [[], [[]], [[1]], [[1], []], [[], [1]], [[1, 0]]].map(ScenarioDigest.text)
        #expect(Set(digests).count == digests.count)
        #expect(digests.allSatisfy { $0.count == 16 })
    }

    @Test(arguments: [
        ("6.12.90+deb13-cloud-amd64", "6.12"), ("6.12", "6.12"), ("7.0-rc1", "7.0"), ("6.12.90\n", "6.12"),
    ])
    func releasesAreMajorAndMinor(_ release: String, _ expected: String) {
        #expect(ScenarioCommands.majorMinor(release) == expected)
    }
}
