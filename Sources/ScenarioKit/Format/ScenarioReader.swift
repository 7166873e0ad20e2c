import KernelControl
import Yams

extension Scenario {
    /// Reads a scenario out of YAML text; `file` is how errors call it.
    ///
    /// Names are resolved: every namespace, device, attachment, socket and capture that is mentioned must be declared.
    public init(yaml text: String, file: String) throws(FormatError) {
        let root = try YAMLDocument.root(of: text, file: file)
        var reader = ScenarioReader(scenario: Scenario(file: file, kernel: ""))
        try reader.read(root)
        self = reader.scenario
    }

    /// The kernel profiles that nksim models.
    public static let kernelProfiles = ["6.12"]
}

/// Reads the parts of a scenario in the order in which later ones refer to earlier ones.
struct ScenarioReader {
    var scenario: Scenario
    var namespaces: [String] = []
    var devices: [DeviceReference] = []
    /// Names of attachments so far, in the order of the file.
    var attachments: [String] = []

    mutating func read(_ root: SourceNode) throws(FormatError) {
        let top = try MappingReader(root, .scenario)
        _ = try top.integer("version")
        scenario.title = try top.text("title")
        let kernel = try top.required("kernel")
        scenario.kernel = try kernel.text()
        guard Scenario.kernelProfiles.contains(scenario.kernel) else {
            throw FormatError(
                kernel.place,
                "not modelled: kernel profile \(kernel.found); modelled: \(Scenario.kernelProfiles.joined(separator: ", "))"
            )
        }
        scenario.needsMachine = try top.word("needs") != nil
        if let machine = top["machine"] { try readMachine(machine) }
        for host in try top.required("hosts").list("a list of hosts") { try readHost(host) }
        for device in try top["devices"]?.list("a list of devices") ?? [] { try readDevice(device) }
        for route in try top["routes"]?.list("a list of routes") ?? [] { try readRoute(route) }
        for neighbour in try top["neighbours"]?.list("a list of neighbours") ?? [] { try readNeighbour(neighbour) }
        for socket in try top["sockets"]?.list("a list of sockets") ?? [] { try readSocket(socket) }
        for capture in try top["captures"]?.list("a list of captures") ?? [] { try readCapture(capture) }
        for object in try top["programs"]?.list("a list of objects") ?? [] { try readObject(object) }
        for step in try top.required("steps").list("a list of steps") { try readStep(step) }
    }

    private mutating func readMachine(_ node: SourceNode) throws(FormatError) {
        let machine = try MappingReader(node, .machine)
        if let cpus = try machine.integer("cpus") { scenario.machine.cpus = Int(cpus) }
        if let seed = try machine["seed"]?.unsigned() { scenario.machine.seed = seed }
        if let costs = try machine.word("costs").flatMap({ Scenario.Machine.Costs(rawValue: $0) }) {
            scenario.machine.costs = costs
        }
    }

    private mutating func readHost(_ node: SourceNode) throws(FormatError) {
        guard node.isMapping else {
            let name = try declareNamespace(node)
            scenario.hosts.append(.init(name: name, namespaces: [], sysctls: [], place: node.place))
            return
        }
        let host = try MappingReader(node, .host)
        let name = try declareNamespace(try host.required("name"))
        let pods = try (host["namespaces"]?.list("a list of names") ?? []).map { pod throws(FormatError) in
            try declareNamespace(pod)
        }
        let sysctls = try host["sysctl"]?.entries("sysctls by name") ?? []
        scenario.hosts.append(
            .init(
                name: name, namespaces: pods,
                sysctls: try sysctls.map { entry throws(FormatError) in
                    try checkSysctl(entry.name, at: entry.key.place)
                    return (entry.name, try entry.value.sysctlText(), entry.value.place)
                }, place: node.place))
    }

    /// Throws where a sysctl is the whole machine's and the scenario doesn't say that it needs one.
    func checkSysctl(_ name: String, at place: SourcePlace) throws(FormatError) {
        guard name.hasPrefix("net.core."), !scenario.needsMachine else { return }
        throw FormatError(
            place, "'\(name.prefix(60))' is the whole machine's; a scenario that sets it says 'needs: machine'")
    }

    private mutating func declareNamespace(_ node: SourceNode) throws(FormatError) -> NamespaceName {
        let name = try node.text("a namespace's name")
        guard !name.isEmpty, name.utf8.count <= 255, !name.contains("@"), !name.contains("/") else {
            throw FormatError(node.place, "\(node.found) is no namespace name: 1 to 255 bytes without '@' or '/'")
        }
        guard !namespaces.contains(name) else {
            throw FormatError(node.place, "namespace '\(name)' is declared twice")
        }
        namespaces.append(name)
        return NamespaceName(name)
    }

    // MARK: References

    /// A namespace that is declared.
    func namespace(_ node: SourceNode) throws(FormatError) -> NamespaceName {
        let name = try node.text("a namespace's name")
        guard namespaces.contains(name) else {
            throw FormatError(node.place, "no namespace '\(name)'" + suggestion(for: name, among: namespaces))
        }
        return NamespaceName(name)
    }

    /// A device that is declared.
    func device(_ node: SourceNode) throws(FormatError) -> DeviceReference {
        let device = try node.device()
        guard device.device == "lo" || devices.contains(device) else {
            throw FormatError(
                node.place, "no device '\(device)'" + suggestion(for: "\(device)", among: devices.map { "\($0)" }))
        }
        guard namespaces.contains(device.namespace.name) else {
            throw FormatError(
                node.place,
                "no namespace '\(device.namespace)'" + suggestion(for: device.namespace.name, among: namespaces))
        }
        return device
    }

    /// A CPU that the machine has.
    func cpu(_ mapping: MappingReader) throws(FormatError) -> Int? {
        guard let node = mapping["cpu"], let cpu = try mapping.integer("cpu") else { return nil }
        guard cpu < scenario.machine.cpus else {
            throw FormatError(node.place, "no CPU \(cpu); the machine has \(scenario.machine.cpus), counted from 0")
        }
        return Int(cpu)
    }

    /// A name out of a declared set.
    func name(_ node: SourceNode, kind: String, among known: [String]) throws(FormatError) -> String {
        let name = try node.text("\(kind)'s name")
        guard known.contains(name) else {
            throw FormatError(node.place, "no \(kind) '\(name.prefix(60))'" + suggestion(for: name, among: known))
        }
        return name
    }
}

extension SourceNode {
    /// The entries of a mapping with free keys, in order.
    func entries(_ what: String) throws(FormatError) -> [(name: String, key: SourceNode, value: SourceNode)] {
        guard let mapping = node.mapping else { throw expected(what) }
        return try mapping.map { pair throws(FormatError) in
            let key = SourceNode(pair.key, file: place.file)
            return (try key.text("a name"), key, SourceNode(pair.value, file: place.file))
        }
    }

    /// A sysctl's value: text, with `true` and `false` as 1 and 0.
    func sysctlText() throws(FormatError) -> String {
        switch try text("a sysctl's value") {
        case "true": "1"
        case "false": "0"
        case let text: text
        }
    }
}
