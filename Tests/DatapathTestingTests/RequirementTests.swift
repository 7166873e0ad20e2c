import Foundation
import Testing

/// Every requirement id that a test cites is explained on the documentation's page.
@Suite struct RequirementTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func ids(in text: String) -> Set<String> {
        let pattern = #/\b(?:MP|NK|OPTS|LINK|REDIR|TC|VER|LOAD)-[0-9]{2,3}\b/#
        return Set(text.matches(of: pattern).map { String($0.output) })
    }

    @Test func noIdDangles() throws {
        let page = Self.ids(
            in: try String(
                contentsOf: Self.root.appending(
                    path: "Sources/NetkitSimulator/NetkitSimulator.docc/Requirements.md"), encoding: .utf8))
        let tests = Self.root.appending(path: "Tests")
        let files = FileManager.default.enumerator(atPath: tests.path)?.compactMap { $0 as? String } ?? []
        var cited: Set<String> = []
        for file in files where file.hasSuffix(".swift") {
            cited.formUnion(Self.ids(in: try String(contentsOf: tests.appending(path: file), encoding: .utf8)))
        }
        #expect(cited.count > 50)
        #expect(cited.subtracting(page).sorted() == [])
    }
}
