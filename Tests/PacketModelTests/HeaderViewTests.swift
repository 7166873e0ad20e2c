import PacketModel
import Testing

@Suite struct HeaderViewTests {
    /// Whether a view of `type` exists over these bytes.
    func accepts<Header: HeaderView>(_ type: Header.Type, _ bytes: [UInt8]) -> Bool {
        var copy = bytes
        return unsafe copy.withUnsafeMutableBytes { unsafe Header($0) != nil }
    }

    static let ipv4: [UInt8] = [
        0x46, 0, 0, 24, 0, 1, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1,
    ]

    @Test func everyTruncationIsRefused() {
        for count in 0..<Self.ipv4.count { #expect(!accepts(IPv4Header.self, Array(Self.ipv4[0..<count]))) }
        #expect(accepts(IPv4Header.self, Self.ipv4))
        for count in 0..<14 { #expect(!accepts(EthernetHeader.self, [UInt8](repeating: 0, count: count))) }
        for count in 0..<40 { #expect(!accepts(IPv6Header.self, [UInt8](repeating: 0x60, count: count))) }
        #expect(accepts(IPv6Header.self, [UInt8](repeating: 0x60, count: 40)))
        for count in 0..<8 { #expect(!accepts(UDPHeader.self, [UInt8](repeating: 0, count: count))) }
    }

    static let malformed: [(Int, UInt8)] = [(0, 0x44), (0, 0x56), (0, 0x4F), (0, 0x40)]

    @Test(arguments: malformed) func malformedLengthsAreRefused(offset: Int, value: UInt8) {
        var bytes = Self.ipv4
        bytes[offset] = value
        #expect(!accepts(IPv4Header.self, bytes))
    }

    @Test func fieldsAreReadAndWritten() throws {
        var bytes = Self.ipv4
        try unsafe bytes.withUnsafeMutableBytes { buffer in
            let header = try #require(unsafe IPv4Header(buffer))
            #expect(header.headerLength == 24)
            #expect(header.totalLength == 24)
            #expect(header.hasDontFragment && !header.isFragment)
            #expect(header.destination.description == "10.0.0.2")
            header.fillChecksum()
            #expect(header.hasValidChecksum)
            header.decrementTimeToLive()
            #expect(header.timeToLive == 63)
            #expect(header.hasValidChecksum)
        }
        var frame = [UInt8](repeating: 0, count: 42)
        try unsafe frame.withUnsafeMutableBytes { buffer in
            let ethernet = try #require(unsafe EthernetHeader(buffer))
            ethernet.destination = .broadcast
            ethernet.source = try LinkAddress("02:..:01")
            ethernet.type = 0x0806
        }
        #expect(frame[0..<14] == [255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 8, 6])
    }

    @Test func neighbourOptionsWithoutLengthEndTheSearch() throws {
        var bytes = [UInt8](repeating: 0, count: 24) + [14, 1, 0, 0, 0, 0, 0, 0] + [1, 1, 2, 0, 0, 0, 0, 9]
        try unsafe bytes.withUnsafeMutableBytes { buffer in
            let message = try #require(unsafe NeighbourMessage(buffer))
            #expect(message.linkAddress(option: 1, count: 40)?.description == "02:00:00:00:00:09")
            #expect(message.linkAddress(option: 1, count: 39) == nil)
            #expect(message.linkAddress(option: 2, count: 40) == nil)
            unsafe buffer[25] = 0
            #expect(message.linkAddress(option: 1, count: 40) == nil)
        }
    }
}
