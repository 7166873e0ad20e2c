import Foundation
import Testing
import Trace

@testable import ScenarioKit

@Suite struct ScenarioSchemaTests {
    /// The committed schema is the one that the reader's tables give.
    @Test func theCommittedSchemaIsCurrent() throws {
        let file = URL(fileURLWithPath: ScenarioCommandTests.scenarios).appending(path: "scenario.schema.json")
        try expectGolden(ScenarioSchema.document.prettyText, file: file)
    }

    /// Every reference inside the schema leads somewhere.
    @Test func noReferenceDangles() throws {
        guard case .object(let document) = ScenarioSchema.document, case .object(let definitions) = document["$defs"]
        else {
            Issue.record("no definitions")
            return
        }
        let names = Set(definitions.members.map(\.name))
        #expect(names.count == KeySet.all.count)
        for reference in Self.references(ScenarioSchema.document) {
            #expect(names.contains(String(reference.dropFirst("#/$defs/".count))), "\(reference)")
        }
    }

    private static func references(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let object):
            object.members.flatMap { member -> [String] in
                if member.name == "$ref", case .string(let text) = member.value { return [text] }
                return references(member.value)
            }
        case .array(let values): values.flatMap { references($0) }
        default: []
        }
    }
}
