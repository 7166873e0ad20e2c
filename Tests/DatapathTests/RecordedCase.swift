import Datapath
import Foundation
import KernelControl
import Trace

/// A sequence of requests that the simulated host and Linux were both given.
struct RecordedCase: Sendable, CustomStringConvertible {
    let name: String
    let run: @Sendable (any KernelControl) throws -> Void

    var description: String { name }

    /// The calls, with the simulated host's answers.
    func simulate() throws -> [RequestLog.Exchange] {
        let host = SimulatedHost()
        let log = RequestLog(host)
        try run(log)
        return log.exchanges
    }

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}

/// What Linux answered: exchanges by the name of their case.
struct Recording {
    /// The recording of all cases; reading it takes a while.
    static let linux612 = Result { try Recording("linux-6.12.json") }

    let kernel: String
    let cases: [String: [JSONValue]]

    init(_ name: String) throws {
        let file = RecordedCase.repository.appending(path: "Tests/DatapathTests/Recordings/\(name)")
        let document = try JSONValue(parsing: String(contentsOf: file, encoding: .utf8))
        guard case .object(let root) = document, case .string(let kernel) = root["kernel"],
            case .array(let list) = root["cases"]
        else { throw CocoaError(.fileReadCorruptFile) }
        self.kernel = kernel
        var cases: [String: [JSONValue]] = [:]
        for entry in list {
            guard case .object(let entry) = entry, case .string(let name) = entry["name"],
                case .array(let exchanges) = entry["exchanges"]
            else { throw CocoaError(.fileReadCorruptFile) }
            cases[name] = exchanges
        }
        self.cases = cases
    }
}

extension RequestLog.Exchange {
    /// As a recording has it.
    var json: JSONValue {
        var object = request
        object.set("answer", answer)
        object.set("error", text: error)
        return .object(object)
    }
}
