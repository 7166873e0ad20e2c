import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import LinuxBackend

/// rtnetlink's messages: what is written has the shapes of the kernel's headers, and what is read may be anything.
@Suite struct NetlinkCodecTests {
    @Test func attributesArePaddedToFourBytes() {
        var writer = AttributeWriter()
        writer.append(3, text: "eth0")
        writer.append(4, word: 1500)
        writer.nest(18) { $0.append(1, [7]) }
        #expect(
            writer.bytes == [
                9, 0, 3, 0, 0x65, 0x74, 0x68, 0x30, 0, 0, 0, 0, 8, 0, 4, 0, 0xDC, 5, 0, 0, 12, 0, 18, 0, 5, 0, 1, 0, 7,
                0, 0, 0,
            ])
    }

    @Test func attributesAreReadBack() throws {
        var writer = AttributeWriter()
        writer.append(3, text: "nk0")
        writer.append(4, word: 65535)
        writer.nest(18) { info in info.nest(0x8002) { $0.append(5, word: 1) } }
        let reader = try AttributeReader(writer.bytes[...])
        #expect(reader.text(3) == "nk0")
        #expect(reader.number(4, as: UInt32.self) == 65535)
        #expect(reader.number(3, as: UInt64.self) == nil)
        #expect(try reader.nested(18)?.nested(2)?.number(5, as: UInt32.self) == 1)
        #expect(reader.data(99) == nil)
    }

    @Test(arguments: [
        [3, 0, 1, 0],
        [0, 0, 1, 0],
        [9, 0, 1, 0, 1, 2, 3, 4],
        [255, 255, 1, 0],
        [8, 0, 1, 0, 1, 2, 3, 4, 5],
        [4, 0, 1],
    ])
    func hostileAttributesAreAFault(_ bytes: [UInt8]) {
        #expect(throws: NetlinkFault.self) { try AttributeReader(bytes[...]) }
    }

    @Test func messagesAreReadBack() throws {
        let first = NetlinkMessage(type: 16, flags: 2, sequence: 7, body: [1, 2, 3])
        let second = NetlinkMessage(type: 3, flags: 2, sequence: 7, body: [0, 0, 0, 0])
        #expect(first.bytes.prefix(16) == [19, 0, 0, 0, 16, 0, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0])
        #expect(try NetlinkMessage.messages(in: first.bytes + [0] + second.bytes) == [first, second])
    }

    @Test func everyCutOffAnswerIsAFault() throws {
        let whole = NetlinkMessage(type: 2, flags: 0, sequence: 1, body: [UInt8](repeating: 0, count: 20)).bytes
        for length in 1..<whole.count {
            #expect(throws: NetlinkFault.self) { try NetlinkMessage.messages(in: Array(whole[..<length])) }
        }
        #expect(throws: NetlinkFault.self) { try NetlinkMessage.messages(in: [15, 0, 0, 0] + whole.dropFirst(4)) }
        #expect(throws: NetlinkFault.self) {
            try NetlinkMessage.messages(in: [255, 255, 255, 255] + whole.dropFirst(4))
        }
    }

    /// An NLMSG_ERROR: the code, the request's header, its body unless capped, attributes.
    private static func error(
        _ code: Int32, flags: UInt16, requestBody: Int = 0, attributes: [UInt8] = []
    ) -> NetlinkMessage {
        var body: [UInt8] = []
        body.append(native: code)
        body.append(native: UInt32(16 + requestBody))
        body += [UInt8](repeating: 0, count: 12)
        if flags & NetlinkMessage.Flag.capped == 0 { body += [UInt8](repeating: 0, count: requestBody) }
        return NetlinkMessage(type: NetlinkMessage.error, flags: flags, sequence: 1, body: body + attributes)
    }

    private static let text: [UInt8] = {
        var writer = AttributeWriter()
        writer.append(1, text: "mtu less than device minimum")
        return writer.bytes
    }()

    @Test func acknowledgementsCarryTheKernelsText() throws {
        #expect(try Self.error(0, flags: 0x100).acknowledgement() == nil)
        let plain = try Self.error(-17, flags: 0x100, requestBody: 40).acknowledgement()
        #expect(plain == KernelFailure(.EEXIST, ""))
        for flags: UInt16 in [0x300, 0x200] {
            let refused = Self.error(-22, flags: flags, requestBody: 40, attributes: Self.text)
            #expect(try refused.acknowledgement() == KernelFailure(.EINVAL, "mtu less than device minimum"))
        }
        let done = NetlinkMessage(type: NetlinkMessage.done, flags: 0x202, sequence: 1, body: [0xEA, 255, 255, 255])
        #expect(try done.acknowledgement() == KernelFailure(.EINVAL))
        #expect(try NetlinkMessage(type: 3, flags: 0, sequence: 1, body: []).acknowledgement() == nil)
    }

    @Test(arguments: [
        NetlinkMessage(type: 2, flags: 0, sequence: 1, body: [1, 2]),
        NetlinkMessage(type: 2, flags: 0x300, sequence: 1, body: [0xEA, 255, 255, 255]),
        NetlinkMessage(
            type: 2, flags: 0x200, sequence: 1, body: [0xEA, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]),
        NetlinkMessage(type: 2, flags: 0, sequence: 1, body: [22, 0, 0, 0]),
        NetlinkMessage(type: 2, flags: 0, sequence: 1, body: [0, 0, 0, 128]),
        Self.error(-22, flags: 0x300, attributes: [200, 0, 1, 0]),
    ])
    func hostileAcknowledgementsAreAFault(_ message: NetlinkMessage) {
        #expect(throws: NetlinkFault.self) { try message.acknowledgement() }
    }

    @Test func everyCutOffLinkIsReadOrAFault() {
        var attributes = AttributeWriter()
        attributes.append(3, text: "nk0")
        attributes.append(4, word: 1500)
        attributes.append(1, [2, 0, 0, 0, 0, 1])
        attributes.nest(18) { info in
            info.append(1, text: "netkit")
            info.nest(2) { data in
                data.append(2, [1])
                data.append(5, word: 1)
            }
        }
        let body = RouteNetlink.interface(index: 5, flags: 1) + attributes.bytes
        for length in 0...body.count {
            let message = NetlinkMessage(type: 16, flags: 0, sequence: 1, body: Array(body[..<length]))
            let link = try? LinkAnswer(message)
            #expect((link == nil) == (length < 36) || length < body.count)
        }
        let whole = try? LinkAnswer(NetlinkMessage(type: 16, flags: 0, sequence: 1, body: body)).info
        #expect(whole?.index == 5 && whole?.name == "nk0" && whole?.mtu == 1500 && whole?.flags == 1)
        #expect(whole?.address == LinkAddress(bits: 0x0200_0000_0001))
        #expect(whole?.isNetkitPrimary == true && whole?.netkit?.mode == 1 && whole?.netkit?.policy == nil)
    }

    @Test func neighboursWithoutADeviceOrOfNoUseAreLeftOut() throws {
        func message(state: UInt16, family: UInt8 = 2, bytes: [UInt8] = [10, 0, 0, 1]) -> NetlinkMessage {
            var attributes = AttributeWriter()
            attributes.append(1, bytes)
            attributes.append(2, [2, 0, 0, 0, 0, 9])
            return NetlinkMessage(
                type: 28, flags: 0, sequence: 1,
                body: RouteNetlink.neighbour(family: family, index: 3, state: state) + attributes.bytes)
        }
        let name: (UInt32) -> String? = { $0 == 3 ? "nic0" : nil }
        let found = try NeighbourInfo(message(state: 2), nameOfDevice: name)
        #expect(found?.device == "nic0" && found?.state == .reachable && found?.linkAddress?.bits == 0x0200_0000_0009)
        #expect(try NeighbourInfo(message(state: 0x40), nameOfDevice: name) == nil)
        #expect(try NeighbourInfo(message(state: 3), nameOfDevice: name) == nil)
        #expect(try NeighbourInfo(message(state: 2, bytes: [1, 2]), nameOfDevice: name) == nil)
        #expect(try NeighbourInfo(message(state: 2), nameOfDevice: { _ in nil }) == nil)
        #expect(throws: NetlinkFault.self) {
            try NeighbourInfo(NetlinkMessage(type: 28, flags: 0, sequence: 1, body: [2, 0]), nameOfDevice: name)
        }
    }

    @Test func statisticsTakeWhatIsThere() {
        var bytes: [UInt8] = []
        for counter in UInt64(1)...25 { bytes.append(native: counter) }
        let all = LinkStatistics(bytes[...])
        #expect(all.receivedPackets == 1 && all.transmittedPackets == 2 && all.receivedBytes == 3)
        #expect(all.transmittedBytes == 4 && all.receiveErrors == 5 && all.receiveDropped == 7)
        #expect(all.transmitDropped == 8 && all.receiveNoHandler == 24 && all.otherHostDropped == 25)
        #expect(LinkStatistics(bytes[..<190]).receiveNoHandler == 0)
    }
}
