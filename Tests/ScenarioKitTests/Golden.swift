import Foundation
import Testing

/// Compares text with a file beside the tests; with RECORD_GOLDEN set it writes the file and fails.
func expectGolden(
    _ text: String, file: URL, at location: SourceLocation = #_sourceLocation
) throws {
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        Issue.record("recorded \(file.lastPathComponent); run again without RECORD_GOLDEN", sourceLocation: location)
        return
    }
    let stored = (try? String(contentsOf: file, encoding: .utf8)) ?? "no such file"
    #expect(text == stored, "golden file \(file.lastPathComponent)", sourceLocation: location)
}

/// A golden file of this module's tests.
func golden(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden/" + name)
}
