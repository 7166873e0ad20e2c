import KernelControl
import PacketModel
import Testing

@testable import LinuxBackend

/// Bodies of requests, against the structures of include/uapi/linux/rtnetlink.h, if_addr.h and neighbour.h.
@Suite struct LinkRequestTests {
    @Test(
        arguments: [
            (nil, [0, 0, 0, 0], [0, 0, 0, 0]),
            (true, [1, 0, 0, 0], [1, 0, 0, 0]),
            (false, [0, 0, 0, 0], [1, 0, 0, 0]),
        ] as [(Bool?, [UInt8], [UInt8])])
    func onlyAFlagThatIsMeantChanges(_ isUp: Bool?, _ flags: [UInt8], _ change: [UInt8]) {
        #expect(LinkRequest(index: 3, isUp: isUp).bytes == [0, 0, 0, 0, 3, 0, 0, 0] + flags + change)
    }

    @Test func anIndexBeyondThePositiveOnesGoesAsItIs() {
        #expect(LinkRequest(index: .max).bytes[4..<8] == [255, 255, 255, 255])
    }

    @Test func netkitAndItsPeerNestInTheInfo() throws {
        let peer = LinkRequest(name: "eth0", namespace: 9).bytes
        let request = LinkRequest(
            name: "nk0", kind: "netkit", netkit: NetkitAttributes(mode: 1, policy: -1, peerPolicy: 2, scrub: 0),
            peer: peer)
        let attributes = try AttributeReader(request.bytes.dropFirst(16))
        let info = try #require(try attributes.nested(18))
        #expect(info.text(1) == "netkit" && attributes.text(3) == "nk0")
        let data = try #require(try info.nested(2))
        #expect(data.number(5, as: UInt32.self) == 1 && data.number(3, as: Int32.self) == -1)
        #expect(data.number(4, as: Int32.self) == 2 && data.number(6, as: UInt32.self) == 0 && data.data(7) == nil)
        #expect(data.data(1).map { Array($0) } == peer)
        let inner = try AttributeReader(peer.dropFirst(16))
        #expect(inner.text(3) == "eth0" && inner.number(28, as: UInt32.self) == 9)
    }

    @Test func aMoveSaysTheIndexThere() throws {
        var move = LinkRequest(index: 2, name: "nic0")
        move.namespace = 7
        move.newIndex = 4
        let attributes = try AttributeReader(move.bytes.dropFirst(16))
        #expect(attributes.number(28, as: UInt32.self) == 7 && attributes.number(49, as: UInt32.self) == 4)
    }

    @Test func addressesAndNeighboursOfBothFamilies() throws {
        let four = RouteNetlink.address(
            NetworkPrefix(address: try NetworkAddress("10.0.0.1"), length: 24), index: 2)
        #expect(
            four == [2, 24, 0, 0, 2, 0, 0, 0, 8, 0, 2, 0, 10, 0, 0, 1, 8, 0, 1, 0, 10, 0, 0, 1])
        let six = RouteNetlink.address(NetworkPrefix(address: try NetworkAddress("fd00::1"), length: 64), index: 2)
        #expect(six.prefix(4) == [10, 64, 0, 0] && six.count == 8 + 20 + 20)
        let neighbour = RouteNetlink.neighbour(
            NeighbourInfo(
                address: try NetworkAddress("10.0.0.2"), device: "nic0",
                linkAddress: LinkAddress(bits: 0x0200_0000_0002),
                state: .permanent), index: 5)
        #expect(
            neighbour == [
                2, 0, 0, 0, 5, 0, 0, 0, 0x80, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 2, 10, 0, 2, 0, 2, 0, 0, 0, 0, 2, 0, 0,
            ])
    }

    @Test func routesHaveTheScopeThatIpGivesThem() throws {
        let link = RouteNetlink.route(
            NewRoute(destination: NetworkPrefix(address: .anyIPv4, length: 0), device: "eth0"), index: 2)
        #expect(link == [2, 0, 0, 0, 254, 4, 253, 1, 0, 0, 0, 0, 8, 0, 4, 0, 2, 0, 0, 0])
        let gateway = RouteNetlink.route(
            NewRoute(
                destination: NetworkPrefix(address: try NetworkAddress("10.1.0.0"), length: 16),
                gateway: try NetworkAddress("10.0.0.1"), source: try NetworkAddress("10.0.0.9")), index: nil)
        #expect(gateway[1] == 16 && gateway[6] == 0)
        let attributes = try AttributeReader(gateway.dropFirst(12))
        #expect(attributes.data(1)?.elementsEqual([10, 1, 0, 0]) == true && attributes.data(4) == nil)
        #expect(attributes.data(5)?.elementsEqual([10, 0, 0, 1]) == true)
        #expect(attributes.data(7)?.elementsEqual([10, 0, 0, 9]) == true)
        let other = RouteNetlink.route(
            NewRoute(
                destination: NetworkPrefix(address: try NetworkAddress("10.1.0.0"), length: 16),
                gateway: try NetworkAddress("fd00::1")), index: nil)
        #expect(try AttributeReader(other.dropFirst(12)).data(18)?.prefix(2).elementsEqual([10, 0]) == true)
    }
}
