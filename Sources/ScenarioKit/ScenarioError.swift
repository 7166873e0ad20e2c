import BPFObjectFile
import KernelControl

/// Why a scenario could not be carried out, and which line asked for it.
public struct ScenarioError: Error, Sendable, CustomStringConvertible {
    /// Whose fault it is, and with that whether anything was judged.
    public enum Kind: String, Sendable {
        /// The scenario or an object contradicts itself or cannot be read.
        case input
        /// nksim lacks what is asked for.
        case notModelled = "not_modelled"
        /// The kernel that was asked for cannot be had here, or the run was interrupted.
        case unavailable
        /// The kernel refused a request that had to succeed.
        case kernel
    }

    public let kind: Kind
    public let place: SourcePlace
    public let message: String

    public init(_ kind: Kind, _ place: SourcePlace, _ message: String) {
        self.kind = kind
        self.place = place
        self.message = message
    }

    init(_ error: FormatError) {
        self.init(error.message.hasPrefix("not modelled:") ? .notModelled : .input, error.place, error.message)
    }

    init(_ error: ObjectFileError, at place: SourcePlace, object: String) {
        self.init(error.category == .notModelled ? .notModelled : .input, place, "\(object): \(error)")
    }

    init(_ error: ControlError, at place: SourcePlace, request: String) {
        switch error {
        case .notModelled: self.init(.notModelled, place, "\(error) (\(request))")
        case .unavailable: self.init(.unavailable, place, "\(error) (\(request))")
        case .kernel: self.init(.kernel, place, "\(request): \(error)")
        }
    }

    public var description: String { "\(place): \(message)" }
}
