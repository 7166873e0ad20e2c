import PacketModel
import SimulationCore
import Testing

@Suite struct CaptureTests {
    static func sample() -> (bytes: [UInt8], records: [CaptureRecord]) {
        var writer = CaptureWriter()
        let first = writer.add(CaptureInterface(name: "nk0"))
        let second = writer.add(CaptureInterface(name: "eth0", comment: "the NIC"))
        let records = [
            CaptureRecord(interface: first, time: 1_234_567_890_123, bytes: [1, 2, 3]),
            CaptureRecord(
                interface: second, time: 5, direction: .outbound, bytes: [4, 5, 6, 7], length: 1500,
                comments: ["redirect", "é"]),
            CaptureRecord(interface: second, time: .max, direction: .inbound, bytes: []),
        ]
        for record in records { writer.add(record) }
        return (writer.bytes, records)
    }

    @Test func whatIsWrittenIsRead() throws {
        let (bytes, records) = Self.sample()
        let file = try CaptureFile(parsing: bytes)
        #expect(file.interfaces.map(\.name) == ["nk0", "eth0"])
        #expect(file.interfaces[1].comment == "the NIC")
        #expect(file.records == records)
    }

    /// A section header and an interface, byte by byte after the draft.
    @Test func bytesAreThoseOfTheFormat() {
        var writer = CaptureWriter(application: "")
        _ = writer.add(CaptureInterface(name: "lo"))
        #expect(
            PacketDescription.hexText(writer.bytes)
                == "0a0d0d0a" + "24000000" + "4d3c2b1a" + "01000000" + "ffffffffffffffff" + "04000000" + "00000000"
                + "24000000" + "01000000" + "28000000" + "01000000" + "00000000" + "02000200" + "6c6f0000" + "09000100"
                + "09000000" + "00000000" + "28000000")
    }

    static func big(_ values: UInt32...) -> [UInt8] {
        values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) } }
    }

    /// Big endian, microseconds by default, a simple packet, an unknown block.
    @Test func otherWritersFilesAreRead() throws {
        let section = Self.big(0x0A0D_0D0A, 28, 0x1A2B_3C4D, 0x0001_0000, 0xFFFF_FFFF, 0xFFFF_FFFF, 28)
        let interface = Self.big(1, 20, 0x0065_0000, 2, 20)
        let packet = Self.big(6, 36, 0, 0, 7, 3, 3, 0xAABB_CC00, 36)
        let simple = Self.big(3, 20, 5, 0x0102_0000, 20)
        let unknown = Self.big(99, 16, 7, 16)
        let file = try CaptureFile(parsing: section + interface + packet + unknown + simple)
        #expect(file.interfaces.map(\.linkType) == [101])
        #expect(file.records.map(\.time) == [7000, 0])
        #expect(file.records.map(\.bytes) == [[0xAA, 0xBB, 0xCC], [1, 2]])
        #expect(file.records.map(\.length) == [3, 5])
    }

    @Test func everyTruncationEndsWithAnError() throws {
        let (bytes, records) = Self.sample()
        var readable = 0
        for count in 0..<bytes.count {
            // Cut between two blocks, a file is a shorter one.
            if let file = try? CaptureFile(parsing: Array(bytes[0..<count])) {
                readable += 1
                #expect(file.records == Array(records.prefix(file.records.count)))
            }
        }
        #expect(readable == 5)
    }

    @Test func noMutationCrashes() {
        let (bytes, _) = Self.sample()
        var random = RandomStream(seed: 11, name: "capture")
        for _ in 0..<5000 {
            var copy = bytes
            for _ in 0..<3 {
                copy[Int.random(in: 0..<copy.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? CaptureFile(parsing: copy)
        }
    }

    static let refusals: [(String, [UInt8], CaptureError.Code, String)] = [
        ("nothing", [], .notCapture, "block at byte 0: no bytes, expected a section header"),
        (
            "a pcap file", [0xD4, 0xC3, 0xB2, 0xA1], .notCapture,
            "block at byte 0: type 0xa1b2c3d4, expected a section header"
        ),
        ("no magic", big(0x0A0D_0D0A, 28, 1), .notCapture, "block at byte 0: byte-order magic 0x1000000 is unknown"),
        (
            "an odd length", big(0x0A0D_0D0A, 29, 0x1A2B_3C4D), .blockLength,
            "block at byte 0: length 29, expected a multiple of 4 from 12 to 16777216"
        ),
        ("cut", big(0x0A0D_0D0A, 28, 0x1A2B_3C4D), .truncated, "block at byte 0: length 28, 12 bytes are left"),
        (
            "no interface",
            big(0x0A0D_0D0A, 28, 0x1A2B_3C4D, 0x0001_0000, 0, 0, 28) + big(6, 32, 0, 0, 0, 0, 0, 32), .interface,
            "block at byte 28: interface 0, 0 are described"
        ),
        (
            "a packet longer than its block",
            big(0x0A0D_0D0A, 28, 0x1A2B_3C4D, 0x0001_0000, 0, 0, 28) + big(1, 20, 0x0001_0000, 0, 20)
                + big(6, 32, 0, 0, 0, 0xFFFF_FFFF, 0, 32), .contents,
            "block at byte 48: 4294967295 bytes claimed, 0 are there"
        ),
    ]

    @Test(arguments: refusals) func refuses(title: String, bytes: [UInt8], code: CaptureError.Code, message: String) {
        do throws(CaptureError) {
            _ = try CaptureFile(parsing: bytes)
            Issue.record("accepted \(title)")
        } catch {
            #expect(error.code == code)
            #expect(error.description == message)
        }
    }
}
