import Foundation
import Testing

/// What Linux 6.12 answered to map commands: Recordings/maps-6.12.json, made by .ci/record-helpers.
struct MapRecordings: Decodable {
    struct Creation: Decodable, CustomTestStringConvertible {
        let type: UInt32
        let key: UInt32
        let value: UInt32
        let entries: UInt32
        let flags: UInt32
        let name: String?
        let answer: String

        var testDescription: String {
            "type \(type) key \(key) value \(value) entries \(entries) flags \(flags) \(name ?? "")"
        }
    }

    struct Step: Decodable {
        let `do`: String
        let key: String?
        let value: String?
        let flags: UInt64?
        let answer: String
    }

    struct Sequence: Decodable, CustomTestStringConvertible {
        let name: String
        let type: UInt32
        let key: UInt32
        let value: UInt32
        let entries: UInt32
        let flags: UInt32
        let steps: [Step]

        var testDescription: String { name }
    }

    let possibleCPUs: Int
    let creations: [Creation]
    let operations: [Sequence]

    private enum CodingKeys: String, CodingKey {
        case possibleCPUs = "possible_cpus"
        case creations
        case operations
    }

    static let all: MapRecordings = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        do {
            let data = try Data(contentsOf: folder.appending(path: "Recordings/maps-6.12.json"))
            return try JSONDecoder().decode(MapRecordings.self, from: data)
        } catch {
            preconditionFailure("Recordings/maps-6.12.json: \(error)")
        }
    }()
}

/// Bytes from pairs of hexadecimal digits, and back.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.map { UInt8($0 > 57 ? $0 - 87 : $0 - 48) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
