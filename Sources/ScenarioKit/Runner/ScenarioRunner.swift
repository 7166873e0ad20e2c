public import KernelControl
import LinuxABI
import Trace

/// Carries a scenario out on a kernel, through its control interface alone.
///
/// A runner is used for one run. The kernel is fresh: no namespaces but those that the scenario creates.
public final class ScenarioRunner {
    let kernel: any KernelControl
    let trace: (any TraceSource)?
    let scenario: Scenario
    let catalogue: ObjectCatalogue

    var result: ScenarioResult
    var objects: [LoadedObject] = []
    var attachments: [String: Attached] = [:]
    /// Names of attachments by program, device and hook, also after they are gone.
    var attachmentNames: [ChainMember: String] = [:]
    /// Legacy filters so far, which numbers their handles.
    var filterCount: UInt32 = 0
    var sockets: [String: Descriptor] = [:]
    /// Sockets that steps opened for themselves, kept open so that answers find them.
    var senders: [SenderKey: Descriptor] = [:]
    var captures: [Descriptor] = []
    var statisticsBefore: [DeviceReference: LinkStatistics] = [:]
    var softnetBefore: [SoftnetStatistics] = []
    /// What the scenario calls programs, by the ids that the kernel gave them.
    var programNames: [UInt32: String] = [:]
    /// The step that is being taken, counted from 1.
    var stepNumber = 1

    /// An attachment that stands.
    struct Attached {
        var declaration: AttachmentDeclaration
        var hook: AttachType
        var program: Descriptor
        var link: Descriptor?
        /// Where it is a legacy filter.
        var filter: NewFilter?
    }

    struct ChainMember: Hashable {
        let program: UInt32
        let device: DeviceReference
        let hook: AttachType
    }

    struct SenderKey: Hashable {
        let request: SocketRequest
        let source: SocketAddress?
    }

    public init(
        _ scenario: Scenario, objects: ObjectCatalogue, kernel: any KernelControl, trace: (any TraceSource)?
    ) {
        self.scenario = scenario
        self.catalogue = objects
        self.kernel = kernel
        self.trace = trace
        result = ScenarioResult(
            file: scenario.file, title: scenario.title, kernel: scenario.kernel, seed: scenario.machine.seed)
    }

    /// Builds the world, takes every step and judges every expectation.
    public func run() -> ScenarioResult {
        defer { closeEndpoints() }
        do throws(ScenarioError) {
            try catalogue.check(scenario)
            try buildWorld()
            // What devices say as they come up is over before a program or a capture is there to see it.
            try settleSetUp()
            try loadObjects()
            try openEndpoints()
            try beginObserving()
            for (index, step) in scenario.steps.enumerated() {
                stepNumber = index + 1
                try take(step)
            }
            try observeEnd()
        } catch {
            result.error = error
            collectTrace()
        }
        judgeConservation()
        return result
    }

    /// What tasks leave open, the kernel closes when they exit; nobody is left to hear of an error.
    private func closeEndpoints() {
        for name in sockets.keys.sorted() { if let socket = sockets[name] { try? kernel.close(socket) } }
        for socket in senders.values.sorted(by: { $0.rawValue < $1.rawValue }) { try? kernel.close(socket) }
        for capture in captures { try? kernel.close(capture) }
    }

    /// Makes a request that has to succeed.
    func request<Answer>(
        _ what: @autoclosure () -> String, at place: SourcePlace, _ body: () throws(ControlError) -> Answer
    ) throws(ScenarioError) -> Answer {
        do {
            return try body()
        } catch {
            throw ScenarioError(error, at: place, request: what())
        }
    }

    func collectTrace() {
        if let trace { result.events += trace.takeEvents() }
    }

    private func settleSetUp() throws(ScenarioError) {
        let place = SourcePlace(file: scenario.file, line: 1, column: 1)
        try request("settling after the set-up", at: place) { () throws(ControlError) in try kernel.settle() }
    }

    /// Notes where counters stand before the first step; what the set-up did is no part of the story.
    private func beginObserving() throws(ScenarioError) {
        let place = SourcePlace(file: scenario.file, line: 1, column: 1)
        try settleSetUp()
        _ = trace?.takeEvents()
        var normalisation = Normalisation(scenario)
        for end in scenario.devices.flatMap(\.ends) {
            let link = try link(end.device)
            statisticsBefore[end.device] = link.statistics
            if end.mac == nil { normalisation.randomAddresses.append(link.address) }
        }
        result.normalisation = normalisation
        softnetBefore = try request("softnet statistics", at: place) { () throws(ControlError) in
            try kernel.softnetStatistics()
        }
        _ = try request("trace pipe", at: place) { () throws(ControlError) in try kernel.takeTracePipe() }
        for (index, descriptor) in captures.enumerated() {
            _ = try request("capture", at: scenario.captures[index].place) { () throws(ControlError) in
                try kernel.frames(descriptor)
            }
        }
        try beginWitnessing(at: place)
    }

    var declaredDevices: [DeviceReference] { scenario.devices.flatMap { $0.ends.map(\.device) } }

    func link(_ device: DeviceReference) throws(ScenarioError) -> LinkInfo {
        try request("link show \(device)", at: device.place) { () throws(ControlError) in
            try kernel.link(device.device, in: device.namespace)
        }
    }
}
