import BPFInstructionSet
import BPFVerifier
import Foundation
import LinuxABI
import Testing

/// What Linux 6.12 answered to the programs of `.ci/verifier-cases` (`.ci/record-verifier` asks it again).
struct KernelRecording: Decodable {
    let kernel: String
    let cases: [Case]

    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let requirements: [String]
        /// Instructions, hexadecimal.
        let code: String
        let maps: [Map]
        let licence: String
        let functions: [Function]
        let lines: [Line]
        let strict: Bool
        /// `OK` or an errno's name.
        let answer: String
        /// At level 2, with statistics.
        let log: String
        /// At level 1.
        let failingPath: String

        var testDescription: String { "\(name) [\(requirements.joined(separator: " "))]" }
    }

    final class Map: Decodable, Sendable {
        let type: UInt32
        let key: UInt32
        let value: UInt32
        let entries: UInt32
        let flags: UInt32?
        let name: String?
        let contents: String?
        let inner: Map?
    }

    struct Function: Decodable {
        let start: Int
        let name: String
        let isGlobal: Bool
        let parameters: [String]
    }

    struct Line: Decodable {
        let instruction: Int
        let file: String
        let text: String
        let line: Int
        let column: Int
    }

    /// Programs by requirement.
    static let kernel612 = recording("kernel-6.12.json")
    /// Programs drawn at random.
    static let random612 = recording("random-6.12.json")

    private static func recording(_ name: String) -> KernelRecording {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recordings/\(name)")
        do {
            return try JSONDecoder().decode(KernelRecording.self, from: Data(contentsOf: file))
        } catch {
            preconditionFailure("\(file.path): \(error)")
        }
    }
}

extension KernelRecording.Case {
    var program: ProgramToVerify {
        let bytes = Self.bytes(code)
        return ProgramToVerify(
            name: "t",
            instructions: stride(from: 0, to: bytes.count, by: 8).map { Instruction(littleEndian: bytes, at: $0) },
            maps: maps.enumerated().map { $1.descriptor(id: UInt32($0 + 1)) },
            functions: functions.map { function in
                FunctionRecord(
                    startInstruction: function.start, name: function.name, isGlobal: function.isGlobal,
                    parameters: function.parameters.map {
                        switch $0 {
                        case "int": .scalar
                        case "ctx": .context
                        case "mem8": .memory(size: 8, mayBeNull: true)
                        default: .unsupported($0)
                        }
                    })
            },
            lines: lines.map {
                SourceLine(instruction: $0.instruction, file: $0.file, text: $0.text, line: $0.line, column: $0.column)
            },
            isGPLCompatible: licence == "GPL", requiresStrictAlignment: strict, possibleCPUs: 2)
    }

    /// The log without what differs between any two boots: addresses of maps.
    static func normalised(_ log: String) -> String {
        log.replacing(/(\(18\) r\d+ = )map\[[^\]]*\](?:\[0\])?(?:\+\d+)? */) { "\($0.1)MAP " }
    }

    static func bytes(_ hexadecimal: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = hexadecimal[...]
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}

extension KernelRecording.Map {
    func descriptor(id: UInt32) -> MapDescriptor {
        MapDescriptor(
            name: name ?? "", id: id, type: MapType(rawValue: type), keySize: key, valueSize: value,
            maxEntries: entries,
            flags: MapFlags(rawValue: flags ?? 0), inner: inner.map { .init($0.descriptor(id: 0)) },
            readOnlyContents: contents.map(KernelRecording.Case.bytes))
    }
}
