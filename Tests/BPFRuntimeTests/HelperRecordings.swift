import BPFInstructionSet
import Foundation
import KernelControl
import LinuxABI
import Testing

/// What Linux 6.12 answered to hand-assembled programs: Recordings/helpers-6.12.json, made by .ci/record-helpers.
struct HelperRecordings: Decodable {
    struct Map: Decodable {
        let type: UInt32
        let key: UInt32
        let value: UInt32
        let entries: UInt32
        let flags: UInt32
        let content: [[String]]
    }

    /// A program of a program array; no code for the probe's own.
    struct Target: Decodable {
        let map: Int
        let index: UInt32
        let code: String?
    }

    struct Run: Decodable {
        /// One of ``HelperRecordings/packets``, or ``data``.
        let packet: String?
        let data: String?
        let context: String?
        let `repeat`: UInt32?
        let value: UInt32?
        let out: String?
        let contextOut: String?
        let errno: String?
        let trace: String?
        let after: [String]?

        private enum CodingKeys: String, CodingKey {
            case packet, data, context, `repeat`, value, out, errno, trace, after
            case contextOut = "context_out"
        }
    }

    struct Reference: Decodable {
        let map: Int
        let key: String

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            map = try values.decode(Int.self)
            key = try values.decode(String.self)
        }
    }

    struct Probe: Decodable, CustomTestStringConvertible {
        let name: String
        let code: String
        let tag: String
        let maps: [Map]?
        let programs: [Target]?
        let after: [Reference]?
        let runs: [Run]

        var testDescription: String { name }
    }

    let packets: [String: String]
    let probes: [Probe]

    static let all: HelperRecordings = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        do {
            let data = try Data(contentsOf: folder.appending(path: "Recordings/helpers-6.12.json"))
            return try JSONDecoder().decode(HelperRecordings.self, from: data)
        } catch {
            preconditionFailure("Recordings/helpers-6.12.json: \(error)")
        }
    }()
}

/// Instructions from their bytes; map references, written as indices, become descriptors.
func instructions(_ code: String, maps: [Descriptor] = []) -> [Instruction] {
    let bytes = bytes(code)
    return stride(from: 0, to: bytes.count, by: 8).map { offset in
        var instruction = Instruction(littleEndian: bytes, at: offset)
        if instruction.opcode == 0x18, instruction.source == 1 || instruction.source == 2 {
            instruction.immediate = maps[Int(instruction.immediate)].rawValue
        }
        return instruction
    }
}
