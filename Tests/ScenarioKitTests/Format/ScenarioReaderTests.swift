import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import ScenarioKit

@Suite struct ScenarioReaderTests {
    @Test func everyKeyIsRead() throws {
        let scenario = try Scenario(yaml: try Sample.text("everything.yaml"), file: "everything.yaml")
        #expect(scenario.namespaces.map(\.name) == ["node", "pod", "vm", "far"])
        #expect(scenario.devices.count == 5)
        #expect(scenario.objects[0].attachments.map(\.name) == ["from_pod", "second", "third", "fourth"])
        #expect(scenario.steps.count == 20)
        guard case .send(let send) = scenario.steps[0].action else {
            Issue.record("the first step is a send")
            return
        }
        #expect(send.destination.address.description == "192.168.7.2")
        #expect(send.options.mark == 16)
        #expect(send.options.segmentSize == nil)
        if case .send(let send) = scenario.steps[1].action { #expect(send.options.segmentSize == 2) }
        #expect(scenario.steps[0].fails == .EPERM)
        guard case .expect(let expectations) = scenario.steps[19].action else {
            Issue.record("the last step is an expectation")
            return
        }
        #expect(expectations.count == 12)
    }

    /// A key of the sample: where it stands, and which set it belongs to.
    struct KeyPlace: Sendable, CustomTestStringConvertible {
        let set: String
        let key: String
        let line: Int
        let column: Int
        var testDescription: String { "\(key) in \(set) at \(line):\(column)" }
    }

    /// Every key of every set stands in the sample; each one misspelt is refused at its place with the right name.
    @Test func everyMisspeltKeyIsRefusedWithTheNearestOne() throws {
        let text = try Sample.text("everything.yaml")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        var seen: [String: Set<String>] = [:]
        for place in try Self.keyPlaces(text) {
            seen[place.set, default: []].insert(place.key)
            // A letter that no key has, in the middle: one edit away from the right key and from no other.
            var misspelt = place.key
            misspelt.insert("Q", at: misspelt.index(misspelt.startIndex, offsetBy: (misspelt.count + 1) / 2))
            var line = lines[place.line - 1]
            let start = line.index(line.startIndex, offsetBy: place.column - 1)
            line.replaceSubrange(start..<line.index(start, offsetBy: place.key.count), with: misspelt)
            var changed = lines
            changed[place.line - 1] = line
            let failure = Sample.failure(changed.joined(separator: "\n"))
            #expect(failure?.place.line == place.line, "\(place.testDescription)")
            #expect(failure?.place.column == place.column, "\(place.testDescription)")
            let expected = "unknown key '\(misspelt)' in \(place.set); did you mean '\(place.key)'?"
            #expect(failure?.message == expected)
        }
        for set in KeySet.all {
            #expect(Set(set.names) == seen[set.name], "keys of \(set.name) in the sample")
        }
    }

    /// Finds the keys by asking the reader: every mapping that it holds against a key set is noted.
    private static func keyPlaces(_ text: String) throws -> [KeyPlace] {
        var places: [KeyPlace] = []
        try KeyVisitor(root: try YAMLDocument.root(of: text, file: "s.yaml")).visit { set, key, place in
            places.append(KeyPlace(set: set.name, key: key, line: place.line, column: place.column))
        }
        return places
    }

    struct BadValue: Sendable, CustomTestStringConvertible {
        let yaml: String
        let message: String
        var testDescription: String { message }

        static let all: [BadValue] = [
            .init(yaml: "", message: "s.yaml:1:1: empty; expected a scenario"),
            .init(yaml: "[]", message: "s.yaml:1:1: expected a scenario, a mapping, found a list"),
            .init(yaml: "version: 1\n", message: "s.yaml:1:1: a scenario needs the key 'kernel'"),
            .init(
                yaml: Sample.minimal().replacing("version: 1", with: "version: 2"),
                message: "s.yaml:1:10: expected a number from 1 to 1, found '2'"),
            .init(
                yaml: Sample.minimal().replacing("6.12", with: "6.8"),
                message: "s.yaml:2:9: not modelled: kernel profile '6.8'; modelled: 6.12"),
            .init(
                yaml: Sample.minimal("version: 1"), message: "s.yaml:1:1: key 'version' stands twice in one mapping"),
            .init(yaml: Sample.minimal("title:"), message: "s.yaml:5:7: expected text, found nothing"),
            .init(
                yaml: Sample.minimal("machine: {cpus: many}"),
                message: "s.yaml:5:17: expected a number from 1 to 64, found 'many'"),
            .init(
                yaml: Sample.minimal("devices: {}"), message: "s.yaml:5:10: expected a list of devices, found a mapping"
            ),
            .init(
                yaml: Sample.minimal("devices: [{netkit: {primary: nk0@nod, peer: nk1@node}}]"),
                message: "s.yaml:5:30: no namespace 'nod'; did you mean 'node'?"),
            .init(
                yaml: Sample.minimal("devices: [{netkit: {primary: nk0@node, peer: nk1@node, mode: l4}}]"),
                message: "s.yaml:5:62: expected l2 or l3, found 'l4'; did you mean 'l2'?"),
            .init(
                yaml: Sample.minimal("devices: [{veth: {device: nk0@node}}]"),
                message: "s.yaml:5:18: a veth pair needs the key 'peer'"),
            .init(
                yaml: Sample.minimal("devices: [{dummy: nk0}]"),
                message: "s.yaml:5:19: expected DEVICE@NAMESPACE, such as eth0@pod, found 'nk0'"),
            .init(
                yaml: Sample.minimal("devices: [{dummy: a-name-that-is-too-long@node}]"),
                message:
                    "s.yaml:5:19: 'a-name-that-is-too-long' is no device name: 1 to 15 bytes without '/', ':' or spaces"
            ),
            .init(
                yaml: Sample.minimal("devices: [{dummy: {device: d@node, addresses: [10.0.0.1/33]}}]"),
                message: "s.yaml:5:48: '10.0.0.1/33' is no prefix: length '33' is not within 0 to 32"),
            .init(
                yaml: Sample.minimal("captures: [{name: c, device: nk0@node}]\ndevices: [{dummy: nk1@node}]"),
                message: "s.yaml:5:30: no device 'nk0@node'; did you mean 'nk1@node'?"),
            .init(
                yaml: Sample.minimal("programs: [{object: ../x.o}]"),
                message: "s.yaml:5:21: '../x.o' leads out of the scenario's folder"),
            .init(
                yaml: Sample.minimal(steps: "[{send: {}, advance: 1s}]"),
                message:
                    "s.yaml:4:9: a step has exactly one of send, ping, inject, attach, detach, set, delete, advance, "
                    + "expect; found send, advance"),
            .init(
                yaml: Sample.minimal(steps: "[{advance: soon}]"),
                message: "s.yaml:4:19: expected a time such as 1s, 20ms, 5us or 100ns, found 'soon'"),
            .init(
                yaml: Sample.minimal(steps: "[{send: {from: node, udp: 1.2.3.4:5 > fd00::1:6}}]"),
                message: "s.yaml:4:34: an IPv6 address with a port needs brackets: [fd00::1]:6"),
            .init(
                yaml: Sample.minimal(steps: "[{ping: {from: node, to: 1.2.3.4}, fails: EVIL}]"),
                message: "s.yaml:4:50: expected an error's name such as EINVAL, found 'EVIL'"),
            .init(
                yaml: Sample.minimal(steps: "[{ping: {from: node, to: 1.2.3.4, cpu: 2}}]"),
                message: "s.yaml:4:47: no CPU 2; the machine has 2, counted from 0"),
            .init(
                yaml: Sample.minimal(
                    "captures: [{name: c, device: lo@node}]",
                    steps: "[{expect: {frames: {capture: c, fields: {ipv4.tll: 1}}}}]"),
                message: "s.yaml:4:49: unknown field 'ipv4.tll'; did you mean 'ipv4.ttl'?"),
            .init(
                yaml: Sample.minimal(steps: "[{set: {sysctl: net.core.netdev_max_backlog, in: node, value: 1}}]"),
                message:
                    "s.yaml:4:24: 'net.core.netdev_max_backlog' is the whole machine's; a scenario that sets it says "
                    + "'needs: machine'"),
            .init(
                yaml: Sample.minimal().replacing("[node]", with: "[{name: node, sysctl: {net.core.dev_weight: 1}}]"),
                message:
                    "s.yaml:3:31: 'net.core.dev_weight' is the whole machine's; a scenario that sets it says "
                    + "'needs: machine'"),
            .init(
                yaml: Sample.minimal("needs: root"), message: "s.yaml:5:8: expected machine, found 'root'"),
            .init(
                yaml: "a: [1",
                message: "s.yaml:2:1: not YAML: while parsing a flow sequence: did not find expected ',' or ']'"),
            .init(
                yaml: "a: &x [1]\nb: *x", message: "s.yaml:2:4: anchors and aliases are no part of the scenario format"),
        ]
    }

    @Test(arguments: BadValue.all)
    func badValuesAreNamedWithTheirPlace(_ testCase: BadValue) {
        #expect(Sample.failure(testCase.yaml)?.description == testCase.message)
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        let title: String
        let yaml: String
        var testDescription: String { title }

        static let all: [Hostile] = [
            .init(title: "deep flow lists", yaml: String(repeating: "[", count: 100_000)),
            .init(title: "deep block lists", yaml: String(repeating: "- ", count: 100_000)),
            .init(title: "deep flow mappings", yaml: String(repeating: "{a: ", count: 100_000)),
            .init(title: "too long", yaml: String(repeating: "a", count: YAMLDocument.largestByteCount + 1)),
            .init(
                title: "aliases of aliases",
                yaml: (0..<30).map { "a\($0): &a\($0) [*a\(max(0, $0 - 1)), *a\(max(0, $0 - 1))]" }.joined(
                    separator: "\n")),
            .init(
                title: "aliases as keys",
                yaml: "a0: &a0 {x: y}\n"
                    + (1..<30).map { "? &a\($0) {*a\($0 - 1) : *a\($0 - 1)}\n: 1" }.joined(separator: "\n")),
            .init(title: "a control character", yaml: "version: \u{1}"),
            .init(title: "a long key", yaml: String(repeating: "k", count: 100_000) + ": 1"),
            .init(title: "a list as key", yaml: "? [a, b]\n: 1"),
            .init(
                title: "a million digits",
                yaml: Sample.minimal("machine: {cpus: \(String(repeating: "9", count: 100_000))}")),
        ]
    }

    @Test(.timeLimit(.minutes(1)), arguments: Hostile.all)
    func hostileTextGivesAnErrorInTime(_ testCase: Hostile) {
        let failure = Sample.failure(testCase.yaml)
        #expect(failure != nil)
        #expect((failure?.description.count ?? 0) < 400)
    }
}

@Suite struct BrokenScenarioTests {
    /// Cut anywhere, or with any byte of every 13 changed, the sample is read or refused, and an error has a place in it.
    @Test(.timeLimit(.minutes(2)))
    func brokenTextIsReadOrRefused() throws {
        let text = try Sample.text("everything.yaml")
        let bytes = Array(text.utf8)
        var refused = 0
        for position in stride(from: 0, to: bytes.count, by: 97) {
            if let failure = Sample.failure(String(decoding: bytes.prefix(position), as: UTF8.self)) {
                refused += 1
                #expect(failure.place.line >= 1 && failure.place.column >= 1)
            }
        }
        for position in stride(from: 0, to: bytes.count, by: 53) {
            for change: UInt8 in [0x01, 0x0A, 0x20, 0x7B, 0x80] {
                var changed = bytes
                changed[position] ^= change
                if Sample.failure(String(decoding: changed, as: UTF8.self)) != nil { refused += 1 }
            }
        }
        #expect(refused > 100)
    }
}
