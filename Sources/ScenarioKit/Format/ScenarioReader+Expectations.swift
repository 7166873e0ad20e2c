import KernelControl
import LinuxABI

extension ScenarioReader {
    func expectations(_ node: SourceNode) throws(FormatError) -> [Expectation] {
        let mapping = try MappingReader(node, .expectation)
        var expectations: [Expectation] = []
        for key in mapping.names {
            let value = try mapping.required(key)
            guard key != "trace_pipe" else {
                let lines = try value.list("a list of texts").map { line throws(FormatError) in try line.text() }
                expectations.append(Expectation(subject: .tracePipe(lines), place: value.place))
                continue
            }
            for element in value.oneOrMore {
                expectations.append(Expectation(subject: try subject(key, element), place: element.place))
            }
        }
        guard !expectations.isEmpty else { throw FormatError(node.place, "an expectation that expects nothing") }
        return expectations
    }

    private func subject(_ key: String, _ node: SourceNode) throws(FormatError) -> Expectation.Subject {
        switch key {
        case "frames": .frames(try frames(node))
        case "counters": try counters(node)
        case "received": .received(try received(node))
        case "map": .entry(try entry(node))
        case "chain": .chain(try chain(node))
        case "program": .program(try run(node))
        case "drops": .drops(try drops(node))
        case "softnet": try softnet(node)
        default: .neighbour(try neighbour(node))
        }
    }

    private func count(_ mapping: MappingReader) throws(FormatError) -> Int? {
        try mapping.integer("count").map { Int($0) }
    }

    private func frames(_ node: SourceNode) throws(FormatError) -> Expectation.Frames {
        let mapping = try MappingReader(node, .expectedFrames)
        let capture = try name(
            try mapping.required("capture"), kind: "capture", among: scenario.captures.map(\.name))
        let fields = try (mapping["fields"]?.entries("fields by name") ?? []).map { entry throws(FormatError) in
            guard FrameFields.names.contains(entry.name) else {
                throw FormatError(
                    entry.key.place,
                    "unknown field '\(entry.name)'" + suggestion(for: entry.name, among: FrameFields.names))
            }
            return (name: entry.name, value: try entry.value.text())
        }
        if mapping["frame"] != nil { try mapping.forbid(["packet"], beside: "frame") }
        let bytes = try mapping["frame"].mapped { node throws(FormatError) in try node.hexBytes() }
        let packet = try mapping["packet"].mapped { node throws(FormatError) in try node.packet() }
        return Expectation.Frames(
            capture: capture, count: try count(mapping),
            direction: try mapping.word("direction").flatMap { CapturedFrame.Direction(rawValue: $0) },
            index: try mapping.integer("index").map { Int($0) }, fields: fields, bytes: bytes ?? packet)
    }

    private func counters(_ node: SourceNode) throws(FormatError) -> Expectation.Subject {
        let mapping = try MappingReader(node, .expectedCounters)
        var changes: [(counter: CounterName, change: UInt64)] = []
        for counter in CounterName.allCases {
            if let change = try mapping.integer(counter.rawValue) { changes.append((counter, UInt64(change))) }
        }
        guard !changes.isEmpty else { throw FormatError(node.place, "expected counters without a counter") }
        return .counters(try device(try mapping.required("device")), changes)
    }

    private func received(_ node: SourceNode) throws(FormatError) -> Expectation.Received {
        let mapping = try MappingReader(node, .expectedDatagrams)
        return Expectation.Received(
            socket: try name(try mapping.required("socket"), kind: "socket", among: scenario.sockets.map(\.name)),
            count: try count(mapping),
            payload: try mapping["payload"].mapped { node throws(FormatError) in try payload(node) },
            source: try mapping["from"]?.socketAddress(), error: try mapping["error"]?.errno())
    }

    private func entry(_ node: SourceNode) throws(FormatError) -> Expectation.Entry {
        let mapping = try MappingReader(node, .expectedEntry)
        let isAbsent = try mapping.boolean("absent") ?? false
        if isAbsent { try mapping.forbid(["value", "cpu"], beside: "absent") }
        return Expectation.Entry(
            map: try mapping.required("map").text("a map's name"), key: try value(try mapping.required("key")),
            value: try mapping["value"].mapped { node throws(FormatError) in try value(node) }, isAbsent: isAbsent,
            cpu: try cpu(mapping))
    }

    private func chain(_ node: SourceNode) throws(FormatError) -> Expectation.Chain {
        let mapping = try MappingReader(node, .expectedChain)
        guard let hook = try hook(mapping) else {
            throw FormatError(node.place, "an expected chain needs the key 'hook'")
        }
        return Expectation.Chain(
            device: try device(try mapping.required("device")), hook: hook,
            programs: try mapping["programs"]?.list("a list of attachments").map { node throws(FormatError) in
                try name(node, kind: "attachment", among: attachments)
            }, revision: try mapping["revision"]?.unsigned())
    }

    private func run(_ node: SourceNode) throws(FormatError) -> Expectation.Run {
        let mapping = try MappingReader(node, .expectedRun)
        return Expectation.Run(
            program: try mapping.required("program").text("a program's name"), count: try count(mapping),
            hook: try hook(mapping),
            device: try mapping["device"].mapped { node throws(FormatError) in try device(node) },
            verdict: try mapping.text("verdict"), context: try mapping.text("context"), cpu: try cpu(mapping))
    }

    private func drops(_ node: SourceNode) throws(FormatError) -> Expectation.Drops {
        let mapping = try MappingReader(node, .expectedDrops)
        if let reason = mapping["reason"] {
            _ = try name(reason, kind: "drop reason", among: DropReason.allCases.map(\.rawValue))
        }
        return Expectation.Drops(
            count: try count(mapping),
            device: try mapping["device"].mapped { node throws(FormatError) in try device(node) },
            reason: try mapping.text("reason"), place: try mapping.text("place"))
    }

    private func softnet(_ node: SourceNode) throws(FormatError) -> Expectation.Subject {
        let mapping = try MappingReader(node, .expectedSoftnet)
        var changes: [(counter: SoftnetCounter, change: UInt32)] = []
        for counter in SoftnetCounter.allCases {
            if let change = try mapping.uint32(counter.rawValue) { changes.append((counter, change)) }
        }
        guard !changes.isEmpty else { throw FormatError(node.place, "expected softnet counters without a counter") }
        return .softnet(cpu: try cpu(mapping) ?? 0, changes)
    }

    private func neighbour(_ node: SourceNode) throws(FormatError) -> Expectation.Neighbour {
        let mapping = try MappingReader(node, .expectedNeighbour)
        return Expectation.Neighbour(
            device: try device(try mapping.required("device")), address: try mapping.required("address").address(),
            mac: try mapping["mac"]?.linkAddress(),
            state: try mapping.word("state").flatMap { NeighbourWord(rawValue: $0) })
    }
}
