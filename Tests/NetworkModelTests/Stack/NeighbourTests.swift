import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

@Suite struct NeighbourTests {
    static func address(_ text: String, _ port: UInt16 = 9) throws -> SocketAddress {
        SocketAddress(address: try NetworkAddress(text), port: port)
    }

    /// Recorded (netkit-datapath.md, 15): sends succeed; the sender hears EHOSTUNREACH about 3 s later.
    @Test func `three requests a second apart, then failure`() throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        socket.reportsErrors = true
        try socket.send([1], to: Self.address("10.0.0.77"))
        #expect(socket.sendMemory == 896)
        fixture.environment.advance(2 * StackFixture.second + 900_000_000)
        let request = "> eth(02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff) / arp(request 10.0.0.1 > 10.0.0.77)"
        #expect(fixture.lines() == [request, request, request])
        #expect(fixture.stack("a").neighbours.map(\.state) == [.incomplete])
        fixture.environment.advance(200_000_000)
        #expect(fixture.lines() == [])
        #expect(fixture.stack("a").neighbours.map(\.state) == [.failed])
        #expect(socket.sendMemory == 0)
        #expect(StackFixture.errno { try socket.send([1], to: Self.address("10.0.0.77")) } == .EHOSTUNREACH)
    }

    /// Recorded: of 200 sends of 1,400 bytes 108 are discarded, without a device counter.
    @Test func `the queue of an unresolved neighbour overflows by bytes`() throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        for _ in 0..<200 { try socket.send([UInt8](repeating: 0, count: 1400), to: Self.address("10.0.0.77")) }
        #expect(socket.sendMemory == 92 * 2304)
        #expect(fixture.environment.device("v0", "a").statistics.transmitDropped == 0)
    }

    /// Documentation/networking/ip-sysctl.rst: 8 is "do not reply for all local addresses".
    @Test func `with arp_ignore 8 nobody is told an address`() throws {
        let fixture = try StackFixture()
        let other = fixture.stack("b")
        try other.setSysctl("net.ipv4.conf.v1.arp_ignore", to: "8")
        #expect(try other.sysctl("net.ipv4.conf.v1.arp_ignore") == "8")
        let socket = try fixture.socket()
        try socket.send([1], to: Self.address("10.0.0.2"))
        #expect(fixture.lines().count == 1)
        #expect(other.neighbours.isEmpty)
        try other.setSysctl("net.ipv4.conf.v1.arp_ignore", to: "0")
        fixture.environment.advance(StackFixture.second)
        #expect(fixture.stack("a").neighbours.map(\.state) == [.reachable])
    }

    /// Seen on 6.12.117: a namespace that is not the first has net.ipv4.neigh.DEV, and no net.ipv4.neigh.default.
    @Test func `the queue's limit is the device's own`() throws {
        let fixture = try StackFixture()
        let stack = fixture.stack("a")
        #expect(
            StackFixture.errno { try stack.setSysctl("net.ipv4.neigh.default.unres_qlen_bytes", to: "3000") } == .ENOENT
        )
        #expect(
            StackFixture.errno { try stack.setSysctl("net.ipv4.neigh.nowhere.unres_qlen_bytes", to: "1") } == .ENOENT)
        #expect(StackFixture.errno { try stack.setSysctl("net.ipv4.neigh.v0.unres_qlen", to: "1016802") } == .EINVAL)
        let socket = try fixture.socket()
        for (name, value, parked) in [("unres_qlen_bytes", "3000", 3), ("unres_qlen", "2", 4)] {
            try stack.setSysctl("net.ipv4.neigh.v0." + name, to: value)
            for _ in 0..<5 { try socket.send([1], to: Self.address("10.0.0.77")) }
            #expect(socket.sendMemory == parked * 896)
        }
    }

    @Test func `parked packets leave in order when the answer comes`() throws {
        let fixture = try StackFixture()
        try fixture.up("v0", "a")
        var change = LinkChange()
        change.isUp = true
        let socket = try fixture.socket()
        // The other end does not hear: its stack knows no such address yet.
        for byte in 1...3 { try socket.send([UInt8(byte)], to: Self.address("10.0.0.5")) }
        _ = fixture.lines()
        try fixture.address("10.0.0.5/24", "v1", "b")
        fixture.environment.advance(StackFixture.second)
        #expect(
            fixture.lines().prefix(5) == [
                "> eth(02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff) / arp(request 10.0.0.1 > 10.0.0.5)",
                "< eth(b > a) / arp(reply 10.0.0.5 > 10.0.0.1)",
                "> eth(a > b) / ipv4(10.0.0.1 > 10.0.0.5, df) / udp(4000 > 9, checksum=partial) / raw(01)",
                "> eth(a > b) / ipv4(10.0.0.1 > 10.0.0.5, df) / udp(4000 > 9, checksum=partial) / raw(02)",
                "> eth(a > b) / ipv4(10.0.0.1 > 10.0.0.5, df) / udp(4000 > 9, checksum=partial) / raw(03)",
            ])
        #expect(fixture.stack("a").neighbours.map(\.state) == [.reachable])
        // The answerer has learned from the request, and used what it learned.
        #expect(fixture.stack("b").neighbours.map(\.state) == [.delay])
    }

    /// Recorded: the router, whose entry began stale, asked by unicast 5 s after its first use.
    @Test func `a stale entry that is used is asked after five seconds`() throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        try socket.send([1], to: Self.address("10.0.0.2"))
        _ = fixture.lines()
        fixture.environment.advance(5 * StackFixture.second + 100_000_000)
        #expect(
            fixture.lines() == [
                "< eth(b > a) / arp(request 10.0.0.2 > 10.0.0.1)", "> eth(a > b) / arp(reply 10.0.0.1 > 10.0.0.2)",
            ])
        #expect(fixture.stack("b").neighbours.map(\.state) == [.reachable])
        fixture.environment.advance(60 * StackFixture.second)
        #expect(fixture.stack("a").neighbours.map(\.state) == [.stale])
    }

    @Test func `the neighbours of an L3 netkit need no search`() throws {
        let fixture = try StackFixture()
        try fixture.environment.make(
            NewLink(
                kind: .netkit(NetkitAttributes()), name: "nk0", peer: PeerLink(name: "eth0", namespace: "far")),
            in: "a")
        try fixture.up("nk0", "a")
        try fixture.up("eth0", "far")
        try fixture.address("10.9.0.1/24", "nk0", "a")
        let tap = FrameTap()
        fixture.environment.device("nk0", "a").add(tap)
        try fixture.socket().send([7], to: Self.address("10.9.0.2"))
        #expect(
            StackFixture.withoutRandom(PacketDescription(tap.frames.first?.bytes ?? []).description)
                == "eth(00:00:00:00:00:00 > 00:00:00:00:00:00) / ipv4(10.9.0.1 > 10.9.0.2, df)"
                + " / udp(4000 > 9, checksum=partial) / raw(07)")
        // Headroom that is left of LL_RESERVED_SPACE, 16 bytes.
        #expect(tap.headrooms == [2])
    }

    @Test func `a device that goes down loses its neighbours`() throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        try socket.send([1], to: Self.address("10.0.0.77"))
        var change = LinkChange()
        change.isUp = false
        try fixture.environment.network.changeLink("v0", in: "a", change)
        #expect(fixture.stack("a").neighbours.isEmpty)
        #expect(socket.sendMemory == 0)
        #expect(StackFixture.errno { try socket.send([1], to: Self.address("10.0.0.77")) } == .ENETUNREACH)
        fixture.environment.advance(10 * StackFixture.second)
    }
}
