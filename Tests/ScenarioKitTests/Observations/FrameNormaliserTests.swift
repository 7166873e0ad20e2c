import KernelControl
import PacketModel
import Testing
import Trace

@testable import ScenarioKit

/// Frames worked out by hand: what stands in them before, and after.
@Suite struct FrameNormaliserTests {
    /// Two random addresses of devices: 0a:01:02:03:04:05 becomes fe:00:00:00:00:01, 0a:01:02:03:04:06 the second.
    private static let random = [
        LinkAddress(bits: 0x0A01_0203_0405), LinkAddress(bits: 0x0A01_0203_0406),
    ]

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var before: String
        var after: String
        var checksums: String
        var isPartial = false
        var testDescription: String { name }
    }

    // Ethernet from 02:…:01 to 02:…:02, in front of what follows.
    private static let ethernet4 = "020000000002 020000000001 0800 "
    private static let ethernet6 = "020000000002 020000000001 86dd "

    static let rows: [Row] = [
        // 4500+001d+1234+4000+4011+0a00+0001+0a00+0002 = eb65, complement 149a with id 1234.
        // With id 1 the sum is smaller by 1233: the checksum is larger by it, 26cd.
        Row(
            name: "an identification is an ordinal, and the header's checksum follows",
            before: ethernet4 + "4500001d 12344000 4011149a 0a000001 0a000002 00010002 00090000 78",
            after: ethernet4 + "4500001d 00014000 401126cd 0a000001 0a000002 00010002 00090000 78",
            checksums: "ipv4 valid, udp none"),
        // Wrong by one before, wrong by one afterwards.
        Row(
            name: "a wrong header checksum keeps its distance",
            before: ethernet4 + "4500001d 12344000 4011149b 0a000001 0a000002 00010002 00090000 78",
            after: ethernet4 + "4500001d 00014000 401126ce 0a000001 0a000002 00010002 00090000 78",
            checksums: "ipv4 wrong, udp none"),
        Row(
            name: "a packet that was moved from behind its type is found",
            before: "020000000002 020000000001 0000 00000000 00000000 0800 "
                + "4500001d 12344000 4011149a 0a000001 0a000002 00010002 00090000 78",
            after: "020000000002 020000000001 0000 00000000 00000000 0800 "
                + "4500001d 00014000 401126cd 0a000001 0a000002 00010002 00090000 78",
            checksums: "ipv4 valid, udp none"),
        Row(
            name: "without a right checksum it isn't one",
            before: "020000000002 020000000001 0000 4500001d 12344000 4011149b 0a000001 0a000002 00010002 00090000 78",
            after: "020000000002 020000000001 0000 4500001d 12344000 4011149b 0a000001 0a000002 00010002 00090000 78",
            checksums: ""),
        Row(
            name: "identification 0 stays 0",
            before: ethernet4 + "4500001d 00004000 401126ce 0a000001 0a000002 00010002 00090000 78",
            after: ethernet4 + "4500001d 00004000 401126ce 0a000001 0a000002 00010002 00090000 78",
            checksums: "ipv4 valid, udp none"),
        // Pseudo header 0a00+0001+0a00+0002+0011+0009 = 141d; 0001+0002+0009+7800 = 780c; both 8c29, complement 73d6.
        Row(
            name: "UDP's checksum is valid",
            before: ethernet4 + "4500001d 00004000 401126ce 0a000001 0a000002 00010002 000973d6 78",
            after: ethernet4 + "4500001d 00004000 401126ce 0a000001 0a000002 00010002 000973d6 78",
            checksums: "ipv4 valid, udp valid"),
        Row(
            name: "UDP's checksum is wrong",
            before: ethernet4 + "4500001d 00004000 401126ce 0a000001 0a000002 00010002 000973d7 78",
            after: ethernet4 + "4500001d 00004000 401126ce 0a000001 0a000002 00010002 000973d7 78",
            checksums: "ipv4 valid, udp wrong"),
        // Partial: the pseudo header's sum, 141d, and nothing of the datagram.
        Row(
            name: "UDP's checksum is left to a device",
            before: ethernet4 + "4500001d 12344000 4011149a 0a000001 0a000002 00010002 0009141d 78",
            after: ethernet4 + "4500001d 00014000 401126cd 0a000001 0a000002 00010002 0009141d 78",
            checksums: "ipv4 valid, udp partial", isPartial: true),
        Row(
            name: "a first fragment's transport checksum cannot be judged",
            before: ethernet4 + "4500001d 12342000 4011349a 0a000001 0a000002 00010002 000973d6 78",
            after: ethernet4 + "4500001d 00012000 401146cd 0a000001 0a000002 00010002 000973d6 78",
            checksums: "ipv4 valid, udp unknown"),
        Row(
            name: "a later fragment has no transport header",
            before: ethernet4 + "4500001d 12340001 40115499 0a000001 0a000002 00010002 000973d6 78",
            after: ethernet4 + "4500001d 00010001 401166cc 0a000001 0a000002 00010002 000973d6 78",
            checksums: "ipv4 valid"),
        // Time exceeded about the UDP datagram of the first row. Outer: 4500+0039+0007+0000+4001+0a00+0009+0a00+0001
        // = 994b, complement 66b4 with id 7; with id 1 66ba. ICMP over 0b00 0000 0000 0000 and the quotation: the quoted
        // header sums to ffff (a valid header), the UDP to 0001+0002+0009+7800 = 780c: 0b00+ffff+780c = 830c folded
        // (ffff is 0): complement 7cf3, and the same with any valid quoted header.
        Row(
            name: "a header that an ICMP error quotes is changed, too; both of its checksums hold",
            before: ethernet4 + "45000039 00070000 400166b4 0a000009 0a000001 0b007cf3 00000000"
                + "4500001d 12344000 4011149a 0a000001 0a000002 00010002 00090000 78",
            after: ethernet4 + "45000039 00010000 400166ba 0a000009 0a000001 0b007cf3 00000000"
                + "4500001d 00024000 401126cc 0a000001 0a000002 00010002 00090000 78",
            checksums: "ipv4 valid, icmp valid, quoted.ipv4 valid, quoted.udp none"),
        // The quoted header's checksum was changed on the way (wrong by one): the ICMP checksum goes by what stands there.
        Row(
            name: "an ICMP error that quotes a wrong header checksum stays valid",
            before: ethernet4 + "45000039 00070000 400166b4 0a000009 0a000001 0b007cf2 00000000"
                + "4500001d 12344000 4011149b 0a000001 0a000002 00010002 00090000 78",
            after: ethernet4 + "45000039 00010000 400166ba 0a000009 0a000001 0b007cf2 00000000"
                + "4500001d 00024000 401126cd 0a000001 0a000002 00010002 00090000 78",
            checksums: "ipv4 valid, icmp valid, quoted.ipv4 wrong, quoted.udp none"),
        // IP in IP: 4500+0031+0005+0000+4004+0a01+0001+0a01+0002 = 993f, complement 66c0; id 1: 66c4.
        Row(
            name: "IPv4 within IPv4",
            before: ethernet4 + "45000031 00050000 400466c0 0a010001 0a010002"
                + "4500001d 12344000 4011149a 0a000001 0a000002 00010002 00090000 78",
            after: ethernet4 + "45000031 00010000 400466c4 0a010001 0a010002"
                + "4500001d 00024000 401126cc 0a000001 0a000002 00010002 00090000 78",
            checksums: "ipv4 valid, inner.ipv4 valid, inner.udp none"),
        Row(
            name: "random addresses in Ethernet's header and in ARP",
            before: "ffffffffffff 0a0102030405 0806 0001 0800 0604 0001 0a0102030405 0a000001 0a0102030406 0a000002",
            after: "ffffffffffff fe0000000001 0806 0001 0800 0604 0001 fe0000000001 0a000001 fe0000000002 0a000002",
            checksums: ""),
        Row(
            name: "addresses that the scenario gives stay",
            before: "ffffffffffff 020000000001 0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002",
            after: "ffffffffffff 020000000001 0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002",
            checksums: ""),
        Row(
            name: "behind a VLAN tag",
            before:
                "0a0102030406 020000000001 8100 0005 0800 4500001c 12340000 40fe53ae 0a000001 0a000002 0000000000000000",
            after:
                "fe0000000002 020000000001 8100 0005 0800 4500001c 00010000 40fe65e1 0a000001 0a000002 0000000000000000",
            checksums: "ipv4 valid"),
        // A neighbour solicitation. Pseudo header: fd00+1 + fd00+2 + 0020 + 003a = fa60 folded (fd00+fd00 = 1fa00, fa01;
        // +3 +5a). Message: 8700 + target fd00+2 + 0101+0a01+0203+0405 = 8700+fd02 = 8403, +110a = 950d. Sum fa5e+950d =
        // 8f6c (carry), complement 7093. The address fe00+0000+0001 instead of 0a01+0203+0405 = 1009: sum + edf8.
        // 8f6c+edf8 = 7d65 (carry), complement 829a.
        Row(
            name: "an option of neighbour discovery, and ICMPv6's checksum follows",
            before: ethernet6 + "6000000000203aff" + "fd000000000000000000000000000001"
                + "fd000000000000000000000000000002"
                + "87007093 00000000 fd000000000000000000000000000002 01010a0102030405",
            after: ethernet6 + "6000000000203aff" + "fd000000000000000000000000000001"
                + "fd000000000000000000000000000002"
                + "8700829a 00000000 fd000000000000000000000000000002 0101fe0000000001",
            checksums: "icmpv6 valid"),
        Row(
            name: "a flow label is an ordinal; no checksum covers it",
            before: ethernet6 + "600abcde00003bff" + "fd000000000000000000000000000001"
                + "fd000000000000000000000000000002",
            after: ethernet6 + "6000000100003bff" + "fd000000000000000000000000000001"
                + "fd000000000000000000000000000002",
            checksums: ""),
        Row(
            name: "a header that doesn't fit is left alone",
            before: ethernet4 + "4f00001d 12344000 4011149a 0a000001 0a000002",
            after: ethernet4 + "4f00001d 12344000 4011149a 0a000001 0a000002", checksums: "ipv4 unknown"),
        Row(name: "half an Ethernet header", before: "0a0102030405", after: "0a0102030405", checksums: ""),
    ]

    @Test(arguments: rows)
    func framesAreNormalisedAsWorkedOut(_ row: Row) {
        var normaliser = FrameNormaliser(randomAddresses: Self.random)
        var frame = Self.frame(row.before, isPartial: row.isPartial)
        normaliser.normalise(&frame)
        #expect(hexText(frame.bytes) == Self.digits(row.after))
        let found = (frame.checksums ?? []).map { "\($0.header) \($0.state.rawValue)" }.joined(separator: ", ")
        #expect(found == row.checksums)
        #expect(frame.time == nil)
        // What the model's own reader says of a whole packet's checksums, before and after.
        if row.checksums.contains("udp valid") || row.checksums.contains("icmpv6 valid") {
            for bytes in [Self.frame(row.before).bytes, frame.bytes] {
                let fields = FrameFields(frame: bytes).fields.filter { $0.name.hasSuffix(".checksum") }
                #expect(fields.allSatisfy { $0.value == "valid" })
            }
        }
    }

    /// Equal numbers have one ordinal in all frames of a run, new ones the next.
    @Test func ordinalsLastAcrossFrames() {
        var normaliser = FrameNormaliser(randomAddresses: [])
        let found = ["1234", "9999", "1234", "0000", "0001"].map { identification in
            var frame = Self.frame(
                Self.ethernet4 + "4500001c \(identification)0000 40fe0000 0a000001 0a000002 0000000000000000")
            normaliser.normalise(&frame)
            return hexText(frame.bytes[18..<20])
        }
        #expect(found == ["0001", "0002", "0001", "0000", "0003"])
    }

    /// Cut anywhere or with any byte changed, a frame keeps its length.
    @Test func brokenFramesAreLeftWhole() {
        for row in Self.rows {
            let bytes = Self.frame(row.before).bytes
            for cut in bytes.indices {
                for change in [0, 0xFF, 0x45, 0x0F] as [UInt8] {
                    var broken = Self.frame(row.before)
                    broken.bytes[cut] ^= change
                    let cutShort = Observations.Frame(
                        CapturedFrame(
                            time: 0, direction: .incoming, bytes: Array(broken.bytes.prefix(cut)), length: bytes.count,
                            hasPartialChecksum: false), step: 1)
                    for var frame in [broken, cutShort] {
                        let length = frame.bytes.count
                        var normaliser = FrameNormaliser(randomAddresses: Self.random)
                        normaliser.normalise(&frame)
                        #expect(frame.bytes.count == length)
                    }
                }
            }
        }
    }

    private static func digits(_ text: String) -> String { text.filter { $0 != " " } }

    private static func frame(_ text: String, isPartial: Bool = false) -> Observations.Frame {
        let digits = Array(digits(text).utf8).map { UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 0) }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        return Observations.Frame(
            CapturedFrame(
                time: 5, direction: .incoming, bytes: bytes, length: bytes.count, hasPartialChecksum: isPartial),
            step: 1)
    }
}
