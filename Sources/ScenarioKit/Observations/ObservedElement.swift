import Trace

/// One thing among observations that can differ as a whole: a step's outcome, a run, a frame, a device's counters …
struct ObservedElement {
    /// Such as `captures.wire.frames[2]`, `counters.eth0@pod`, `maps.program/packets.entries[00000000]`.
    var path: String
    var step: Int?
    /// `DEVICE@NAMESPACE`, its own or that of what it belongs to.
    var device: String?
    /// Its values in order; what JSON nests within it has dotted names.
    var fields: [(name: String, value: JSONValue)] = []

    /// Every element of observations in their JSON form, of whatever shape that is.
    static func elements(of observations: JSONValue) -> [ObservedElement] {
        var elements: [ObservedElement] = []
        collect(observations, ObservedElement(path: ""), into: &elements)
        return elements
    }

    /// Lists whose members are known by what they are about rather than by their place.
    private static let keys: [String: [String]] = [
        "captures": ["name"], "counters": ["device"], "chains": ["device", "hook"],
        "neighbours": ["device", "address"], "sockets": ["name"],
        "maps": ["object", "name"], "entries": ["key"], "softnet": ["cpu"],
    ]

    private static func collect(_ value: JSONValue, _ start: ObservedElement, into elements: inout [ObservedElement]) {
        var element = start
        var lists: [(name: String, members: [JSONValue])] = []
        func add(_ value: JSONValue, _ name: String) {
            switch value {
            case .object(let object):
                for member in object.members {
                    add(member.value, name.isEmpty ? member.name : "\(name).\(member.name)")
                }
            case .array(let members) where members.contains(where: \.isObject): lists.append((name, members))
            case .array(let members) where members.isEmpty && start.path.isEmpty: break
            default: element.fields.append((name, value))
            }
        }
        add(value, "")
        if case .object(let object) = value {
            if case .integer(let step) = object["step"] { element.step = Int(exactly: step) }
            if case .string(let device) = object["device"] { element.device = device }
        }
        if !element.fields.isEmpty { elements.append(element) }
        for (name, members) in lists {
            var seen: [String: Int] = [:]
            for (index, member) in members.enumerated() {
                let path = element.path.isEmpty ? name : "\(element.path).\(name)"
                var inner = ObservedElement(path: "\(path)[\(index)]", step: element.step, device: element.device)
                if let key = identity(of: member, in: name) {
                    seen[key, default: 0] += 1
                    let ordinal = seen[key] == 1 ? "" : "#\(seen[key] ?? 1)"
                    inner.path = name == "entries" ? "\(path)[\(key)]\(ordinal)" : "\(path).\(key)\(ordinal)"
                }
                collect(member, inner, into: &elements)
            }
        }
    }

    private static func identity(of member: JSONValue, in list: String) -> String? {
        guard let names = keys[list], case .object(let object) = member else { return nil }
        let parts = names.compactMap { object[$0]?.plainText }
        return parts.count == names.count ? parts.joined(separator: list == "chains" ? " " : "/") : nil
    }

    /// The element in one line, for where the other side has none.
    var summary: String {
        if let packet = fields.first(where: { $0.name == "packet" }) { return packet.value.plainText }
        return fields.filter { $0.name != "step" && $0.name != "returned" }.map { "\($0.name) \($0.value.plainText)" }
            .joined(separator: ", ")
    }
}

extension JSONValue {
    /// A text without quotes, anything else as JSON.
    var plainText: String {
        if case .string(let text) = self { return text }
        return text
    }

    fileprivate var isObject: Bool {
        if case .object = self { return true }
        return false
    }
}
