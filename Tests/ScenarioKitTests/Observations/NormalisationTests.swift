import KernelControl
import PacketModel
import Testing
import Trace

@testable import ScenarioKit

@Suite struct NormalisationTests {
    private static func normalisation(_ more: String = "") throws -> Normalisation {
        Normalisation(
            try Scenario(
                yaml: "version: 1\nkernel: \"6.12\"\nhosts: [node]\nsteps: []\nmachine: {cpus: 2}\n"
                    + "programs: [{object: p.o, unstable: [stamps, each]}]\n" + more, file: "s.yaml"))
    }

    /// On each CPU runs keep their order; between CPUs, and among drops, there is none to compare.
    @Test func runsAndDropsAreSortedWithinTheirStep() throws {
        var seen = Observations()
        seen.runs = [
            .init(step: 1, program: "b", returnValue: 0, cpu: 1),
            .init(step: 1, program: "id 77", returnValue: 2, cpu: 0),
            .init(step: 1, program: "a", returnValue: 0, cpu: 0),
            .init(step: 2, program: "id 12", returnValue: 0, cpu: 0),
            .init(step: 2, program: "id 77", returnValue: 0, cpu: 0),
        ]
        seen.drops = [
            .init(step: 2, reason: "A", device: nil), .init(step: 1, reason: "Z", device: "eth0@pod"),
            .init(step: 1, reason: "B", device: "nic0@node"), .init(step: 1, reason: "A", device: "eth0@pod"),
        ]
        let result = try Self.normalisation().normalised(seen)
        #expect(
            result.runs?.map { "\($0.step) \($0.program) \($0.cpu ?? -1)" } == [
                "1 id 1 0", "1 a 0", "1 b 1", "2 id 2 0", "2 id 1 0",
            ])
        #expect(
            result.drops?.map { "\($0.step) \($0.reason) \($0.device ?? "-")" } == [
                "1 A eth0@pod", "1 Z eth0@pod", "1 B nic0@node", "2 A -",
            ])
        #expect(try Self.normalisation().normalised(Observations()).runs == nil)
    }

    /// What a neighbour's state is by now hangs on the clock; whether its address is known doesn't.
    @Test(arguments: [
        ("reachable", "known"), ("stale", "known"), ("delay", "known"), ("probe", "known"), ("incomplete", "unknown"),
        ("failed", "unknown"), ("permanent", "permanent"),
    ])
    func neighboursAreKnownOrNot(state: String, expected: String) throws {
        let random = LinkAddress(bits: 0x0A0B_0C0D_0E0F)
        var normalisation = try Self.normalisation()
        normalisation.randomAddresses = [random]
        var seen = Observations()
        seen.neighbours = [
            .init(device: "nic0@node", address: .anyIPv4, linkAddress: random, state: state)
        ]
        let found = try #require(normalisation.normalised(seen).neighbours.first)
        #expect(found.state == expected)
        switch expected {
        case "known": #expect(found.linkAddress == LinkAddress(bits: 0xFE00_0000_0001))
        case "unknown": #expect(found.linkAddress == nil)
        default: #expect(found.linkAddress == random)
        }
    }

    /// Timers run on whichever CPU is awake; what tasks and interrupts did keeps its CPU.
    @Test func timersHaveNoCPU() throws {
        var seen = Observations()
        seen.steps = [
            .init(index: 1, name: nil, verb: "send", failure: nil),
            .init(index: 2, name: nil, verb: "advance", failure: nil),
        ]
        seen.runs = [
            .init(step: 1, program: "a", returnValue: 0, cpu: 1), .init(step: 2, program: "b", returnValue: 0, cpu: 1),
            .init(step: 2, program: "a", returnValue: 0, cpu: 0),
        ]
        let runs = try #require(try Self.normalisation().normalised(seen).runs)
        #expect(runs.map(\.cpu) == [1, nil, nil])
        #expect(runs.map(\.program) == ["a", "b", "a"])
    }

    /// Ordinals are given out in the order of steps, not of captures.
    @Test func ordinalsFollowTheSteps() throws {
        func frame(_ identification: UInt8, step: Int) -> Observations.Frame {
            let header: [UInt8] = [0x45, 0, 0, 20, 0, identification, 0, 0, 64, 254, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
            let ethernet = [UInt8](repeating: 2, count: 12) + [8, 0]
            return .init(
                CapturedFrame(
                    time: 9, direction: .outgoing, bytes: ethernet + header, length: 34, hasPartialChecksum: false),
                step: step)
        }
        var seen = Observations()
        let device = DeviceReference(device: "d", namespace: "n", place: SourcePlace(file: "s", line: 1, column: 1))
        seen.captures = [
            .init(name: "one", device: device, frames: [frame(50, step: 1), frame(70, step: 3)]),
            .init(name: "two", device: device, frames: [frame(60, step: 2), frame(50, step: 3)]),
        ]
        let result = try Self.normalisation().normalised(seen)
        #expect(result.captures.map { $0.frames.map { $0.bytes[19] } } == [[1, 3], [2, 1]])
    }

    /// A map's entries by their keys; what is declared unstable as ordinals, for each CPU where it is per CPU.
    @Test func mapsAreSortedAndUnstableValuesAreOrdinals() throws {
        func map(_ name: String, _ entries: [([UInt8], [UInt8])], stride: Int? = nil) -> Observations.Map {
            .init(object: "p", name: name, entries: entries.map { (key: $0.0, value: $0.1) }, valueStride: stride)
        }
        var seen = Observations()
        seen.maps = [
            map("plain", [([2], [7, 7]), ([1], [9, 9])]),
            map("stamps", [([3], [9, 9]), ([1], [7, 7]), ([2], [0, 0]), ([4], [7, 7])]),
            map("each", [([0], [5, 0, 6, 0, 0, 0]), ([1], [6, 0, 0, 0, 0, 1])], stride: 2),
            map("wide", [([0], [1, 2, 0]), ([1], [1, 2, 3])], stride: 1),
        ]
        let result = try Self.normalisation().normalised(seen)
        let found = result.maps.map { map in map.entries.map { hexText($0.key) + "=" + hexText($0.value) } }
        #expect(found[0] == ["01=0909", "02=0707"])
        #expect(found[1] == ["01=0100", "02=0000", "03=0200", "04=0100"])
        // CPUs beyond the scenario's two are cut where they hold nothing.
        #expect(found[2] == ["00=01000200", "01=020000000300"])
        #expect(found[3] == ["00=0102", "01=010203"])
    }

    @Test(arguments: [("", 0, 0), ("needs: machine\n", 2, 2)])
    func softnetIsComparedOnAMachineOfItsOwnOnly(_ more: String, _ rows: Int, _ columns: Int) throws {
        var seen = Observations()
        seen.softnet = Array(repeating: SoftnetCounter.allCases.map { ($0, 1) }, count: 4)
        let result = try Self.normalisation(more).normalised(seen)
        #expect(result.softnet.count == rows)
        #expect(result.softnet.allSatisfy { $0.map(\.counter) == [.processed, .dropped] })
    }

    @Test func printedLinesKeepTheProgramsText() throws {
        var seen = Observations()
        seen.tracePipe = [
            (1, "            curl-123     [000] b..1.     5.000: bpf_trace_printk: mark 5"), (2, "bare text"),
        ]
        #expect(try Self.normalisation().normalised(seen).tracePipe.map(\.text) == ["mark 5", "bare text"])
    }

    /// Devices that the scenario gives no address are numbered in the order of declaration.
    @Test func randomAddressesAreThoseThatTheScenarioDoesNotGive() throws {
        let (result, kernel) = try ScenarioRunnerTests.run(ScenarioRunnerTests.world + "steps: []\n")
        let expected = try ["nk0": "node", "eth0": "pod"].sorted { $0.key > $1.key }.map {
            try kernel.link($0.key, in: NamespaceName($0.value)).address
        }
        #expect(result.normalisation?.randomAddresses == expected)
    }
}
