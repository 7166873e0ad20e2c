import KernelControl
import LinuxABI
import PacketModel

extension ScenarioReader {
    private static let verbs = [
        "send", "ping", "inject", "attach", "detach", "set", "delete", "advance", "expect",
    ]

    mutating func readStep(_ node: SourceNode) throws(FormatError) {
        let mapping = try MappingReader(node, .step)
        let verb = try mapping.exactlyOne(of: Self.verbs)
        let inner = try mapping.required(verb)
        let fails = try mapping["fails"]?.errno()
        if verb == "expect" || verb == "advance" { try mapping.forbid(["fails"], beside: verb) }
        let action: Step.Action =
            switch verb {
            case "send": .send(try send(inner))
            case "ping": .ping(try ping(inner))
            case "inject": .inject(try injection(inner))
            case "attach": .attach(try attachment(inner))
            case "detach": try detachment(inner)
            case "set": try setting(inner)
            case "delete": try deletion(inner)
            case "advance": .advance(nanoseconds: try inner.duration())
            default: .expect(try expectations(inner))
            }
        scenario.steps.append(Step(name: try mapping.text("name"), action: action, fails: fails, place: node.place))
    }

    private func send(_ node: SourceNode) throws(FormatError) -> Send {
        let mapping = try MappingReader(node, .send)
        if try mapping.exactlyOne(of: ["from", "socket"]) == "socket" {
            try mapping.forbid(
                ["udp", "task", "cpu", "mark", "priority", "report_errors", "df", "segment"], beside: "socket")
            let socket = try name(
                try mapping.required("socket"), kind: "socket", among: scenario.sockets.map(\.name))
            guard let declared = scenario.sockets.first(where: { $0.name == socket }), let to = mapping["to"] else {
                throw FormatError(mapping.place, "a send from a declared socket needs the key 'to'")
            }
            return Send(
                socket: socket, namespace: declared.namespace, source: declared.address,
                destination: try to.socketAddress(), options: try options(mapping, declared.namespace))
        }
        try mapping.forbid(["to"], beside: "from")
        guard let flow = mapping["udp"] else { throw FormatError(mapping.place, "a send needs the key 'udp'") }
        let namespace = try namespace(try mapping.required("from"))
        let (source, destination) = try flow.flow()
        var options = try options(mapping, namespace)
        options.segmentSize = try mapping.integer("segment").map { UInt16(truncatingIfNeeded: $0) }
        return Send(socket: nil, namespace: namespace, source: source, destination: destination, options: options)
    }

    private func ping(_ node: SourceNode) throws(FormatError) -> Ping {
        let mapping = try MappingReader(node, .ping)
        let namespace = try namespace(try mapping.required("from"))
        let destination = try mapping.required("to").address()
        let source = try mapping["source"]?.address()
        if let source, source.isIPv6 != destination.isIPv6 {
            throw FormatError(mapping.place, "source and destination are of different families")
        }
        return Ping(
            namespace: namespace, source: source, destination: destination,
            identifier: UInt16(truncatingIfNeeded: try mapping.integer("id") ?? 1),
            sequence: UInt16(truncatingIfNeeded: try mapping.integer("sequence") ?? 1),
            options: try options(mapping, namespace))
    }

    private func options(_ mapping: MappingReader, _ namespace: NamespaceName) throws(FormatError) -> SenderOptions {
        var options = SenderOptions(task: try task(mapping, default: namespace.name))
        options.count = Int(try mapping.integer("count") ?? 1)
        options.mark = try mapping.uint32("mark")
        options.priority = try mapping.uint32("priority")
        options.reportsErrors = try mapping.boolean("report_errors") ?? false
        options.discoversMTU = try mapping.boolean("df")
        if let payload = mapping["payload"] { options.payload = try self.payload(payload) }
        return options
    }

    private func task(_ mapping: MappingReader, default name: String) throws(FormatError) -> TaskIdentity {
        TaskIdentity(name: try mapping.text("task") ?? name, cpu: try cpu(mapping) ?? 0)
    }

