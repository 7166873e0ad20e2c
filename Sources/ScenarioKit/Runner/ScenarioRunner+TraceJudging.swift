import KernelControl
import LinuxABI
import PacketModel
import Trace

/// Expectations that only a trace can answer, and the law that no packet gets lost.
extension ScenarioRunner {
    func judge(_ expected: Expectation.Run, _ place: SourcePlace) throws(ScenarioError) {
        guard trace != nil else {
            throw ScenarioError(.notModelled, place, "not modelled: runs of programs on a kernel without a trace")
        }
        let kernelName = try catalogue.program(expected.program, at: place).name.prefix(15)
        let runs = result.events.filter { event in
            guard case .program(let hook, let name, _, _) = event.step, name == kernelName else { return false }
            return (expected.hook == nil || expected.hook == hook) && matches(event, expected.device)
        }
        var rows: [ScenarioFailure.Row] = []
        if let count = expected.count { rows.append(.init("count", expected: "\(count)", found: "\(runs.count)")) }
        let last = runs.last
        if let verdict = expected.verdict {
            var found = "did not run"
            if case .program(_, _, _, let value) = last?.step {
                found = verdict == "\(value)" ? verdict : Verdict.name(value)
            }
            rows.append(.init("verdict", expected: verdict, found: found))
        }
        if let context = expected.context {
            rows.append(.init("context", expected: context, found: last?.context.description ?? "did not run"))
        }
        if let cpu = expected.cpu {
            rows.append(.init("cpu", expected: "\(cpu)", found: last.map { "\($0.context.cpu)" } ?? "did not run"))
        }
        record("runs of program \(expected.program)", place, rows, path: .all)
    }

    func judge(_ expected: Expectation.Drops, _ place: SourcePlace) throws(ScenarioError) {
        guard trace != nil else {
            throw ScenarioError(.notModelled, place, "not modelled: drops on a kernel without a trace")
        }
        let drops = result.events.filter { event in
            guard case .drop(let reason, let function) = event.step else { return false }
            return (expected.reason == nil || expected.reason == reason.rawValue)
                && (expected.place == nil || expected.place == function) && matches(event, expected.device)
        }
        var words = "drops"
        if let device = expected.device { words += " at \(device)" }
        if let reason = expected.reason { words += " for \(reason)" }
        if let function = expected.place { words += " in \(function)" }
        let row =
            expected.count.map { ScenarioFailure.Row("count", expected: "\($0)", found: "\(drops.count)") }
            ?? .init("drops", expected: "some", found: drops.isEmpty ? "none" : "some")
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

    /// What is left to see once all steps are taken.
    func observeEnd() throws(ScenarioError) {
        collectTrace()
        try collectFrames()
        try collectTracePipe()
        let existing = try presentDevices()
        for device in declaredDevices where existing.contains(device) {
            let change = try counters(of: device)
            result.observations.counters.append(
                .init(device: device, changes: CounterName.allCases.map { ($0, $0.value(in: change)) }))
        }
        result.observations.softnet = try softnetChanges()
        var seen: Set<ChainMember> = []
        for member in attachmentNames.keys.sorted(by: Self.inOrder) where existing.contains(member.device) {
            guard seen.insert(ChainMember(program: 0, device: member.device, hook: member.hook)).inserted else {
                continue
            }
            result.observations.chains.append(try chain(member.device, member.hook))
        }
        try observeMaps()
    }

    private static func inOrder(_ left: ChainMember, _ right: ChainMember) -> Bool {
        ("\(left.device)", left.hook.rawValue) < ("\(right.device)", right.hook.rawValue)
    }

    private func presentDevices() throws(ScenarioError) -> Set<DeviceReference> {
        var present: Set<DeviceReference> = []
        for namespace in scenario.namespaces {
            let place = SourcePlace(file: scenario.file, line: 1, column: 1)
            let links = try request("link show", at: place) { () throws(ControlError) in
                try kernel.links(in: namespace)
            }
            for link in links { present.insert(.init(device: link.name, namespace: namespace, place: place)) }
        }
        return present
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
