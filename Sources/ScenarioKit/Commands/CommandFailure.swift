import BPFObjectFile
import KernelControl
import Trace

/// Why a command about an object could not do its work.
public struct CommandFailure: Error, Sendable {
    public let kind: ScenarioError.Kind
    public let message: String
    /// The file.
    public let place: String

    public init(_ kind: ScenarioError.Kind, _ message: String, place: String) {
        self.kind = kind
        self.message = message
        self.place = place
    }

    init(_ error: LoadError, place: String) {
        switch error {
        case .object(let error):
            self.init(error.category == .notModelled ? .notModelled : .input, "\(error)", place: place)
        case .control(let request, let error):
            switch error {
            case .notModelled: self.init(.notModelled, "\(error) (\(request))", place: place)
            case .unavailable: self.init(.unavailable, "\(error) (\(request))", place: place)
            case .kernel: self.init(.kernel, "\(request): \(error)", place: place)
            }
        }
    }

    /// The kernel's refusal is status 1, everything else 2; text goes to standard error, JSON to standard output.
    func output(_ format: OutputFormat) -> CommandOutput {
        let status: Int32 = kind == .kernel ? 1 : 2
        if case .text = format {
            return CommandOutput(text: "", remarks: "\(place): \(message)\n", status: status)
        }
        var error = JSONObject()
        error.set("code", text: kind.rawValue)
        error.set("message", text: message)
        error.set("where", text: place)
        var document = JSONObject()
        document.set("error", .object(error))
        return CommandOutput(text: format.text("", .object(document)), status: status)
    }
}
