import BPFObjectFile
import KernelControl
import LinuxABI
import PacketModel
import Trace

/// Holds what was seen against what was expected.
extension ScenarioRunner {
    func judge(_ expectation: Expectation) throws(ScenarioError) {
        let place = expectation.place
        switch expectation.subject {
        case .frames(let frames): judge(frames, place)
        case .counters(let device, let changes):
            let found = try counters(of: device)
            record(
                "counters of \(device)", place,
                changes.map { counter, change in
                    .init(counter.rawValue, expected: "\(change)", found: "\(counter.value(in: found))")
                }, path: .device(device))
        case .received(let received): judge(received, place)
        case .entry(let entry): try judge(entry, place)
        case .chain(let chain): try judge(chain, place)
        case .program(let run): try judge(run, place)
        case .drops(let drops): judge(drops, place)
        case .softnet(let cpu, let changes): try judge(softnet: changes, cpu: cpu, place)
        case .neighbour(let neighbour): try judge(neighbour, place)
        case .tracePipe(let texts): judge(tracePipe: texts, place)
        }
    }

    /// Which packets' way up to here a failure shows.
    enum Path {
        case none
        case all
        case device(DeviceReference)
    }

    /// Counts an expectation, and keeps it where a row does not hold.
    func record(_ subject: String, _ place: SourcePlace, _ rows: [ScenarioFailure.Row], path: Path = .none) {
        result.expectationCount += 1
        guard rows.contains(where: { !$0.holds }) else { return }
        result.failures.append(ScenarioFailure(place: place, subject: subject, rows: rows, path: events(path)))
    }

    /// At most forty events: enough for a packet's way, and no more than a screen.
    private func events(_ path: Path) -> [TraceEvent] {
        switch path {
        case .none: return []
        case .all: return result.events.suffix(40)
        case .device(let device):
            let packets = Set(
                result.events.filter { $0.device == device.device && $0.namespace == device.namespace.name }
                    .compactMap(\.packet))
            let events = result.events.filter { $0.packet.map { packets.contains($0) } ?? false }
            return events.isEmpty ? result.events.suffix(40) : events.suffix(40)
        }
    }

    // MARK: Frames and datagrams

    private func judge(_ expected: Expectation.Frames, _ place: SourcePlace) {
        guard let capture = result.observations.captures.first(where: { $0.name == expected.capture }) else { return }
        let frames = capture.frames.filter { expected.direction == nil || $0.direction == expected.direction }
        var rows: [ScenarioFailure.Row] = []
        if let count = expected.count { rows.append(.init("count", expected: "\(count)", found: "\(frames.count)")) }
        if !expected.fields.isEmpty || expected.bytes != nil {
            let index = expected.index ?? frames.count - 1
            if frames.indices.contains(index) {
                let frame = frames[index]
                let fields = FrameFields(frame: frame.bytes, hasPartialChecksum: frame.hasPartialChecksum)
                for (name, value) in expected.fields {
                    rows.append(.init(name, expected: value, found: fields[name] ?? "no such field"))
                }
                if let bytes = expected.bytes, bytes != frame.bytes {
                    rows.append(
                        .init("packet", expected: describe(bytes), found: describe(frame.bytes)))
                    if describe(bytes) == describe(frame.bytes) {
                        rows.append(.init("bytes", expected: hexText(bytes), found: hexText(frame.bytes)))
                    }
                }
            } else {
                rows.append(.init("frame \(index)", expected: "there", found: "\(frames.count) frames"))
            }
        }
        record("frames of capture \(capture.name)", place, rows, path: .device(capture.device))
    }

    private func describe(_ bytes: [UInt8]) -> String { PacketDescription(bytes).text(payloadLimit: 64) }

