import Datapath
import Foundation
import KernelControl
import Trace

@testable import ScenarioKit

/// A sequence of requests that the simulated host and Linux were both given.
struct RecordedCase: Sendable, CustomStringConvertible {
    let name: String
    let run: @Sendable (any KernelControl, (any TraceSource)?) throws -> Void

    var description: String { name }

    /// The calls, with the simulated host's answers.
    func simulate() throws -> [RequestLog.Exchange] {
        let host = SimulatedHost()
        let log = RequestLog(host)
        try run(log, host.recorder.map { RecordedTrace($0) })
        return log.exchanges
    }

    /// A scenario of the repository, with its own program; it has to hold.
    static func scenario(_ name: String) -> Self {
        Self(name: name) { kernel, trace in
            let file = repository.appending(path: "Scenarios/\(name)/scenario.yaml").path
            var scenario = try ScenarioFiles.read(file)
            scenario.useEmulatedNICs()
            scenario.captureEverywhere()
            let runner = ScenarioRunner(
                scenario, objects: try ScenarioFiles.objects(of: scenario), kernel: kernel, trace: trace)
            if let error = runner.run().error { throw error }
        }
    }

    /// None with a hash map: the order of its keys is a matter of chance on Linux, and with it the requests that read it.
    static let scenarios = ["pod-egress-netkit", "pod-egress-veth", "pod-startup-drop"].map(scenario)

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}

extension Scenario {
    /// The NICs of the recording's machine, virtio without a header between two emulated cards, offload nothing: the stack
    /// completes checksums before the driver, and a capture sees it.
    fileprivate mutating func useEmulatedNICs() {
        for index in devices.indices {
            guard case .nic(var attributes, let end) = devices[index].kind else { continue }
            attributes.checksumOffload = false
            attributes.segmentationOffload = false
            devices[index].kind = .nic(attributes, end)
        }
    }

    /// A capture at every device, beside those that the scenario has.
    fileprivate mutating func captureEverywhere() {
        for device in devices {
            for end in device.ends {
                captures.append(
                    CaptureDeclaration(name: "all of \(end.device)", device: end.device, place: device.place))
            }
        }
    }
}

/// What Linux answered: exchanges by the name of their case.
struct Recording {
    /// The recording of all cases; reading it takes a while.
    static let linux612 = Result { try Recording("linux-6.12.json") }

    let kernel: String
    let cases: [String: [JSONValue]]

    init(_ name: String) throws {
        let file = RecordedCase.repository.appending(path: "Tests/DatapathTests/Recordings/\(name)")
        let document = try JSONDecoder().decode(ReadJSON.self, from: Data(contentsOf: file)).value
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

/// Reads JSON into ``JSONValue``; members come by name, as the reader doesn't keep their order.
struct ReadJSON: Decodable {
    let value: JSONValue

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null
        } else if let flag = try? container.decode(Bool.self) {
            value = .bool(flag)
        } else if let number = try? container.decode(Int64.self) {
            value = .integer(number)
        } else if let text = try? container.decode(String.self) {
            value = .string(text)
        } else if let list = try? container.decode([ReadJSON].self) {
            value = .array(list.map(\.value))
        } else {
            var object = JSONObject()
            for (name, member) in try container.decode([String: ReadJSON].self).sorted(by: { $0.key < $1.key }) {
                object.set(name, member.value)
            }
            value = .object(object)
        }
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
