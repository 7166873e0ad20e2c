import KernelControl
import LinuxABI
import PacketModel

extension ScenarioReader {
    mutating func readObject(_ node: SourceNode) throws(FormatError) {
        let mapping = try MappingReader(node, .object)
        let pathNode = try mapping.required("object")
        let path = try pathNode.text("an object file's path")
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw FormatError(pathNode.place, "'\(path)' leads out of the scenario's folder")
        }
        let nameNode = mapping["name"] ?? pathNode
        let name = try mapping.text("name") ?? Self.stem(path)
        guard !scenario.objects.contains(where: { $0.name == name }) else {
            throw FormatError(nameNode.place, "object '\(name)' is declared twice; give one of them a 'name'")
        }
        var object = ObjectDeclaration(
            name: name, path: path, load: nil, globals: [], entries: [], unstableMaps: [], attachments: [],
            place: node.place)
        if let load = mapping["load"] {
            object.load = try load.list("a list of programs").map { node throws(FormatError) in try node.text() }
        }
        for entry in try mapping["set"]?.entries("globals by name") ?? [] {
            object.globals.append((entry.name, try value(entry.value), entry.key.place))
        }
        for entry in try mapping["maps"]?.list("a list of map entries") ?? [] {
            let reader = try MappingReader(entry, .mapEntry)
            object.entries.append(
                MapEntryDeclaration(
                    map: try reader.required("map").text("a map's name"), key: try value(try reader.required("key")),
                    value: try value(try reader.required("value")), place: entry.place))
        }
        object.unstableMaps = try (mapping["unstable"]?.list("a list of maps") ?? []).map { node throws(FormatError) in
            try node.text("a map's name")
        }
        for node in mapping["attach"]?.oneOrMore ?? [] { object.attachments.append(try attachment(node)) }
        scenario.objects.append(object)
    }

    /// `dir/program.bpf.o` is called `program`.
    static func stem(_ path: String) -> String {
        let file = path.split(separator: "/").last.map { String($0) } ?? path
        return file.split(separator: ".").first.map { String($0) } ?? file
    }

    mutating func attachment(_ node: SourceNode) throws(FormatError) -> AttachmentDeclaration {
        let mapping = try MappingReader(node, .attachment)
        let program = try mapping.required("program").text("a program's name")
        var nameNode = try mapping.required("program")
        if let own = mapping["name"] { nameNode = own }
        let name = try nameNode.text()
        guard !attachments.contains(name) else {
            throw FormatError(nameNode.place, "attachment '\(name)' is declared twice; give one of them a 'name'")
        }
        var attachment = AttachmentDeclaration(
            name: name, program: program, device: try device(try mapping.required("device")),
            hook: try hook(mapping), place: node.place)
        if attachment.hook?.isClsact == true {
            try mapping.forbid(
                ["link", "before", "after", "position", "replace", "revision"], beside: "hook: clsact/…")
            attachment.isLink = false
        } else {
            try mapping.forbid(["priority"], beside: "hook: \(attachment.hook?.name ?? "of its section")")
        }
        if let priority = try mapping.integer("priority") {
            attachment.priority = UInt16(truncatingIfNeeded: priority)
        }
        attachment.isLink = try mapping.boolean("link") ?? attachment.isLink
        attachment.position = try position(mapping)
        attachment.replaces = try mapping["replace"].mapped { node throws(FormatError) in
            try self.name(node, kind: "attachment", among: attachments)
        }
        attachment.expectedRevision = try mapping["revision"]?.unsigned() ?? 0
        attachments.append(name)
        return attachment
    }

    func hook(_ mapping: MappingReader) throws(FormatError) -> AttachType? {
        let types: [AttachType] = [
            .netkitPrimary, .netkitPeer, .tcxIngress, .tcxEgress, .clsactIngress, .clsactEgress,
        ]
        let word = try mapping.word("hook")
        return types.first { $0.name == word }
    }

    func position(_ mapping: MappingReader) throws(FormatError) -> AttachmentDeclaration.Position? {
        let keys = ["before", "after", "position"].filter { mapping.names.contains($0) }
        guard keys.count <= 1 else {
            throw FormatError(mapping.place, "\(mapping.keys.name) has at most one of before, after, position")
        }
        if let node = mapping["before"] { return .before(try name(node, kind: "attachment", among: attachments)) }
        if let node = mapping["after"] { return .after(try name(node, kind: "attachment", among: attachments)) }
        return try mapping.word("position").map { $0 == "first" ? .first : .last }
    }

    /// A number, a truth value, a list of values, or one of the typed forms.
    func value(_ node: SourceNode, depth: Int = 0) throws(FormatError) -> ValueLiteral {
        guard depth < 8 else { throw FormatError(node.place, "lists nest at most 8 deep") }
        if node.isList {
            let parts = try node.list().map { part throws(FormatError) in try value(part, depth: depth + 1) }
            return ValueLiteral(.list(parts), place: node.place)
        }
        guard node.isMapping else {
            switch try node.text("a value") {
            case "true": return ValueLiteral(.number(1), place: node.place)
            case "false": return ValueLiteral(.number(0), place: node.place)
            case let text:
                guard let number = SourceNode.number(text), number >= Int128(Int64.min), number <= Int128(UInt64.max)
                else { throw node.expected("a number, a list, or a mapping such as {ifindex: eth0@pod}") }
                return ValueLiteral(.number(number), place: node.place)
            }
        }
        let mapping = try MappingReader(node, .value)
        let form = try mapping.exactlyOne(of: KeySet.value.names)
        return ValueLiteral(try self.form(form, mapping), place: node.place)
    }

    private func form(_ name: String, _ mapping: MappingReader) throws(FormatError) -> ValueLiteral.Form {
        let node = try mapping.required(name)
        switch name {
        case "ifindex": return .ifindex(try device(node))
        case "mac":
            return try node.text().contains("@")
                ? .linkAddressOf(try device(node)) : .linkAddress(try node.linkAddress())
        case "address": return .bytes(try node.address().bytes)
        case "hex": return .bytes(try node.hexBytes())
        case "program": return .program(try node.text("a program's name"))
        case "u64": return .sized(Int128(try node.unsigned()), byteCount: 8, isNetworkOrder: false)
        default:
            let byteCount = name.hasSuffix("8") ? 1 : name.hasSuffix("16") ? 2 : 4
            let number = Int128(try mapping.integer(name) ?? 0)
            return .sized(number, byteCount: byteCount, isNetworkOrder: name.hasPrefix("be"))
        }
    }
}