    private func judge(_ expected: Expectation.Received, _ place: SourcePlace) {
        guard let index = result.observations.sockets.firstIndex(where: { $0.name == expected.socket }) else { return }
        let socket = result.observations.sockets[index]
        var rows: [ScenarioFailure.Row] = []
        if let count = expected.count {
            rows.append(.init("count", expected: "\(count)", found: "\(socket.datagrams.count)"))
        }
        let last = socket.datagrams.last?.datagram
        if let payload = expected.payload {
            rows.append(
                .init(
                    "payload", expected: payloadText(payload), found: last.map { payloadText($0.payload) } ?? "nothing")
            )
        }
        if let source = expected.source {
            rows.append(.init("from", expected: source.text, found: last?.source?.text ?? "nobody"))
        }
        if let error = expected.error {
            rows.append(
                .init("error", expected: "\(error)", found: socket.errors.last.map { "\($0.errno)" } ?? "no error"))
        }
        record("datagrams of socket \(socket.name)", place, rows, path: .all)
    }

    // MARK: State

    func counters(of device: DeviceReference) throws(ScenarioError) -> LinkStatistics {
        let now = try link(device).statistics
        let before = statisticsBefore[device] ?? LinkStatistics()
        var change = LinkStatistics()
        change.receivedPackets = now.receivedPackets &- before.receivedPackets
        change.receivedBytes = now.receivedBytes &- before.receivedBytes
        change.receiveErrors = now.receiveErrors &- before.receiveErrors
        change.receiveDropped = now.receiveDropped &- before.receiveDropped
        change.receiveNoHandler = now.receiveNoHandler &- before.receiveNoHandler
        change.otherHostDropped = now.otherHostDropped &- before.otherHostDropped
        change.transmittedPackets = now.transmittedPackets &- before.transmittedPackets
        change.transmittedBytes = now.transmittedBytes &- before.transmittedBytes
        change.transmitDropped = now.transmitDropped &- before.transmitDropped
        return change
    }

    func softnetChanges() throws(ScenarioError) -> [[(counter: SoftnetCounter, change: UInt32)]] {
        let now = try request("softnet statistics", at: SourcePlace(file: scenario.file, line: 1, column: 1)) {
            () throws(ControlError) in try kernel.softnetStatistics()
        }
        return zip(now, softnetBefore).map { now, before in
            SoftnetCounter.allCases.map { ($0, $0.value(in: now) &- $0.value(in: before)) }
        }
    }

    /// The rows of a machine that others use too say nothing about the scenario, and two of the columns hang on the wall
    /// clock; a simulated machine has neither trouble.
    private func judge(
        softnet changes: [(counter: SoftnetCounter, change: UInt32)], cpu: Int, _ place: SourcePlace
    ) throws(ScenarioError) {
        let rows = try softnetChanges()
        let judged = changes.filter { trace != nil || scenario.needsMachine && $0.counter.isComparable }
        result.notJudgedCount += changes.count - judged.count
        guard !judged.isEmpty else { return }
        record(
            "softnet_stat of cpu\(cpu)", place,
            judged.map { counter, change in
                let found = cpu < rows.count ? rows[cpu].first { $0.counter == counter }?.change : nil
                return .init(counter.rawValue, expected: "\(change)", found: found.map { "\($0)" } ?? "no such row")
            })
    }

    private func judge(_ expected: Expectation.Entry, _ place: SourcePlace) throws(ScenarioError) {
        let (specification, descriptor) = try map(expected.map, at: place)
        let key = try encoder.bytes(expected.key, byteCount: Int(specification.keySize))
        var found: [UInt8]?
        do throws(ControlError) {
            found = try kernel.lookup(descriptor, key: key)
        } catch {
            guard case .kernel(let failure) = error, failure.errno == .ENOENT else {
                throw ScenarioError(error, at: place, request: "map lookup \(expected.map)")
            }
        }
        let size = Int(specification.valueSize)
        if specification.isPerCPU, let all = found {
            guard let cpu = expected.cpu, all.count >= (cpu + 1) * ((size + 7) / 8 * 8) else {
                throw ScenarioError(
                    .input, place, "map '\(expected.map)' has a value for each CPU; say which with 'cpu'")
            }
            let start = cpu * ((size + 7) / 8 * 8)
            found = Array(all[start..<start + size])
        }
        let subject = "entry of map \(expected.map)"
        if expected.isAbsent {
            record(subject, place, [.init("entry", expected: "absent", found: found == nil ? "absent" : "present")])
            return
        }
        guard let value = expected.value else {
            record(subject, place, [.init("entry", expected: "present", found: found == nil ? "absent" : "present")])
            return
        }
        let bytes = try encoder.bytes(value, byteCount: size)
        record(
            subject, place, [.init("value", expected: valueText(bytes), found: found.map { valueText($0) } ?? "absent")]
        )
    }

