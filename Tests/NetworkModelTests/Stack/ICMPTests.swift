import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

/// Recorded on 6.12.117 with the fixture's topology: what a's v0 saw, and the error that the sender's socket
/// (IP_RECVERR) had afterwards.
@Suite struct ICMPTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let title: String
        let destination: String
        var size = 4
        var ttl = "64"
        let seen: [String]
        let error: KernelErrno?
        var testDescription: String { title }
    }

    static let cases = [
        Case(
            title: "no socket at the port", destination: "10.0.0.2",
            seen: [
                "> eth(a > b) / ipv4(10.0.0.1 > 10.0.0.2, df) / udp(4000 > 9, checksum=partial) / 'xxxx'",
                "< eth(b > a) / ipv4(10.0.0.2 > 10.0.0.1, tos=192) / icmp(port-unreachable)"
                    + " / ipv4(10.0.0.1 > 10.0.0.2, df) / udp(4000 > 9, checksum=partial) / 'xxxx'",
            ], error: .ECONNREFUSED),
        Case(
            title: "the router has no route", destination: "10.1.9.9",
            seen: [
                "> eth(a > b) / ipv4(10.0.0.1 > 10.1.9.9, df) / udp(4000 > 9, checksum=partial) / 'xxxx'",
                "< eth(b > a) / ipv4(10.0.0.2 > 10.0.0.1, tos=192) / icmp(net-unreachable)"
                    + " / ipv4(10.0.0.1 > 10.1.9.9, df) / udp(4000 > 9, checksum=partial) / 'xxxx'",
            ], error: .ENETUNREACH),
        Case(
            title: "the time to live ends", destination: "10.1.0.9", ttl: "1",
            seen: [
                "> eth(a > b) / ipv4(10.0.0.1 > 10.1.0.9, df, ttl=1) / udp(4000 > 9, checksum=partial) / 'xxxx'",
                "< eth(b > a) / ipv4(10.0.0.2 > 10.0.0.1, tos=192) / icmp(time-exceeded)"
                    + " / ipv4(10.0.0.1 > 10.1.0.9, df, ttl=1) / udp(4000 > 9, checksum=partial) / 'xxxx'",
            ], error: .EHOSTUNREACH),
        Case(
            title: "too big for the next link: 576 bytes answer", destination: "10.1.0.9", size: 1200,
            seen: [
                "> eth(a > b) / ipv4(10.0.0.1 > 10.1.0.9, df) / udp(4000 > 9, checksum=partial) / 1200 bytes",
                "< eth(b > a) / ipv4(10.0.0.2 > 10.0.0.1, tos=192) / icmp(fragmentation-needed mtu=1000)"
                    + " / ipv4(10.0.0.1 > 10.1.0.9, df, length=1228) / udp(4000 > 9, length=1208, checksum=0x18d4)"
                    + " / fill(520, 0x78)",
            ], error: .EMSGSIZE),
    ]

    @Test(arguments: cases) func `errors come back and reach the socket`(_ test: Case) throws {
        let fixture = try StackFixture()
        try fixture.stack("a").addNeighbour(
            NeighbourInfo(
                address: NetworkAddress("10.0.0.2"), device: "v0", linkAddress: LinkAddress("02:..:02"),
                state: .permanent))
        try fixture.stack("b").addNeighbour(
            NeighbourInfo(
                address: NetworkAddress("10.0.0.1"), device: "v1", linkAddress: LinkAddress("02:..:01"),
                state: .permanent))
        try fixture.stack("a").setSysctl("net.ipv4.ip_default_ttl", to: test.ttl)
        let socket = try fixture.socket()
        socket.reportsErrors = true
        try socket.send(
            [UInt8](repeating: 0x78, count: test.size),
            to: SocketAddress(address: NetworkAddress(test.destination), port: 9))
        #expect(fixture.lines() == test.seen)
        #expect(socket.takeError() == test.error)
        #expect(fixture.environment.refusals.isEmpty)
        #expect(socket.sendMemory == 0)
    }

    /// Recorded: the second send, with IP_PMTUDISC_DO, is EMSGSIZE at once.
    @Test func `a path MTU is remembered`() throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        let destination = SocketAddress(address: try NetworkAddress("10.1.0.9"), port: 9)
        try socket.send([UInt8](repeating: 1, count: 1200), to: destination)
        socket.discoversMTU = true
        #expect(
            StackFixture.errno { try socket.send([UInt8](repeating: 1, count: 1200), to: destination) } == .EMSGSIZE)
        #expect(StackFixture.errno { try socket.send([UInt8](repeating: 1, count: 972), to: destination) } == nil)
        fixture.environment.advance(601 * StackFixture.second)
        #expect(StackFixture.errno { try socket.send([UInt8](repeating: 1, count: 1200), to: destination) } == nil)
    }

    /// Recorded: ARP first, DF in the request, none in the reply; the reply's message as recvfrom(2) gave it.
    @Test func `a ping socket`() throws {
        let fixture = try StackFixture()
        let socket = PingSocket(stack: fixture.stack("a"), isIPv6: false)
        let destination = SocketAddress(address: try NetworkAddress("10.0.0.2"), port: 0)
        try socket.send([8, 0, 0, 0, 0, 0, 0, 1] + Array("abc".utf8), to: destination)
        #expect(
            fixture.lines() == [
                "> eth(02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff) / arp(request 10.0.0.1 > 10.0.0.2)",
                "< eth(b > a) / arp(reply 10.0.0.2 > 10.0.0.1)",
                "> eth(a > b) / ipv4(10.0.0.1 > 10.0.0.2, df) / icmp(echo-request id=1 seq=1) / 'abc'",
                "< eth(b > a) / ipv4(10.0.0.2 > 10.0.0.1) / icmp(echo-reply id=1 seq=1) / 'abc'",
            ])
        let received = socket.receiveAll()
        #expect(received.map(\.payload) == [[0, 0, 0x3B, 0x9B, 0, 1, 0, 1, 0x61, 0x62, 0x63]])
        #expect(received.first?.source?.address.description == "10.0.0.2")
        for bad: [UInt8] in [[8, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1], [8, 1, 0, 0, 0, 0, 0, 1]] {
            #expect(StackFixture.errno { try socket.send(bad, to: destination) } == .EINVAL)
        }
    }

    /// Seen on 6.12.117: no EADDRINUSE (INET_PROTOSW_REUSE); the newest socket gets the reply, one of an address only its.
    @Test func `ping sockets share an identifier`() throws {
        let fixture = try StackFixture()
        let destination = SocketAddress(address: try NetworkAddress("10.0.0.2"), port: 0)
        let sockets = [0, 1, 2].map { _ in PingSocket(stack: fixture.stack("a"), isIPv6: false) }
        for (socket, address) in zip(sockets, ["0.0.0.0", "0.0.0.0", "10.0.0.1"]) {
            try socket.bind(to: SocketAddress(address: NetworkAddress(address), port: 7))
        }
        try sockets[0].send([8, 0, 0, 0, 0, 0, 0, 1], to: destination)
        #expect(sockets.map { $0.receiveAll().count } == [0, 0, 1])
        sockets[2].close()
        try sockets[0].send([8, 0, 0, 0, 0, 0, 0, 2], to: destination)
        #expect(sockets.map { $0.receiveAll().count } == [0, 1, 0])
    }

    /// icmp_ratelimit 1000 ms with six saved up (`inet_peer_xrlim_allow`).
    @Test func `errors to one host are limited to six, then one a second`() throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        let destination = SocketAddress(address: try NetworkAddress("10.0.0.2"), port: 9)
        func errors(_ count: Int) throws -> Int {
            for _ in 0..<count { try socket.send([1], to: destination) }
            return fixture.lines().count { $0.contains("unreachable") }
        }
        #expect(try errors(10) == 6)
        fixture.environment.advance(StackFixture.second)
        #expect(try errors(3) == 1)
    }

    @Test func `a host that does not forward says nothing`() throws {
        let fixture = try StackFixture(forwards: false)
        let socket = try fixture.socket()
        try socket.send([1], to: SocketAddress(address: NetworkAddress("10.1.0.9"), port: 9))
        #expect(fixture.lines().count == 3)
    }
}
