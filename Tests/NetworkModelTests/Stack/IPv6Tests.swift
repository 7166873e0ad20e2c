import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

@Suite struct IPv6Tests {
    @Test func `an address is refused while IPv6 is off, and nothing is sent when it is turned on`() throws {
        let fixture = try StackFixture()
        #expect(StackFixture.errno { try fixture.address("fd00::1/64", "v0", "a") } == .EACCES)
        try fixture.enableIPv6()
        #expect(StackFixture.errno { try fixture.address("fd00::1/64", "v0", "a") } == .EEXIST)
        fixture.environment.advance(10 * StackFixture.second)
        #expect(fixture.lines() == [])
    }

    /// Seen on 6.12.117: bpf_redirect_neigh at another device than the route's (ip6_route_output_flags, flow labels by
    /// __get_hash_from_flowi6).
    @Test func `who knows its source only prefers a device; flow labels ignore the direction of addresses`() throws {
        let fixture = try StackFixture()
        try fixture.enableIPv6()
        let stack = fixture.stack("a")
        let (own, other) = (try NetworkAddress("fd00::1"), try NetworkAddress("fd00::2"))
        let loopback = fixture.environment.device("lo", "a")
        let way = try stack.outputRoute6(to: other, source: own, device: loopback)
        #expect(way.route.device.name == "v0")
        #expect(throws: KernelErrno.ENETUNREACH) {
            try stack.outputRoute6(to: other, source: .anyIPv6, device: loopback)
        }
        let packet = need(stack.makePacket(headroom: 0, count: 40, room: 0))
        let label = stack.flowLabel(packet, own, other, 1, 2)
        #expect(fixture.stack("b").flowLabel(packet, other, own, 1, 2) == label)
        #expect(stack.flowLabel(packet, other, own, 2, 1) != label)
    }

    /// Recorded on 6.12.117 (addr_gen_mode 1, addresses nodad); besides these frames Linux sends multicast listener
    /// reports, which the model leaves out.
    @Test func `a neighbour is found, a refusal comes back`() throws {
        let fixture = try StackFixture()
        try fixture.enableIPv6()
        let socket = try fixture.socket("a", "::")
        socket.reportsErrors = true
        try socket.send([1, 2], to: NeighbourTests.address("fd00::2"))
        let eth = "eth(02:00:00:00:00:01 > 33:33:ff:00:00:02)"
        #expect(
            fixture.lines() == [
                "> \(eth) / ipv6(fd00::1 > ff02::1:ff00:2, hop=255)"
                    + " / icmpv6(neighbour-solicitation target=fd00::2 source-link=02:00:00:00:00:01)",
                "< eth(b > a) / ipv6(fd00::2 > fd00::1, hop=255)"
                    + " / icmpv6(neighbour-advertisement solicited override target=fd00::2 target-link=02:00:00:00:00:02)",
                "> eth(a > b) / ipv6(fd00::1 > fd00::2) / udp(4000 > 9, checksum=partial) / raw(0102)",
                "< eth(b > a) / ipv6(fd00::2 > fd00::1) / icmpv6(port-unreachable)"
                    + " / ipv6(fd00::1 > fd00::2) / udp(4000 > 9, checksum=partial) / raw(0102)",
            ])
        #expect(socket.takeError() == .ECONNREFUSED)
        // A probe has no packet to take a source from, and there is no link-local address: nothing can be asked.
        #expect(fixture.stack("b").neighbours.map(\.state) == [.delay])
        fixture.environment.advance(9 * StackFixture.second)
        #expect(fixture.lines() == [])
        #expect(fixture.stack("b").neighbours.map(\.state) == [.failed])
        #expect(fixture.environment.refusals.isEmpty)
    }

    /// Recorded on 6.12.117 with the same addresses.
    @Test func `forwarding, and what it says no to`() throws {
        let fixture = try StackFixture()
        try fixture.enableIPv6()
        var change = LinkChange()
        change.mtu = 1280
        try fixture.environment.network.changeLink("w0", in: "b", change)
        try fixture.address("fd01::1/64", "w0", "b")
        let stack = fixture.stack("a")
        try stack.addRoute(NewRoute(destination: NetworkPrefix("fd01::/16"), gateway: NetworkAddress("fd00::2")))
        let socket = try fixture.socket("a", "::")
        socket.reportsErrors = true
        func error(_ destination: String, _ size: Int) throws -> KernelErrno? {
            try socket.send([UInt8](repeating: 0, count: size), to: NeighbourTests.address(destination))
            return socket.takeError()
        }
        // ip6_forward drops in silence where forwarding is off.
        #expect(try error("fd01::9", 1) == nil)
        try fixture.stack("b").setSysctl("net.ipv6.conf.all.forwarding", to: "1")
        #expect(try error("fd01::9", 1400) == .EMSGSIZE)
        #expect(try error("fd01:1::9", 1) == .ENETUNREACH)
        // Without a link-local address the router cannot ask for another's packet (ndisc_send_ns).
        let sent = fixture.environment.device("w0", "b").statistics.transmittedPackets
        #expect(try error("fd01::9", 1) == nil)
        fixture.environment.advance(4 * StackFixture.second)
        #expect(socket.takeError() == .EHOSTUNREACH)
        #expect(fixture.environment.device("w0", "b").statistics.transmittedPackets == sent)
    }

    /// As recorded on 6.12.117: the label counts before the prefix, and of equals the newest.
    @Test(arguments: [
        ("fd00::2", "fd00::7"), ("2001:db8:9::1", "2001:db8::1"), ("9000::1", "2001:db8::1"), ("fd00::1", "fd00::1"),
        ("fe80::9", "fe80::1"),
    ])
    func `the source address for a destination`(destination: String, source: String) throws {
        let fixture = try StackFixture()
        try fixture.enableIPv6()
        for address in ["fd00::7/64", "2001:db8::1/64", "fe80::1/64"] { try fixture.address(address, "v0", "a") }
        let device = fixture.environment.device("v0", "a")
        let chosen = fixture.stack("a").selectAddress6(device, toward: try NetworkAddress(destination))
        #expect(chosen == (try NetworkAddress(source)))
    }

    /// `addrconf_join_anycast`, `addrconf_forward_change`.
    @Test(arguments: [false, true])
    func `a router has joined the routers' groups, and answers at its subnets' address`(isRouter: Bool) throws {
        let fixture = try StackFixture()
        try fixture.enableIPv6()
        let stack = fixture.stack("b")
        try stack.setSysctl("net.ipv6.conf.all.forwarding", to: isRouter ? "1" : "0")
        let device = fixture.environment.device("v1", "b")
        #expect(stack.hasJoined(try NetworkAddress("ff02::1"), on: device))
        #expect(stack.hasJoined(try NetworkAddress("ff02::2"), on: device) == isRouter)
        #expect(!stack.hasJoined(try NetworkAddress("ff02::1234"), on: device))
        #expect(stack.hasAnycast(try NetworkAddress("fd00::")) == isRouter)
    }

    @Test func `down loses the addresses`() throws {
        let fixture = try StackFixture()
        try fixture.enableIPv6()
        for isUp in [false, true] {
            var change = LinkChange()
            change.isUp = isUp
            try fixture.environment.network.changeLink("v0", in: "a", change)
        }
        let socket = try fixture.socket("a", "::")
        #expect(StackFixture.errno { try socket.send([1], to: NeighbourTests.address("fd00::2")) } == .ENETUNREACH)
    }

    @Test func `a ping socket`() throws {
        let fixture = try StackFixture()
        try fixture.enableIPv6()
        let socket = PingSocket(stack: fixture.stack("a"), isIPv6: true)
        try socket.send([128, 0, 0, 0, 0, 0, 0, 1, 0x61], to: NeighbourTests.address("fd00::2", 0))
        #expect(socket.receiveAll().map { Array($0.payload.suffix(5)) } == [[0, 1, 0, 1, 0x61]])
    }
}
