/// A place in a scenario file; line and column count from 1, columns in Unicode scalars.
public struct SourcePlace: Hashable, Sendable, CustomStringConvertible {
    public let file: String
    public let line: Int
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `scenario.yaml:3:5`
    public var description: String { "\(file):\(line):\(column)" }
}

/// What is wrong with a scenario file, and where.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
    public let place: SourcePlace
    /// What was found and what was expected; begins with `not modelled:` where nksim lacks what the file asks for.
    public let message: String

    public init(_ place: SourcePlace, _ message: String) {
        self.place = place
        self.message = message
    }

    /// `scenario.yaml:3:5: unknown key 'devcie' in a capture; did you mean 'device'?`
    public var description: String { "\(place): \(message)" }
}
