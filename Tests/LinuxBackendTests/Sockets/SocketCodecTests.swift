import KernelControl
import PacketModel
import Testing

@testable import LinuxBackend

/// Socket addresses and what recvmsg(2) gives beside the bytes.
@Suite struct SocketCodecTests {
    @Test func internetAddressesHaveTheKernelsLayout() throws {
        let four = SocketAddress(address: try NetworkAddress("10.0.1.2"), port: 4000)
        #expect(SocketAddressBytes.internet(four) == [2, 0, 0x0F, 0xA0, 10, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0])
        let six = SocketAddress(address: try NetworkAddress("fd00::1"), port: 53)
        let bytes = SocketAddressBytes.internet(six)
        #expect(bytes.count == 28 && bytes.prefix(4) == [10, 0, 0, 53] && bytes[8] == 0xFD && bytes[23] == 1)
        for address in [four, six] {
            #expect(SocketAddressBytes.internet(SocketAddressBytes.internet(address)[...]) == address)
        }
    }

    @Test(arguments: [
        [], [2], [2, 0, 1], [2, 0, 0, 53, 10, 0, 1], [1, 0, 0, 0, 0, 0, 0, 0], [10, 0, 0, 53, 0, 0, 0, 0, 1],
    ])
    func otherAndShortAddressesAreNone(_ bytes: [UInt8]) {
        #expect(SocketAddressBytes.internet(bytes[...]) == nil)
    }

    @Test func packetAddressesNameProtocolAndDevice() {
        let bytes = SocketAddressBytes.packet(etherType: 3, index: 7)
        #expect(bytes.count == 20 && bytes.prefix(8) == [17, 0, 0, 3, 7, 0, 0, 0])
        #expect(SocketAddressBytes.packetType([17, 0, 0, 3, 7, 0, 0, 0, 1, 0, 4, 6]) == 4)
        #expect(SocketAddressBytes.packetType([17, 0]) == nil)
    }

    /// A `struct cmsghdr` with its data, padded.
    private static func control(_ level: Int32, _ type: Int32, _ data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(native: 16 + data.count)
        bytes.append(native: level)
        bytes.append(native: type)
        bytes += data
        bytes.pad(to: 8)
        return bytes
    }

    @Test func controlMessagesAreFoundByLevelAndType() {
        var time: [UInt8] = []
        time.append(native: Int64(3))
        time.append(native: Int64(5))
        var auxiliary: [UInt8] = []
        for word in [UInt32(9), 60, 60] { auxiliary.append(native: word) }
        for half in [UInt16(14), 14, 0, 0] { auxiliary.append(native: half) }
        let messages = ControlMessages((Self.control(1, 35, time) + Self.control(263, 8, auxiliary))[...])
        #expect(messages.time == 3_000_000_005)
        #expect(messages.auxiliary?.hasPartialChecksum == true && messages.auxiliary?.length == 60)
        #expect(messages[1, 36] == nil)
    }

    @Test func cutOffControlMessagesAreLeftOut() {
        let whole = Self.control(263, 8, [UInt8](repeating: 8, count: 20))
        for length in 0..<36 { #expect(ControlMessages(whole[..<length]).messages.isEmpty) }
        #expect(ControlMessages(whole[..<36]).messages.count == 1)
        #expect(ControlMessages([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 35, 0, 0, 0]).messages.isEmpty)
        #expect(ControlMessages([255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 35, 0, 0, 0]).messages.isEmpty)
        #expect(PacketAuxiliary([1, 2, 3]) == nil)
    }

    @Test(
        arguments: [
            (0, [1, 2]), (1 << 4, [0x81, 0, 0, 5, 1, 2]), (1 << 4 | 1 << 6, [0x88, 0xA8, 0, 5, 1, 2]),
        ] as [(UInt32, [UInt8])])
    func aTagKeptBesideTheFrameIsPutBack(_ status: UInt32, _ tail: [UInt8]) throws {
        var bytes: [UInt8] = []
        for word in [status, 0, 0, 0] { bytes.append(native: word) }
        for half in [UInt16(5), 0x88A8] { bytes.append(native: half) }
        let addresses = [UInt8](repeating: 2, count: 12)
        #expect(try #require(PacketAuxiliary(bytes)).withTag(addresses + [1, 2]) == addresses + tail)
    }
}
