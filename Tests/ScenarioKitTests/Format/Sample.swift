import Foundation
import ScenarioKit

/// Files beside the tests.
enum Sample {
    static func text(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: folder.appending(components: "Samples", name), encoding: .utf8)
    }

    /// The smallest scenario, with `more` behind it.
    static func minimal(_ more: String = "", steps: String = "[]") -> String {
        "version: 1\nkernel: \"6.12\"\nhosts: [node]\nsteps: \(steps)\n\(more)"
    }

    /// The error that `yaml` gives; nil where it gives none.
    static func failure(_ yaml: String) -> FormatError? {
        do throws(FormatError) {
            _ = try Scenario(yaml: yaml, file: "s.yaml")
            return nil
        } catch {
            return error
        }
    }
}
