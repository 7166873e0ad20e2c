import Trace

/// Whether text is coloured: what was asked for, then what the environment says, then whether a terminal reads it.
public struct ColourRule: Sendable {
    /// `always` or `never`; anything else leaves it to the rest.
    public var choice: String
    /// NO_COLOR; any value that is not empty turns colour off.
    public var noColour: String?
    /// FORCE_COLOR; any value that is not empty turns it on.
    public var forceColour: String?
    public var isTerminal: Bool

    public init(choice: String, noColour: String?, forceColour: String?, isTerminal: Bool) {
        self.choice = choice
        self.noColour = noColour
        self.forceColour = forceColour
        self.isTerminal = isTerminal
    }

    public var isColoured: Bool {
        if choice == "always" { return true }
        if choice == "never" { return false }
        if let noColour, !noColour.isEmpty { return false }
        if let forceColour, !forceColour.isEmpty { return true }
        return isTerminal
    }
}

/// `nksim version`
public enum VersionReport {
    public static func output(version: String, format: OutputFormat) -> CommandOutput {
        var object = JSONObject()
        object.set("schema", .schema("nksim-version"))
        object.set("version", text: version)
        object.set("kernels", .array(Scenario.kernelProfiles.map { .string($0) }))
        let text =
            "nksim \(version), modelling Linux \(Scenario.kernelProfiles.joined(separator: ", "))\n"
        return CommandOutput(text: format.text(text, .object(object)), status: 0)
    }
}
