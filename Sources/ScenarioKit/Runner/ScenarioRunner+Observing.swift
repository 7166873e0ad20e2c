import KernelControl
import LinuxABI
import Trace

/// What is read from the kernel after every step, and at the end.
extension ScenarioRunner {
    /// Begins the account of runs and drops; a host that keeps none, as a simulated one whose tracing is off or a real one
    /// that is locked down, leaves them unknown.
    func beginWitnessing(at place: SourcePlace) throws(ScenarioError) {
        if try isTold("runs", place, { () throws(ControlError) in _ = try kernel.takeProgramRuns() }) {
            result.observations.runs = []
        }
        if try isTold("drops", place, { () throws(ControlError) in _ = try kernel.takeDrops() }) {
            result.observations.drops = []
        }
    }

    /// Whether the kernel tells of something at all.
    private func isTold(
        _ what: String, _ place: SourcePlace, _ request: () throws(ControlError) -> Void
    ) throws(ScenarioError) -> Bool {
        do {
            try request()
            return true
        } catch {
            if case .kernel = error { throw ScenarioError(error, at: place, request: what) }
            return false
        }
    }

    /// Collects what came since the last call; it belongs to the step that was taken last.
    func collect() throws(ScenarioError) {
        collectTrace()
        let step = stepNumber
        result.eventCounts[step] = result.events.count
        let place = SourcePlace(file: scenario.file, line: 1, column: 1)
        for (index, descriptor) in captures.enumerated() {
            let frames = try request("capture", at: scenario.captures[index].place) {
                () throws(ControlError) in try kernel.frames(descriptor)
            }
            result.observations.captures[index].frames += frames.map { Observations.Frame($0, step: step) }
        }
        let lines = try request("trace pipe", at: place) { () throws(ControlError) in try kernel.takeTracePipe() }
        result.observations.tracePipe += lines.map { (step, $0) }
        if result.observations.runs != nil {
            let runs = try request("runs of programs", at: place) {
                () throws(ControlError) in try kernel.takeProgramRuns()
            }
            result.observations.runs? += runs.map { run in
                Observations.Run(
                    step: step, program: programNames[run.program] ?? "id \(run.program)",
                    returnValue: run.returnValue, cpu: run.cpu)
            }
        }
        guard result.observations.drops != nil else { return }
        let drops = try request("drops", at: place) { () throws(ControlError) in try kernel.takeDrops() }
        result.observations.drops? += drops.map { drop in
            let device = drop.device.map { name in name + (drop.namespace.map { "@\($0)" } ?? "") }
            return Observations.Drop(step: step, reason: drop.reason, device: device)
        }
    }

    /// What is left to see once all steps are taken.
    func observeEnd() throws(ScenarioError) {
        try collect()
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
        try observeNeighbours()
        try observeMaps()
    }

    /// Entries without ARP, as groups have them, are left out: the kernel makes them for itself.
    private func observeNeighbours() throws(ScenarioError) {
        let place = SourcePlace(file: scenario.file, line: 1, column: 1)
        for namespace in scenario.namespaces {
            let entries = try request("neigh show", at: place) { () throws(ControlError) in
                try kernel.neighbours(in: namespace)
            }
            let seen = entries.filter { $0.state != .noARP }.map { entry in
                Observations.Neighbour(
                    device: "\(entry.device)@\(namespace)", address: entry.address, linkAddress: entry.linkAddress,
                    state: entry.state.word)
            }
            result.observations.neighbours += seen.sorted {
                ($0.device, "\($0.address)") < ($1.device, "\($1.address)")
            }
        }
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
