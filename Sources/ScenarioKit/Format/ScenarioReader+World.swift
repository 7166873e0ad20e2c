import KernelControl
import LinuxABI
import PacketModel

extension ScenarioReader {
    mutating func readDevice(_ node: SourceNode) throws(FormatError) {
        let mapping = try MappingReader(node, .device)
        let kind = try mapping.exactlyOne(of: ["netkit", "veth", "nic", "dummy"])
        let inner = try mapping.required(kind)
        let declared: DeviceDeclaration.Kind
        switch kind {
        case "netkit":
            let pair = try MappingReader(inner, .netkit)
            declared = .netkit(
                NetkitAttributes(
                    mode: try pair.word("mode").map { $0 == "l2" ? 0 : 1 }, policy: try policy(pair, "policy"),
                    peerPolicy: try policy(pair, "peer_policy"), scrub: try scrub(pair, "scrub"),
                    peerScrub: try scrub(pair, "peer_scrub")),
                primary: try end(try pair.required("primary")), peer: try end(try pair.required("peer")))
        case "veth":
            let pair = try MappingReader(inner, .veth)
            declared = .veth(try end(try pair.required("device")), peer: try end(try pair.required("peer")))
        case "nic":
            let nic = try MappingReader(inner, .nic)
            var attributes = NICAttributes(wire: try nic.required("wire").text("a wire's name"))
            attributes.receiveCPU = try cpu(nic) ?? 0
            attributes.checksumOffload = try nic.boolean("checksum_offload") ?? false
            attributes.segmentationOffload = try nic.boolean("segmentation_offload") ?? false
            attributes.udpSegmentationOffload = try nic.boolean("udp_segmentation_offload") ?? false
            declared = .nic(attributes, try end(nic))
        default: declared = .dummy(try end(inner))
        }
        scenario.devices.append(DeviceDeclaration(kind: declared, place: node.place))
    }

    func policy(_ mapping: MappingReader, _ key: String) throws(FormatError) -> Int32? {
        try mapping.word(key).map { $0 == "forward" ? Verdict.pass : Verdict.drop }
    }

    private func scrub(_ mapping: MappingReader, _ key: String) throws(FormatError) -> UInt32? {
        try mapping.word(key).map { $0 == "none" ? 0 : 1 }
    }

    /// `eth0@pod`, or a mapping.
    private mutating func end(_ node: SourceNode) throws(FormatError) -> EndDeclaration {
        guard node.isMapping else { return EndDeclaration(device: try declareDevice(node)) }
        return try end(try MappingReader(node, .end))
    }

    private mutating func end(_ mapping: MappingReader) throws(FormatError) -> EndDeclaration {
        var end = EndDeclaration(device: try declareDevice(try mapping.required("device")))
        end.mac = try mapping["mac"]?.linkAddress()
        end.mtu = try mapping.uint32("mtu")
        end.isUp = try mapping.boolean("up") ?? true
        end.addresses = try (mapping["addresses"]?.list("a list of addresses") ?? []).map {
            node throws(FormatError) in try node.prefix()
        }
        return end
    }

    private mutating func declareDevice(_ node: SourceNode) throws(FormatError) -> DeviceReference {
        let device = try node.device()
        guard namespaces.contains(device.namespace.name) else {
            throw FormatError(
                node.place,
                "no namespace '\(device.namespace)'" + suggestion(for: device.namespace.name, among: namespaces))
        }
        guard device.device != "lo", !devices.contains(device) else {
            throw FormatError(node.place, "device '\(device)' is declared twice, or is every namespace's own")
        }
        devices.append(device)
        return device
    }

    mutating func readRoute(_ node: SourceNode) throws(FormatError) {
        let mapping = try MappingReader(node, .route)
        let namespace = try namespace(try mapping.required("in"))
        let to = try mapping.required("to")
        let gateway = try mapping["via"]?.address()
        let source = try mapping["src"]?.address()
        let destination: NetworkPrefix
        if try to.text() == "default" {
            let isIPv6 = gateway?.isIPv6 ?? source?.isIPv6 ?? false
            destination = NetworkPrefix(address: isIPv6 ? .anyIPv6 : .anyIPv4, length: 0)
        } else {
            destination = try to.prefix()
        }
        var device: String?
        if let node = mapping["dev"] {
            let names = devices.filter { $0.namespace == namespace }.map(\.device) + ["lo"]
            device = try name(node, kind: "device", among: names)
        }
        guard gateway != nil || device != nil else {
            throw FormatError(mapping.place, "a route needs the key 'via' or 'dev'")
        }
        scenario.routes.append(
            RouteDeclaration(
                namespace: namespace,
                route: NewRoute(destination: destination, gateway: gateway, device: device, source: source),
                place: node.place))
    }

    mutating func readNeighbour(_ node: SourceNode) throws(FormatError) {
        let mapping = try MappingReader(node, .neighbour)
        scenario.neighbours.append(
            NeighbourDeclaration(
                address: try mapping.required("address").address(), mac: try mapping.required("mac").linkAddress(),
                device: try device(try mapping.required("device")), place: node.place))
    }

    mutating func readSocket(_ node: SourceNode) throws(FormatError) {
        let mapping = try MappingReader(node, .socket)
        let name = try newName(try mapping.required("name"), kind: "socket", among: scenario.sockets.map(\.name))
        scenario.sockets.append(
            SocketDeclaration(
                name: name, address: try mapping.required("udp").socketAddress(),
                namespace: try namespace(try mapping.required("in")),
                task: TaskIdentity(name: try mapping.text("task") ?? name, cpu: try cpu(mapping) ?? 0),
                isEcho: try mapping.boolean("echo") ?? false, mark: try mapping.uint32("mark"),
                priority: try mapping.uint32("priority"), place: node.place))
    }

    mutating func readCapture(_ node: SourceNode) throws(FormatError) {
        let mapping = try MappingReader(node, .capture)
        scenario.captures.append(
            CaptureDeclaration(
                name: try newName(
                    try mapping.required("name"), kind: "capture", among: scenario.captures.map(\.name)),
                device: try device(try mapping.required("device")), place: node.place))
    }

    /// A name that nothing of its kind has yet.
    func newName(_ node: SourceNode, kind: String, among known: [String]) throws(FormatError) -> String {
        let name = try node.text("a name")
        guard !known.contains(name) else { throw FormatError(node.place, "\(kind) '\(name)' is declared twice") }
        return name
    }
}
