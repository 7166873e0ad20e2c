public import Trace

/// What a real kernel was seen to do with a scenario, as it lies beside the scenario in `kernel-6.12.json`.
///
/// It is normalised, so that recording again on another machine gives the same bytes.
public struct Recording: Hashable, Sendable {
    /// The kernel's release, major and minor: `6.12`.
    public var kernel: String
    /// ``ScenarioDigest`` of the scenario that was recorded.
    public var scenario: String
    /// The JSON form of normalised ``Observations``.
    public var observations: JSONValue

    public init(kernel: String, scenario: String, observations: JSONValue) {
        self.kernel = kernel
        self.scenario = scenario
        self.observations = observations
    }

    /// The recording's file beside a scenario.
    public static func fileName(kernel: String) -> String { "kernel-\(kernel).json" }

    private static let schema = JSONValue.schema("nksim-recording")

    /// Pretty JSON: a line for every value, frames as packet notation and as hex digits.
    public var text: String {
        var object = JSONObject()
        object.set("schema", Self.schema)
        object.set("kernel", text: kernel)
        object.set("scenario", text: scenario)
        object.set("observations", observations)
        return JSONValue.object(object).prettyText
    }

    /// Reads a recording back; `file` is how errors call it.
    public init(parsing text: String, file: String) throws(RecordingError) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: text)
        } catch {
            throw RecordingError("\(file):\(error)")
        }
        guard case .object(let object) = document else { throw RecordingError("\(file): expected an object") }
        func member(_ name: String, _ what: String) throws(RecordingError) -> String {
            guard case .string(let text) = object[name] else {
                throw RecordingError("\(file): \(name): expected \(what), found \(Self.word(object[name]))")
            }
            return text
        }
        guard object["schema"] == Self.schema else {
            throw RecordingError(
                "\(file): schema: expected \(Self.schema.text), found \(Self.word(object["schema"]))")
        }
        kernel = try member("kernel", "a kernel's release, such as \"6.12\"")
        scenario = try member("scenario", "the scenario's digest")
        guard let observations = object["observations"], case .object = observations else {
            throw RecordingError(
                "\(file): observations: expected an object, found \(Self.word(object["observations"]))")
        }
        self.observations = observations
    }

    private static func word(_ value: JSONValue?) -> String { value.map { String($0.text.prefix(80)) } ?? "nothing" }
}

/// Why a recording cannot be used, and where it is wrong.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// A number that changes with a scenario's file and objects, so that a recording of another version is noticed.
public enum ScenarioDigest {
    /// FNV-1a, 64 bits, over the files with their lengths in front; 16 hex digits.
    public static func text(_ files: [[UInt8]]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for file in files {
            for byte in littleEndianBytes(UInt64(file.count)) + file {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
