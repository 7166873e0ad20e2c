/// Why an object file, a program of it or a value for one of its variables is refused.
///
/// The text is one line: where, what was found, what was expected. What nksim does not do yet starts with
/// `not modelled: `.
public struct ObjectFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Category: Hashable, Sendable {
        /// The bytes contradict the format.
        case malformed
        /// The bytes are sound, and ask for something that nksim does not do.
        case notModelled
        /// A name that the object does not have.
        case notFound
        /// A value that the named variable cannot hold.
        case invalidValue
    }

    /// The part of the object that the error is about.
    public enum Place: Hashable, Sendable, CustomStringConvertible {
        case object
        /// A section, and an offset into it in bytes.
        case section(String, offset: UInt64)
        case symbol(String)
        case map(String)
        case variable(String)
        /// A BTF type by number.
        case type(UInt32)
        /// A program or subprogram, and an instruction counted from its own start.
        case function(String, instruction: Int)
        case program(String)

        public var description: String {
            switch self {
            case .object: "object"
            case .section(let name, let offset): "section \(name)+0x\(String(offset, radix: 16))"
            case .symbol(let name): "symbol \(name)"
            case .map(let name): "map \(name)"
            case .variable(let name): "variable \(name)"
            case .type(let id): "BTF type [\(id)]"
            case .function(let name, let instruction): "function \(name), instruction \(instruction)"
            case .program(let name): "program \(name)"
            }
        }
    }

    public let category: Category
    public let place: Place
    /// What was found and what was expected, without the place.
    public let message: String

    public init(_ category: Category, at place: Place, _ message: String) {
        self.category = category
        self.place = place
        self.message = message
    }

    public var description: String {
        category == .notModelled ? "not modelled: \(message) (\(place))" : "\(place): \(message)"
    }
}

extension ObjectFileError {
    static func malformed(_ place: Place, _ message: String) -> Self { Self(.malformed, at: place, message) }
    static func notModelled(_ place: Place, _ message: String) -> Self { Self(.notModelled, at: place, message) }
}
