import PacketModel
import Trace

/// What legitimately differs between two kernels, by name; everything else is compared to the last byte.
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
        case .string(let text) where path.hasSuffix(".bytes"): fields[path] = withoutIdentification(text)
        default: fields[path] = value.text
        }
    }

    /// A frame with IPv4's identification taken out, which Linux draws at random at its start: zero, and what that does to
    /// the header's checksum; also where an ICMP error quotes a header.
    private static func withoutIdentification(_ hex: String) -> String {
        var bytes = stride(from: 0, to: hex.utf8.count, by: 2).compactMap { index -> UInt8? in
            let start = hex.index(hex.startIndex, offsetBy: index)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
        }
        guard bytes.count >= 34, bytes[12] == 0x08, bytes[13] == 0x00, bytes[14] >> 4 == 4 else { return hex }
        clearIdentification(&bytes, at: 14)
        // An ICMP error quotes the packet that it is about; its own checksum doesn't change, as the quoted header's sum
        // doesn't.
        let inner = 14 + Int(bytes[14] & 15) * 4 + 8
        if bytes[23] == 1, bytes.count >= inner + 20, [3, 11, 12].contains(bytes[inner - 8]), bytes[inner] >> 4 == 4 {
            clearIdentification(&bytes, at: inner)
        }
        return hexText(bytes)
    }

    private static func clearIdentification(_ bytes: inout [UInt8], at header: Int) {
        func word(_ at: Int) -> UInt32 { UInt32(bytes[header + at]) << 8 | UInt32(bytes[header + at + 1]) }
        // RFC 1624: HC' = ~(~HC + ~m + m').
        var sum = (~word(10) & 0xFFFF) + (~word(4) & 0xFFFF)
        sum = (sum & 0xFFFF) + sum >> 16
        sum = (sum & 0xFFFF) + sum >> 16
        let checksum = ~sum & 0xFFFF
        bytes.replaceSubrange(header + 4..<header + 6, with: [0, 0])
        bytes.replaceSubrange(header + 10..<header + 12, with: [UInt8(checksum >> 8), UInt8(checksum & 0xFF)])
    }
}
