import PacketModel
import SimulationCore
import Testing

@Suite struct InternetChecksumTests {
    /// A word at a time, as RFC 1071 describes it.
    static func slowSum(_ bytes: [UInt8]) -> UInt16 {
        var total: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            total += UInt32(next) << 8 | UInt32(bytes[index])
            total = (total & 0xFFFF) + (total >> 16)
        }
        return UInt16(total)
    }

    @Test func everyLengthAgreesWithTheDefinition() {
        var random = RandomStream(seed: 7, name: "checksum")
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(InternetChecksum.fold(InternetChecksum.sum(bytes)) == ~Self.slowSum(bytes))
        }
        let ones = [UInt8](repeating: 0xFF, count: 1501)
        #expect(InternetChecksum.fold(InternetChecksum.sum(ones)) == ~Self.slowSum(ones))
    }

    /// RFC 1071's example: 00 01 f2 03 f4 f5 f6 f7 sums to ddf2.
    @Test func exampleOfTheRFC() {
        let sum = InternetChecksum.sum([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7])
        #expect(~InternetChecksum.fold(sum) == UInt16(0xDDF2).byteSwapped)
    }

    @Test func replacingAgreesWithComputingAgain() {
        var random = RandomStream(seed: 8, name: "replace")
        for _ in 0..<500 {
            var bytes = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
            let before = InternetChecksum.fold(InternetChecksum.sum(bytes))
            let old = bytes[4..<8].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let new = UInt32.random(in: 0 ... .max, using: &random)
            for index in 0..<4 { bytes[4 + index] = UInt8(truncatingIfNeeded: new >> UInt32(8 * index)) }
            let after = InternetChecksum.fold(InternetChecksum.sum(bytes))
            #expect(InternetChecksum.replace(before, old: old, new: new) == after)
            let difference = InternetChecksum.subtract(new, old)
            #expect(InternetChecksum.replace(before, difference: difference) == after)
            let half = UInt16(truncatingIfNeeded: new)
            bytes[4] = 1
            bytes[5] = 2
            let third = InternetChecksum.fold(InternetChecksum.sum(bytes))
            #expect(InternetChecksum.replace(after, old: half, new: 0x0201) == third)
        }
    }

    /// The sums were added by hand.
    @Test func pseudoHeaders() throws {
        let source = try NetworkAddress("10.0.0.1")
        let destination = try NetworkAddress("10.0.0.2")
        let sum = InternetChecksum.pseudoHeaderSum(source: source, destination: destination, protocol: 17, length: 8)
        // 0a00 + 0001 + 0a00 + 0002 + 0011 + 0008
        #expect(~InternetChecksum.fold(sum) == UInt16(0x141C).byteSwapped)
        let six = InternetChecksum.pseudoHeaderSum(
            source: try NetworkAddress("fd00::1"), destination: try NetworkAddress("fd00::ffff"), protocol: 58,
            length: 0x1234)
        // fd00 + 0001 + fd00 + ffff + 003a + 1234 = 30c6e, carries added: 0c71
        #expect(~InternetChecksum.fold(six) == UInt16(0x0C71).byteSwapped)
    }

    @Test func aPartialChecksumFollowsThePseudoHeaderOnly() throws {
        let arena = MemoryArena(capacity: 1 << 20)
        let packet = try #require(SocketBuffer(arena: arena, capacity: 64, number: PacketNumber(rawValue: 1)))
        packet.checksumState = .partial
        #expect(packet.transportChecksum(0x1234, replacing: 1, with: 2, inPseudoHeader: false) == 0x1234)
        // The field holds the sum itself, not its complement.
        #expect(packet.transportChecksum(0x1234, replacing: 1, with: 2, inPseudoHeader: true) == 0x1235)
        packet.checksumState = .none
        #expect(packet.transportChecksum(0x1234, replacing: 1, with: 2, inPseudoHeader: true) == 0x1233)
        packet.checksumState = .complete
        packet.checksum = 0x100
        _ = packet.transportChecksum(0x1234, replacing: 1, with: 2, inPseudoHeader: true)
        #expect(packet.checksum == 0xFF)
    }
}
