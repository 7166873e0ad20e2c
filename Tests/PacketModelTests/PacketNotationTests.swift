import PacketModel
import SimulationCore
import Testing

@Suite struct PacketNotationTests {
    /// Text and bytes; the bytes were written down from the RFCs, the checksums added up apart from this code.
    static let packets: [(String, String)] = [
        ("raw(00 01 ff)", "0001ff"),
        ("fill(3, 0xaa) / 'a\\n\\'\\\\\\x00'", "aaaaaa610a275c00"),
        ("eth(02:..:01 > 02:..:02, type=0x1234)", "020000000002" + "020000000001" + "1234"),
        (
            "eth(02:..:01 > ff:ff:ff:ff:ff:ff) / vlan(5, priority=3) / 'x'",
            "ffffffffffff" + "020000000001" + "8100" + "600588b5" + "78"
        ),
        (
            "eth(02:..:01 > ff:ff:ff:ff:ff:ff) / arp(request 10.0.0.1 > 10.0.0.2) / padding(2)",
            "ffffffffffff" + "020000000001" + "0806" + "0001080006040001" + "0200000000010a000001"
                + "0000000000000a000002"
                + "0000"
        ),
        (
            "ipv4(10.0.0.1 > 10.0.0.2) / udp(1000 > 53) / 'h'",
            "4500001d00000000401166ce0a0000010a000002" + "03e8003500097fbc" + "68"
        ),
        (
            "ipv4(10.0.0.1 > 10.0.0.2, ttl=1 df id=7, proto=99, length=20, checksum=0xbeef)",
            "450000140007" + "4000" + "0163" + "beef" + "0a0000010a000002"
        ),
        ("icmp(echo-request id=1 seq=2) / 'ab'", "0800" + "969a" + "00010002" + "6162"),
        (
            "ipv4(10.0.0.1 > 10.0.0.2) / udp(1 > 2, checksum=partial)",
            "4500001c00000000401166cf0a0000010a000002" + "000100020008" + "141c"
        ),
        (
            "ipv6(fd00::1 > fd00::2, hop=255) / icmpv6(neighbour-solicitation target=fd00::2 source-link=02:..:01)",
            "6000000000203aff" + "fd000000000000000000000000000001" + "fd000000000000000000000000000002" + "8700"
                + "7e9b" + "00000000" + "fd000000000000000000000000000002" + "0101020000000001"
        ),
        (
            "tcp(1 > 2, flags=SA seq=1 ack=2 window=3 urgent=4 options=01010101 checksum=5)",
            "00010002" + "00000001" + "00000002" + "6012" + "0003" + "0005" + "0004" + "01010101"
        ),
        (
            "icmpv6(neighbour-advertisement router override target=::1)",
            "8800" + "d7fd" + "a0000000" + "00000000000000000000000000000001"
        ),
        ("icmp(fragmentation-needed mtu=1000)", "0304" + "f913" + "000003e8"),
    ]

    @Test(arguments: packets) func encodes(text: String, expected: String) throws {
        #expect(PacketDescription.hexText(try PacketNotation(text).bytes) == expected)
    }

    static let errors: [(String, String)] = [
        ("", "column 1: found the end, expected a layer such as eth(…)"),
        ("upd(1 > 2)", "column 1: unknown layer 'upd', did you mean 'udp'?"),
        ("quic(1 > 2)", "column 1: unknown layer 'quic'"),
        ("udp(1 > 2) / ", "column 14: found the end, expected a layer such as eth(…)"),
        ("udp(1 > 2) 'x'", "column 12: found ''', expected '/' or the end"),
        ("udp(1 > 2, chekcsum=1)", "column 12: unexpected 'chekcsum=' in udp(…), did you mean 'checksum='?"),
        ("udp(1 > 65536)", "column 9: '65536' is no number from 0 to 65535"),
        ("udp(1, 2)", "column 8: found '2', expected '>' and the destination"),
        ("udp(1 >)", "column 8: udp(…) lacks the destination behind '>', a port"),
        ("udp(1 > 2", "column 10: found the end, expected ')' of udp(…)"),
        ("ipv4(fd00::1 > 10.0.0.2)", "column 6: found 'fd00::1', expected an IPv4 address"),
        ("ipv4(10.0.0.1 > 10.0.0.2, ttl=x)", "column 31: 'x' is no number from 0 to 255"),
        ("ipv4(10.0.0.1 > 10.0.0.2, offset=9)", "column 34: an offset of 9 bytes, expected a multiple of 8"),
        ("icmp(echo-reqest)", "column 6: unknown message 'echo-reqest' in icmp(…), did you mean 'echo-request'?"),
        ("raw(123)", "column 5: '123' is not an even number of hex digits"),
        ("'abc", "column 1: the quote is not closed"),
        ("'\\q'", "column 3: unknown escape 'q', expected n, r, t, 0, ', \\ or xNN"),
        ("tcp(1 > 2, flags=SX)", "column 18: 'X' is no TCP flag, expected letters of FSRPAUEC"),
        ("eth(02:..:01 > é)", "column 16: 'é' is no MAC address: 1 groups, expected 6"),
        ("padding(2) / 'x'", "column 14: a layer behind padding(…)"),
        ("fill(65536)", "column 6: '65536' is no number from 0 to 65535"),
        ("fill(+1)", "column 6: '+1' is no number from 0 to 65535"),
    ]

