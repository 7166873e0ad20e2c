public import Trace

/// The JSON schema of scenario files (draft 2020-12), for completion and checks in editors; made from the tables that
/// the reader goes by.
public enum ScenarioSchema {
    public static var document: JSONValue {
        var definitions = JSONObject()
        for set in KeySet.all { definitions.set(identifier(set.name), definition(of: set)) }
        var object = JSONObject()
        object.set("$schema", text: "https://json-schema.org/draft/2020-12/schema")
        object.set("title", text: "nksim scenario, version 1")
        object.set("$ref", text: "#/$defs/" + identifier(KeySet.scenario.name))
        object.set("$defs", .object(definitions))
        return .object(object)
    }

    private static func definition(of set: KeySet) -> JSONValue {
        var properties = JSONObject()
        for key in set.keys {
            guard case .object(var object) = schema(of: key.shape) else { continue }
            object.set("description", text: key.summary)
            properties.set(key.name, .object(object))
        }
        var object = JSONObject()
        object.set("type", text: "object")
        object.set("properties", .object(properties))
        let required = set.keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { object.set("required", .array(required)) }
        object.set("additionalProperties", flag: false)
        return .object(object)
    }

    private static func schema(of shape: ValueShape) -> JSONValue {
        var object = JSONObject()
        switch shape {
        // YAML reads an unquoted 5 or true as something else than text; the reader doesn't mind.
        case .text: object.set("type", .array([.string("string"), .string("number"), .string("boolean")]))
        case .integer(let range):
            object.set("type", text: "integer")
            object.set("minimum", number: range.lowerBound)
            object.set("maximum", number: range.upperBound)
        case .unsigned:
            object.set("type", text: "integer")
            object.set("minimum", number: 0)
        case .boolean: object.set("type", text: "boolean")
        case .word(let words): object.set("enum", .array(words.map { .string($0) }))
        case .device: setPattern(&object, "^[^@/:\\s]{1,15}@[^@/]+$")
        case .address: setPattern(&object, "^[0-9a-fA-F:.]+$")
        case .prefix: setPattern(&object, "^[0-9a-fA-F:.]+(/[0-9]{1,3})?$")
        case .socketAddress: setPattern(&object, "^([0-9.]+|\\[[0-9a-fA-F:.]+\\]):[0-9]+$")
        case .linkAddress: setPattern(&object, "^[0-9a-fA-F:.]+$")
        case .flow: setPattern(&object, "^\\S+:[0-9]+\\s*>\\s*\\S+:[0-9]+$")
        case .duration: setPattern(&object, "^[0-9]+(ns|us|ms|s)$")
        case .hex: object.set("type", .array([.string("string"), .string("integer")]))
        case .errno: setPattern(&object, "^E[A-Z0-9]+$")
        case .value:
            let scalars: [JSONValue] = ["integer", "boolean", "array"].map { type in
                var scalar = JSONObject()
                scalar.set("type", text: type)
                return .object(scalar)
            }
            object.set("anyOf", .array(scalars + [schema(of: .mapping(KeySet.value.name))]))
        case .mapping(let name): object.set("$ref", text: "#/$defs/" + identifier(name))
        case .open(let inner):
            object.set("type", text: "object")
            object.set("additionalProperties", schema(of: inner))
        case .list(let inner):
            object.set("type", text: "array")
            object.set("items", schema(of: inner))
        case .either(let shapes): object.set("anyOf", .array(shapes.map { schema(of: $0) }))
        }
        return .object(object)
    }

    private static func setPattern(_ object: inout JSONObject, _ pattern: String) {
        object.set("type", text: "string")
        object.set("pattern", text: pattern)
    }

    /// `a netkit pair` is called `netkit_pair`.
    private static func identifier(_ name: String) -> String {
        let words = name.split(separator: " ").drop { $0 == "a" || $0 == "an" }
        return words.joined(separator: "_").filter { $0 != "'" }.lowercased()
    }
}
