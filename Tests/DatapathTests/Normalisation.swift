import KernelControl
import PacketModel
import Trace

@testable import ScenarioKit

/// What legitimately differs between two kernels, as scenarios have it; everything else is compared to the last byte.
enum Normalisation {
    /// Each leaf of an exchange, by its path.
    static func fields(of exchange: JSONValue) -> [String: String] {
        var fields: [String: String] = [:]
        collect(exchange, "", into: &fields)
        return fields
    }

    private static func collect(_ value: JSONValue, _ path: String, into fields: inout [String: String]) {
        switch value {
        case .object(let object):
            for member in object.members { collect(member.value, path + "." + member.name, into: &fields) }
        case .array(let values):
            fields[path + ".count"] = "\(values.count)"
            for (index, value) in values.enumerated() { collect(value, path + "[\(index)]", into: &fields) }
        case .string(let text) where path.hasSuffix(".bytes"): fields[path] = normalised(text)
        default: fields[path] = value.text
        }
    }

    /// A frame without its random numbers, and what its checksums were.
    private static func normalised(_ hex: String) -> String {
        let bytes = stride(from: 0, to: hex.utf8.count, by: 2).compactMap { index -> UInt8? in
            let start = hex.index(hex.startIndex, offsetBy: index)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
        }
        var frame = Observations.Frame(
            CapturedFrame(
                time: 0, direction: .incoming, bytes: bytes, length: bytes.count, hasPartialChecksum: false), step: 0)
        var normaliser = FrameNormaliser(randomAddresses: [])
        normaliser.normalise(&frame)
        return hexText(frame.bytes) + " \(frame.checksums ?? [])"
    }
}
