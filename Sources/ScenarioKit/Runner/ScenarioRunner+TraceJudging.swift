import KernelControl
import LinuxABI
import PacketModel
import Trace

/// Expectations about runs and drops, and the law that no packet gets lost.
extension ScenarioRunner {
    /// Filters by hook and device, and the context, stand in a trace only; everything else any kernel's witness tells.
    func judge(_ expected: Expectation.Run, _ place: SourcePlace) throws(ScenarioError) {
        let item = try catalogue.program(expected.program, at: place)
        let events = result.events.filter { event in
            guard case .program(let hook, let name, _, _) = event.step, name == item.name.prefix(15) else {
                return false
            }
            return (expected.hook == nil || expected.hook == hook) && matches(event, expected.device)
        }
        var runs: [(verdict: Int32, cpu: Int)] = []
        if expected.hook == nil, expected.device == nil, let seen = result.observations.runs {
            let name = catalogue.scenarioName(of: item)
            runs = seen.filter { $0.program == name }.map { ($0.returnValue, $0.cpu ?? 0) }
        } else if trace != nil {
            for event in events {
                if case .program(_, _, _, let verdict) = event.step { runs.append((verdict, event.context.cpu)) }
            }
        } else {
            result.notJudgedCount += 1
            return
        }
        var rows: [ScenarioFailure.Row] = []
        if let count = expected.count { rows.append(.init("count", expected: "\(count)", found: "\(runs.count)")) }
        let last = runs.last
        if let verdict = expected.verdict {
            let found = last.map { verdict == "\($0.verdict)" ? verdict : Verdict.name($0.verdict) } ?? "did not run"
            rows.append(.init("verdict", expected: verdict, found: found))
        }
        if let cpu = expected.cpu {
            rows.append(.init("cpu", expected: "\(cpu)", found: last.map { "\($0.cpu)" } ?? "did not run"))
        }
        if let context = expected.context {
            if trace != nil {
                let found = events.last?.context.description ?? "did not run"
                rows.append(.init("context", expected: context, found: found))
            } else {
                result.notJudgedCount += 1
            }
        }
        guard !rows.isEmpty else { return }
        record("runs of program \(expected.program)", place, rows, path: .all)
    }

    /// The kernel function stands in a trace only; reason and device any kernel's witness tells.
    func judge(_ expected: Expectation.Drops, _ place: SourcePlace) {
        let count: Int
        if expected.place == nil, let drops = result.observations.drops {
            count = drops.count { drop in
                (expected.reason == nil || expected.reason == drop.reason)
                    && (expected.device == nil || expected.device?.description == drop.device)
            }
        } else if trace != nil {
            count = result.events.count { event in
                guard case .drop(let reason, let function) = event.step else { return false }
                return (expected.reason == nil || expected.reason == reason.rawValue)
                    && (expected.place == nil || expected.place == function) && matches(event, expected.device)
            }
        } else {
            result.notJudgedCount += 1
            return
        }
        var words = "drops"
        if let device = expected.device { words += " at \(device)" }
        if let reason = expected.reason { words += " for \(reason)" }
        if let function = expected.place { words += " in \(function)" }
        let row =
            expected.count.map { ScenarioFailure.Row("count", expected: "\($0)", found: "\(count)") }
            ?? .init("drops", expected: "some", found: count == 0 ? "none" : "some")
        record(words, place, [row], path: .all)
    }

    private func matches(_ event: TraceEvent, _ device: DeviceReference?) -> Bool {
        guard let device else { return true }
        return event.device == device.device && event.namespace == device.namespace.name
    }

    /// Every packet that took a step was delivered, consumed, put on the wire, cut up or dropped, or it waits in a queue.
    func judgeConservation() {
        guard trace != nil, result.error == nil else { return }
        var last: [PacketNumber: TraceEvent] = [:]
        for event in result.events { if let packet = event.packet { last[packet] = event } }
        for (packet, event) in last.sorted(by: { $0.key < $1.key }) where !event.step.mayBeLast {
            result.failures.append(
                ScenarioFailure(
                    place: SourcePlace(file: scenario.file, line: 1, column: 1),
                    subject: "conservation of packet \(packet.rawValue)",
                    rows: [
                        .init(
                            "last step", expected: "delivered, consumed, on the wire, segmented, dropped or queued",
                            found: event.step.word)
                    ], path: result.events.filter { $0.packet == packet }))
        }
    }
}

extension TraceStep {
    /// Whether a packet's way can end, or pause, with the step; one that is cut goes on as its pieces.
    var mayBeLast: Bool {
        switch self {
        case .deliver, .drop, .wire, .consume, .segment, .neighbourParked, .backlogEnqueue, .noRoute: true
        default: false
        }
    }
}
