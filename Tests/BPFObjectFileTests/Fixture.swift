import BPFObjectFile
import Foundation

/// The compiled objects beside this file; `.ci/fixtures` builds them.
enum Fixture {
    static let all = ["globals", "maps", "subprograms", "sections", "refused", "legacy_maps", "types"]

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/\(name).bpf.o")))
    }

    static func object(_ name: String) throws -> ObjectFile {
        try ObjectFile(parsing: bytes(name), objectName: name)
    }
}
