import KernelControl
import LinuxABI
import PacketModel
import SimulationCore
import Testing
import Trace

@testable import ScenarioKit

/// A trace that a test lays ready.
final class FakeTrace: TraceSource {
    var pending: [TraceEvent] = []

    func takeEvents() -> [TraceEvent] {
        defer { pending = [] }
        return pending
    }
}

@Suite struct TraceJudgingTests {
    private static let context = ExecutionContext(cpu: 0, kind: .taskBHOff, task: "curl")

    private static func event(_ packet: UInt64, _ step: TraceStep) -> TraceEvent {
        TraceEvent(
            time: VirtualTime(nanoseconds: 10), context: context, packet: PacketNumber(rawValue: packet),
            namespace: "pod", device: "eth0", step: step)
    }

    /// Runs one send, which makes `events` happen, then `expectation`.
    private static func run(_ events: [TraceEvent], _ expectation: String) throws -> ScenarioResult {
        let yaml =
            ScenarioRunnerTests.world + ScenarioRunnerTests.programs + """
                steps:
                  - send: {from: pod, udp: "10.0.1.2:4000 > 10.0.1.1:9"}
                  - expect: \(expectation)
                """
        let scenario = try Scenario(yaml: yaml, file: "s.yaml")
        let objects = try ObjectCatalogue(scenario) { _ in try ScenarioRunnerTests.fixture() }
        let kernel = FakeKernel()
        let trace = FakeTrace()
        kernel.onSend = { _, _, _ in trace.pending += events }
        return ScenarioRunner(scenario, objects: objects, kernel: kernel, trace: trace).run()
    }

    private static let delivered: [TraceEvent] = [
        event(1, .socketSend(flow: "udp")),
        event(1, .program(hook: .netkitPeer, name: "count", id: 1, verdict: Verdict.redirect)),
        event(1, .deliver(flow: "udp")),
    ]

    @Test func runsOfProgramsAreCountedWithVerdictAndContext() throws {
        let expectation =
            "{program: {program: count, count: 1, hook: netkit/peer, device: eth0@pod, verdict: redirect, "
            + "context: task curl, cpu: 0}}"
        let held = try Self.run(Self.delivered, expectation)
        #expect(held.outcome == .held, "\(held.details(coloured: false))")
        #expect(held.events.count == 3)
        let failed = try Self.run(Self.delivered, expectation.replacing("redirect", with: "drop"))
        #expect(failed.failures.first?.rows.filter { !$0.holds }.map(\.field) == ["verdict"])
        #expect(failed.failures.first?.path.count == 3)
        #expect(failed.details(coloured: false).contains("the way up to there:"))
        let number = try Self.run(Self.delivered, expectation.replacing("verdict: redirect", with: "verdict: 7"))
        #expect(number.outcome == .held)
    }

    @Test func dropsAreCountedByReasonAndPlace() throws {
        let events = [Self.event(1, .drop(reason: .tcEgress, place: "sch_handle_egress"))]
        #expect(try Self.run(events, "{drops: {count: 1, reason: TC_EGRESS, device: eth0@pod}}").outcome == .held)
        #expect(try Self.run(events, "{drops: {count: 0, place: netkit_xmit}}").outcome == .held)
        #expect(try Self.run(events, "{drops: {count: 0}}").outcome == .failed)
    }

    @Test(arguments: [
        (TraceStep.deliver(flow: "x"), true), (.wire(frames: 1), true), (.consume(what: "ARP"), true),
        (.drop(reason: .notSpecified, place: "x"), true), (.neighbourParked(address: "x", queued: 1), true),
        (.backlogEnqueue(cpu: 0, queued: 1), true), (.segment(into: 2), true), (.transmit, false), (.receive, false),
        (.forward, false),
        (.redirect(helper: "bpf_redirect", target: "x"), false),
    ])
    func aPacketThatVanishesBreaksConservation(_ last: TraceStep, _ isConserved: Bool) throws {
        let result = try Self.run(
            [Self.event(1, .socketSend(flow: "x")), Self.event(1, last)],
            "{counters: {device: nk0@node, tx_packets: 0}}")
        #expect((result.outcome == .held) == isConserved)
        if !isConserved { #expect(result.failures.last?.subject == "conservation of packet 1") }
    }

    @Test func aKernelWithoutTraceCannotJudgeIt() throws {
        let (result, _) = try ScenarioRunnerTests.run(
            ScenarioRunnerTests.world + "steps: [{expect: {drops: {count: 0}}}]\n")
        #expect(result.outcome == .notModelled)
    }

    /// The set-up of every scenario of the repository and its steps are sound requests on any kernel.
    @Test func theRepositorysScenariosMakeSoundRequests() throws {
        for file in ScenarioFiles.find([ScenarioCommandTests.scenarios]) {
            var scenario = try ScenarioFiles.read(file)
            // The fake kernel refuses nothing, so that what shall be refused would be done.
            scenario.steps.removeAll { $0.fails != nil }
            let kernel = FakeKernel()
            let result = ScenarioRunner(
                scenario, objects: try ScenarioFiles.objects(of: scenario), kernel: kernel, trace: FakeTrace()
            ).run()
            #expect(result.error == nil, "\(file)")
            #expect(kernel.log.contains { $0.hasPrefix("send") || $0.hasPrefix("link del") })
        }
    }
}
