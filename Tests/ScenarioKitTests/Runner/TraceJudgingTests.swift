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

    /// Lays ready what a kernel's witness tells of the same events.
    private static func witness(_ events: [TraceEvent], on kernel: FakeKernel) {
        for event in events {
            switch event.step {
            case .program(_, _, _, let verdict):
                guard let program = kernel.programs.keys.first else { continue }
                kernel.runs.append(
                    ProgramRun(
                        program: UInt32(program.rawValue) + 100, returnValue: verdict, cpu: event.context.cpu))
            case .drop(let reason, _):
                kernel.drops.append(PacketDrop(reason: reason.rawValue, device: event.device, namespace: "pod"))
            default: break
            }
        }
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
        kernel.onSend = { kernel, _, _ in
            trace.pending += events
            witness(events, on: kernel)
        }
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

    /// Without a trace the witness answers, and what only a trace shows is counted as not judged.
    @Test(
        arguments: [
            ("{program: {program: count, count: 1, verdict: redirect, cpu: 0}}", true, 0),
            ("{program: {program: count, count: 2}}", false, 0),
            ("{program: {program: count, verdict: drop}}", false, 0),
            ("{program: {program: count, cpu: 1}}", false, 0),
            ("{program: {program: count, count: 1, context: task curl}}", true, 1),
            ("{program: {program: count, context: task curl}}", true, 1),
            ("{program: {program: count, count: 7, hook: netkit/peer}}", true, 1),
            ("{program: {program: count, count: 7, device: eth0@pod}}", true, 1),
            ("{drops: {count: 1, reason: TC_EGRESS, device: eth0@pod}}", true, 0),
            ("{drops: {count: 1, reason: TC_INGRESS}}", false, 0), ("{drops: {count: 1}}", true, 0),
            ("{drops: {count: 1, device: nk0@node}}", false, 0),
            ("{drops: {count: 9, place: netkit_xmit}}", true, 1), ("{softnet: {cpu: 0, processed: 9}}", true, 1),
        ] as [(String, Bool, Int)])
    func aKernelWithoutTraceJudgesWhatItsWitnessTells(
        _ expectation: String, _ holds: Bool, _ notJudged: Int
    ) throws {
        let kernel = FakeKernel()
        kernel.onSend = { kernel, _, _ in
            Self.witness(Self.delivered + [Self.event(2, .drop(reason: .tcEgress, place: "x"))], on: kernel)
        }
        let (result, _) = try ScenarioRunnerTests.run(
            ScenarioRunnerTests.world + ScenarioRunnerTests.programs + """
                steps:
                  - send: {from: pod, udp: "10.0.1.2:4000 > 10.0.1.1:9"}
                  - expect: \(expectation)
                """, on: kernel)
        #expect((result.outcome == .held) == holds, "\(result.details(coloured: false))")
        #expect(result.notJudgedCount == notJudged)
        #expect(result.line(coloured: false).contains("1 not judged here") == (notJudged == 1))
        #expect(result.observations.runs == [.init(step: 1, program: "count", returnValue: 7, cpu: 0)])
        #expect(result.observations.drops == [.init(step: 1, reason: "TC_EGRESS", device: "eth0@pod")])
    }

    /// A machine of the scenario's own lets its softnet counters be judged, but for those that hang on the wall clock.
    @Test(arguments: [
        ("{cpu: 0, processed: 1}", false, 0), ("{cpu: 0, processed: 0, time_squeeze: 9}", true, 1),
        ("{cpu: 0, received_rps: 9}", true, 1),
    ])
    func softnetIsJudgedOnAMachineOfItsOwn(_ expectation: String, _ holds: Bool, _ notJudged: Int) throws {
        let (result, _) = try ScenarioRunnerTests.run(
            "needs: machine\n" + ScenarioRunnerTests.world + "steps: [{expect: {softnet: \(expectation)}}]\n")
        #expect((result.outcome == .held) == holds)
        #expect(result.notJudgedCount == notJudged)
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