    /// Text as UTF-8, or one of the other forms.
    func payload(_ node: SourceNode) throws(FormatError) -> [UInt8] {
        guard node.isMapping else { return Array(try node.text("a payload").utf8) }
        let mapping = try MappingReader(node, .payload)
        if try mapping.exactlyOne(of: ["hex", "length"]) == "hex" { return try mapping.required("hex").hexBytes() }
        return (0..<Int(try mapping.integer("length") ?? 0)).map { UInt8(truncatingIfNeeded: $0) }
    }

    private func injection(_ node: SourceNode) throws(FormatError) -> Injection {
        let mapping = try MappingReader(node, .injection)
        let device = try device(try mapping.required("device"))
        let key = try mapping.exactlyOne(of: ["frame", "packet"])
        let frame = try mapping.required(key)
        return Injection(
            device: device, frame: try key == "frame" ? frame.hexBytes() : frame.packet(),
            task: try task(mapping, default: device.namespace.name), count: Int(try mapping.integer("count") ?? 1))
    }

    private func detachment(_ node: SourceNode) throws(FormatError) -> Step.Action {
        guard node.isMapping else { return .detach(try name(node, kind: "attachment", among: attachments)) }
        let mapping = try MappingReader(node, .detachment)
        guard let hook = try hook(mapping) else { throw FormatError(node.place, "a detachment needs the key 'hook'") }
        return .detachAt(
            Detachment(
                device: try device(try mapping.required("device")), hook: hook, program: try mapping.text("program"),
                position: try position(mapping), expectedRevision: try mapping["revision"]?.unsigned() ?? 0))
    }

    private func setting(_ node: SourceNode) throws(FormatError) -> Step.Action {
        let mapping = try MappingReader(node, .setting)
        let subject = try mapping.exactlyOne(of: ["device", "sysctl", "map"])
        let deviceKeys = ["up", "mtu", "mac", "policy", "peer_policy"]
        switch subject {
        case "device":
            try mapping.forbid(["in", "key", "value", "flags"], beside: subject)
            var change = LinkChange()
            change.isUp = try mapping.boolean("up")
            change.mtu = try mapping.uint32("mtu")
            change.address = try mapping["mac"]?.linkAddress()
            let attributes = NetkitAttributes(
                policy: try policy(mapping, "policy"), peerPolicy: try policy(mapping, "peer_policy"))
            if attributes != NetkitAttributes() { change.netkit = attributes }
            guard change != LinkChange() else {
                throw FormatError(node.place, "a setting of a device has one of \(deviceKeys.joined(separator: ", "))")
            }
            return .setDevice(try device(try mapping.required("device")), change)
        case "sysctl":
            try mapping.forbid(deviceKeys + ["key", "flags"], beside: subject)
            let name = try mapping.required("sysctl")
            try checkSysctl(try name.text("a sysctl's name"), at: name.place)
            return .setSysctl(
                name: try name.text(),
                value: try mapping.required("value").sysctlText(), namespace: try namespace(try mapping.required("in")))
        default:
            try mapping.forbid(deviceKeys + ["in"], beside: subject)
            let flags: [String: UInt64] = ["any": 0, "noexist": 1, "exist": 2]
            return .update(
                MapEntryDeclaration(
                    map: try mapping.required("map").text("a map's name"), key: try value(try mapping.required("key")),
                    value: try value(try mapping.required("value")), place: node.place),
                flags: flags[try mapping.word("flags") ?? "any"] ?? 0)
        }
    }

    private func deletion(_ node: SourceNode) throws(FormatError) -> Step.Action {
        let mapping = try MappingReader(node, .deletion)
        if try mapping.exactlyOne(of: ["device", "map"]) == "device" {
            try mapping.forbid(["key"], beside: "device")
            return .deleteDevice(try device(try mapping.required("device")))
        }
        return .deleteEntry(
            map: try mapping.required("map").text("a map's name"), key: try value(try mapping.required("key")))
    }
}
