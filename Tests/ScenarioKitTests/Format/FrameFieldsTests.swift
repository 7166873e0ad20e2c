import PacketModel
import Testing

@testable import ScenarioKit

@Suite struct FrameFieldsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let notation: String
        let fields: [(String, String)]
        var testDescription: String { notation }

        static let all: [Case] = [
            .init(
                notation: "eth(02:..:01 > 02:..:02) / ipv4(10.0.0.1 > 10.0.0.2, ttl=3, df, id=7) / udp(1 > 2) / 'hi'",
                fields: [
                    ("length", "44"), ("eth.source", "02:00:00:00:00:01"), ("eth.type", "0x0800"), ("ipv4.ttl", "3"),
                    ("ipv4.df", "true"), ("ipv4.id", "7"), ("ipv4.checksum", "valid"), ("udp.destination", "2"),
                    ("udp.length", "10"), ("udp.checksum", "valid"), ("payload", "hi"),
                ]),
            .init(
                notation: "eth(02:..:01 > 02:..:02) / ipv4(10.0.0.1 > 10.0.0.2) / udp(1 > 2, checksum=5) / 'hi'",
                fields: [("udp.checksum", "wrong")]),
            .init(
                notation: "eth(02:..:01 > 02:..:02) / ipv4(10.0.0.1 > 10.0.0.2, checksum=5) / udp(1 > 2, checksum=0)",
                fields: [("udp.checksum", "none"), ("ipv4.checksum", "wrong"), ("payload", "")]),
            .init(
                notation: "eth(02:..:01 > 02:..:02) / ipv6(fd00::1 > fd00::2, hop=9) / udp(1 > 2) / raw(00ff)",
                fields: [("ipv6.hop_limit", "9"), ("udp.checksum", "valid"), ("payload", "0x00ff")]),
            .init(
                notation: "eth(02:..:01 > 02:..:02) / vlan(5) / arp(request 10.0.0.1 > 10.0.0.2)",
                fields: [("vlan.id", "5"), ("arp.operation", "request"), ("arp.target", "10.0.0.2")]),
            .init(
                notation:
                    "eth(02:..:01 > 02:..:02) / ipv4(10.0.0.1 > 10.0.0.2) / icmp(echo-request, id=4, seq=5) / 'x'",
                fields: [
                    ("icmp.type", "8"), ("icmp.id", "4"), ("icmp.sequence", "5"), ("icmp.checksum", "valid"),
                    ("payload", "x"),
                ]),
            .init(
                notation: "eth(02:..:01 > 02:..:02) / ipv4(10.0.0.1 > 10.0.0.2) / tcp(1 > 2, flags=SA, seq=9) / 'x'",
                fields: [("tcp.flags", "SA"), ("tcp.sequence", "9"), ("tcp.checksum", "valid"), ("payload", "x")]),
            .init(
                notation: "eth(02:..:01 > 02:..:02) / ipv4(10.0.0.1 > 10.0.0.2) / udp(1 > 2) / 'hi' / padding(16)",
                fields: [("length", "60"), ("payload", "hi"), ("udp.checksum", "valid")]),
        ]
    }

    @Test(arguments: Case.all)
    func fieldsAreReadByName(_ testCase: Case) throws {
        let fields = FrameFields(frame: try PacketNotation(testCase.notation).bytes)
        for (name, value) in testCase.fields { #expect(fields[name] == value, "\(name)") }
        for (name, _) in fields.fields { #expect(FrameFields.names.contains(name)) }
    }

    @Test func aPartialChecksumIsNotJudged() throws {
        let bytes = try PacketNotation(
            "eth(02:..:01 > 02:..:02) / ipv4(10.0.0.1 > 10.0.0.2) / udp(1 > 2, checksum=partial) / 'hi'"
        ).bytes
        #expect(FrameFields(frame: bytes, hasPartialChecksum: true)["udp.checksum"] == "partial")
    }

    /// Every cut of a frame gives fields, never a crash.
    @Test func cutFramesAreReadAsFarAsTheyGo() throws {
        for testCase in Case.all {
            let bytes = try PacketNotation(testCase.notation).bytes
            for count in 0..<bytes.count {
                #expect(FrameFields(frame: Array(bytes.prefix(count)))["length"] == "\(count)")
            }
        }
    }
}