    @Test(arguments: errors) func errorsNameColumnAndNearestWord(text: String, message: String) {
        do throws(PacketNotationError) {
            _ = try PacketNotation(text)
            Issue.record("accepted \(text)")
        } catch { #expect(error.description == message) }
    }

    /// Lines that come back as they were written.
    static let lines = [
        "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / ipv4(10.0.0.1 > 10.0.0.2, df, ttl=63) / udp(1000 > 53) / 'hello'",
        "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / arp(reply 10.0.0.2 > 10.0.0.1)",
        "eth(02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff) / arp(request 10.0.0.2 > 10.0.0.1) / padding(18)",
        "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / vlan(7, dei) / ipv6(fd00::1 > fd00::2) / tcp(1 > 2, flags=S, seq=5)",
        "eth(00:00:00:00:00:00 > 00:00:00:00:00:00) / ipv4(10.0.0.1 > 10.0.0.2) / icmp(port-unreachable)"
            + " / ipv4(10.0.0.2 > 10.0.0.1, length=128) / udp(5 > 6, length=108, checksum=0x1234)",
        "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / ipv4(10.0.0.1 > 10.0.0.2, mf) / udp(1 > 2, checksum=0x0000) / fill(24)",
        "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / ipv4(10.0.0.1 > 10.0.0.2, offset=24, proto=17) / raw(00ff)",
        "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / ipv4(10.0.0.1 > 10.0.0.2) / udp(1 > 2, checksum=partial) / 'x'",
        "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / ipv6(fd00::1 > fd00::2) / icmpv6(packet-too-big mtu=1280)"
            + " / ipv6(fd00::2 > fd00::1) / udp(1 > 2)",
        "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / ipv4(10.0.0.1 > 10.0.0.2) / ipv4(1.1.1.1 > 2.2.2.2) / udp(1 > 2)",
    ]

    @Test(arguments: lines) func describesAsWritten(line: String) throws {
        let bytes = try PacketNotation(line).bytes
        #expect(PacketDescription(bytes).description == line)
    }

    @Test(arguments: lines) func everyTruncationAndMutationReadsBackTheSame(line: String) throws {
        let bytes = try PacketNotation(line).bytes
        for count in 1..<bytes.count {
            let part = Array(bytes[0..<count])
            #expect(try PacketNotation(PacketDescription(part).description).bytes == part)
            let inner = Array(bytes[count...])
            #expect(try PacketNotation(PacketDescription(inner, startingAt: .ip).description).bytes == inner)
        }
        var random = RandomStream(seed: 3, name: "mutation")
        for _ in 0..<300 {
            var copy = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                copy[Int.random(in: 0..<copy.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let text = PacketDescription(copy).description
            #expect(try PacketNotation(text).bytes == copy, "\(text)")
        }
    }

    @Test func nestingWithoutEndIsPayload() throws {
        let header = try PacketNotation("ipv4(1.1.1.1 > 2.2.2.2, proto=4)").bytes
        let bytes = (0..<3000).flatMap { _ in header }
        #expect(PacketDescription(bytes, startingAt: .ip).layers.count < 30)
    }

    @Test func longPayloadsMayBeGivenByLength() throws {
        let packet = try PacketNotation("udp(1 > 2) / 'a long text'")
        #expect(PacketDescription(packet.layers).text(payloadLimit: 4) == "udp(1 > 2) / 11 bytes")
    }
}

extension PacketDescription {
    static func hexText(_ bytes: [UInt8]) -> String {
        bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