    /// Up to 8 bytes as a number with its bytes in brackets, more as bytes.
    private func valueText(_ bytes: [UInt8]) -> String {
        guard (1...8).contains(bytes.count) else { return hexText(bytes) }
        return "\(bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }) [\(hexText(bytes))]"
    }

    func chain(_ device: DeviceReference, _ hook: AttachType) throws(ScenarioError) -> Observations.Chain {
        let info = try request("query of \(hook.name) at \(device)", at: device.place) { () throws(ControlError) in
            try kernel.query(device: device.device, in: device.namespace, type: hook)
        }
        let programs = info.programIDs.map { id in
            attachmentNames[ChainMember(program: id, device: device, hook: hook)] ?? "id \(id)"
        }
        return .init(device: device, hook: hook, revision: info.revision, programs: programs)
    }

    private func judge(_ expected: Expectation.Chain, _ place: SourcePlace) throws(ScenarioError) {
        let found = try chain(expected.device, expected.hook)
        var rows: [ScenarioFailure.Row] = []
        if let programs = expected.programs {
            rows.append(.init("programs", expected: "\(programs)", found: "\(found.programs)"))
        }
        if let revision = expected.revision {
            rows.append(.init("revision", expected: "\(revision)", found: "\(found.revision)"))
        }
        record("chain \(expected.hook.name) at \(expected.device)", place, rows)
    }

    private func judge(_ expected: Expectation.Neighbour, _ place: SourcePlace) throws(ScenarioError) {
        let device = expected.device
        let all = try request("neigh show", at: place) { () throws(ControlError) in
            try kernel.neighbours(in: device.namespace)
        }
        let found = all.first { $0.device == device.device && $0.address == expected.address }
        var rows: [ScenarioFailure.Row] = []
        if let mac = expected.mac {
            rows.append(.init("mac", expected: "\(mac)", found: found?.linkAddress.map { "\($0)" } ?? "none"))
        }
        if let state = expected.state {
            rows.append(.init("state", expected: state.rawValue, found: found.map { $0.state.word } ?? "no entry"))
        }
        record("neighbour \(expected.address) behind \(device)", place, rows)
    }

    private func judge(tracePipe texts: [String], _ place: SourcePlace) {
        var rest = result.observations.tracePipe.map(\.text)[...]
        var rows: [ScenarioFailure.Row] = []
        for text in texts {
            if let index = rest.firstIndex(where: { $0.contains(text) }) {
                rest = rest[(index + 1)...]
                rows.append(.init("line", expected: text, found: text))
            } else {
                rows.append(.init("line", expected: text, found: rest.first ?? "no more lines"))
            }
        }
        record("trace_pipe", place, rows)
    }
}

extension SocketAddress {
    /// `10.0.0.1:53` or `[fd00::1]:53`.
    var text: String { address.isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

extension NeighbourState {
    /// The word of `ip neigh`.
    var word: String {
        switch self {
        case .none: "none"
        case .incomplete: "incomplete"
        case .reachable: "reachable"
        case .stale: "stale"
        case .delay: "delay"
        case .probe: "probe"
        case .failed: "failed"
        case .noARP: "noarp"
        case .permanent: "permanent"
        }
    }
}
