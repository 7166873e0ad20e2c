import Testing
import Trace

@testable import ScenarioKit

@Suite struct ObservationDifferenceTests {
    /// Two frames that differ in TTL and header checksum: a TTL less by one makes the checksum more by 0100.
    private static let frame =
        "0200000000020200000000010800" + "4500001d000140004011" + "26cd" + "0a0000010a000002"
        + "00010002000900007" + "8"
    private static let farther =
        "0200000000020200000000010800" + "4500001d000140003f11" + "27cd" + "0a0000010a000002"
        + "00010002000900007" + "8"

    private static func observations(
        frame: String = frame, verdict: String = "redirect", errno: String = "", entries: String = "", more: String = ""
    ) throws -> JSONValue {
        try JSONValue(
            parsing: """
                {"steps": [{"step": 1, "verb": "send"\(errno)}],
                 "runs": [{"step": 1, "program": "p", "returned": \(verdict == "redirect" ? 7 : 2), "verdict": "\(verdict)"}],
                 "captures": [{"name": "wire", "device": "nic0@node", "frames": [
                    {"step": 2, "direction": "outgoing", "packet": "one", "bytes": "\(frame)"}\(more)]}],
                 "counters": [{"device": "eth0@pod", "tx_packets": 1}],
                 "chains": [{"device": "nk0@node", "hook": "netkit/peer", "revision": "2", "programs": ["a", "b"]}],
                 "maps": [{"object": "o", "name": "m", "entries": [{"key": "00", "value": "01"}\(entries)]}]}
                """)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var linux: JSONValue
        var simulated: JSONValue
        var expected: [String]
        var testDescription: String { name }
    }

    static let rows = Result {
        let plain = try observations()
        return [
            Row(name: "equal", linux: plain, simulated: plain, expected: []),
            Row(
                name: "a header field", linux: try observations(frame: farther), simulated: plain,
                expected: ["captures.wire.frames[0] 2 nic0@node | bytes: ipv4.ttl 63 64"]),
            Row(
                name: "a verdict, said once", linux: plain, simulated: try observations(verdict: "drop"),
                expected: ["runs[0] 1 - | verdict redirect drop"]),
            Row(
                name: "an errno that only one has", linux: try observations(errno: #", "errno": "EPERM""#),
                simulated: plain, expected: ["steps[0] 1 - | errno EPERM nothing"]),
            Row(
                name: "an entry in front of others moves none of them",
                linux: try observations(entries: #", {"key": "01", "value": "05"}, {"key": "02", "value": "06"}"#),
                simulated: try observations(entries: #", {"key": "02", "value": "06"}"#),
                expected: ["maps.o/m.entries[01] - - |  key 01, value 05 nothing"]),
            Row(
                name: "a frame too many", linux: plain,
                simulated: try observations(
                    more: #", {"step": 2, "direction": "incoming", "packet": "two", "bytes": "00"}"#),
                expected: ["captures.wire.frames[1] 2 nic0@node |  nothing two"]),
            Row(
                name: "the earliest step first, what is read at the end last",
                linux: try JSONValue(
                    parsing:
                        #"{"counters": [{"device": "d", "n": 1}], "runs": [{"step": 3, "n": 1}, {"step": 2, "n": 1}], "drops": [{"step": 2, "n": 1}], "steps": [{"step": 3, "n": 1}]}"#
                ),
                simulated: try JSONValue(
                    parsing:
                        #"{"counters": [{"device": "d", "n": 2}], "runs": [{"step": 3, "n": 2}, {"step": 2, "n": 2}], "drops": [{"step": 2, "n": 2}], "steps": [{"step": 3, "n": 2}]}"#
                ),
                expected: [
                    "runs[1] 2 - | n 1 2", "drops[0] 2 - | n 1 2", "steps[0] 3 - | n 1 2", "runs[0] 3 - | n 1 2",
                    "counters.d - d | n 1 2",
                ]),
            Row(
                name: "bytes that no header field spells", linux: try observations(frame: "00112233"),
                simulated: try observations(frame: "00112244"),
                expected: ["captures.wire.frames[0] 2 nic0@node | bytes: payload 0x00112233 0x00112244"]),
            Row(
                name: "shapes that no kernel gives", linux: try JSONValue(parsing: #"{"runs": 5, "x": {"y": [1]}}"#),
                simulated: try JSONValue(
                    parsing: #"{"runs": [{"step": "one"}], "captures": [{"name": 5, "frames": {}}]}"#),
                expected: [
                    "runs[0] - - |  nothing ", "captures.5 - - |  nothing name 5", " - - |  runs 5, x.y [1] nothing",
                ]),
        ]
    }

    @Test func differencesAreFoundByField() throws {
        for row in try Self.rows.get() {
            let found = ObservationDifference.between(linux: row.linux, simulated: row.simulated).map { difference in
                let rows = difference.rows.map { "\($0.field) \($0.linux) \($0.simulated)" }.joined(separator: "; ")
                return
                    "\(difference.path) \(difference.step.map { "\($0)" } ?? "-") \(difference.device ?? "-") | \(rows)"
            }
            #expect(found == row.expected, "\(row.name)")
        }
    }
}
