import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

@Suite struct UDPSocketTests {
    /// Recorded with SIOCOUTQ on 6.12.117: payload size, and what the unsent packet counts for.
    static let trueSizes: [(Int, Int)] = [
        (0, 896), (1, 896), (64, 896), (246, 896), (300, 1280), (400, 1280), (616, 1280), (617, 1280), (700, 2304),
        (1000, 2304), (1400, 2304), (1472, 2304),
    ]

    @Test(arguments: trueSizes) func `what a datagram counts for`(size: Int, trueSize: Int) throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        try socket.send([UInt8](repeating: 0, count: size), to: NeighbourTests.address("10.0.0.77"))
        #expect(socket.sendMemory == trueSize)
    }

    /// Recorded (but for EAFNOSUPPORT).
    static let failures: [(String, UInt16, KernelErrno?)] = [
        ("10.0.0.255", 9, .EACCES), ("192.168.1.1", 9, .ENETUNREACH), ("10.0.0.9", 0, .EINVAL), ("0.0.0.0", 9, nil),
        ("127.0.0.1", 9, nil), ("fd00::1", 9, .EAFNOSUPPORT),
    ]

    @Test(arguments: failures) func `send's errors`(address: String, port: UInt16, errno: KernelErrno?) throws {
        let fixture = try StackFixture()
        defer { withExtendedLifetime(fixture) {} }
        let socket = try fixture.socket()
        #expect(StackFixture.errno { try socket.send([1], to: NeighbourTests.address(address, port)) } == errno)
    }

    /// Recorded: the second send of a socket with IP_RECVERR is refused, a plain one hears nothing.
    @Test(arguments: [true, false]) func `a refused datagram on loopback`(reportsErrors: Bool) throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        socket.reportsErrors = reportsErrors
        let destination = try NeighbourTests.address("127.0.0.1")
        try socket.send([1], to: destination)
        #expect(
            StackFixture.errno { try socket.send([1], to: destination) } == (reportsErrors ? .ECONNREFUSED : nil))
    }

    @Test func `a datagram arrives, and an answer goes back`() throws {
        let fixture = try StackFixture()
        let server = try fixture.socket("b", port: 53)
        server.onReceive = { socket in
            if let datagram = socket.receive() { try? socket.send(datagram.payload + [0xFF], to: datagram.source) }
        }
        let client = try fixture.socket()
        try client.send([1, 2], to: NeighbourTests.address("10.0.0.2", 53))
        let received = client.receiveAll()
        #expect(received.map(\.payload) == [[1, 2, 0xFF]])
        #expect(received.first?.source == (try NeighbourTests.address("10.0.0.2", 53)))
        #expect(fixture.environment.refusals.isEmpty)
    }

    /// NET_XMIT_DROP is ENOBUFS with IP_RECVERR only; NET_XMIT_CN is success (netkit-datapath.md, 2).
    @Test(arguments: [(true, KernelErrno.ENOBUFS as KernelErrno?), (false, nil)])
    func `a drop on the way`(reportsErrors: Bool, errno: KernelErrno?) throws {
        let fixture = try StackFixture()
        try fixture.environment.make(
            NewLink(
                kind: .netkit(NetkitAttributes(policy: Verdict.drop)), name: "nk0",
                peer: PeerLink(name: "eth0", namespace: "far")), in: "a")
        try fixture.up("nk0", "a")
        try fixture.up("eth0", "far")
        try fixture.address("10.9.0.1/24", "nk0", "a")
        let socket = try fixture.socket()
        socket.reportsErrors = reportsErrors
        #expect(StackFixture.errno { try socket.send([1], to: NeighbourTests.address("10.9.0.2")) } == errno)
        var change = LinkChange()
        change.isUp = false
        try fixture.environment.network.changeLink("eth0", in: "far", change)
        #expect(StackFixture.errno { try socket.send([1], to: NeighbourTests.address("10.9.0.2")) } == nil)
        #expect(socket.sendMemory == 0)
    }

    @Test func `mark and priority go with the packet, which is linear`() throws {
        let fixture = try StackFixture()
        let socket = try fixture.socket()
        socket.mark = 0x1234
        socket.priority = 5
        try socket.send([UInt8](repeating: 0, count: 1000), to: NeighbourTests.address("10.0.0.2"))
        #expect(fixture.tap.metadata == [[0, 0, 0, 0], [0x1234, 5, 0, 3]])
    }

    /// Recorded: of eight datagrams three arrive.
    @Test func `a full receive buffer drops`() throws {
        let fixture = try StackFixture()
        let server = try fixture.socket("b", port: 53)
        server.receiveBuffer = 2304
        let client = try fixture.socket()
        for _ in 0..<8 { try client.send([1], to: NeighbourTests.address("10.0.0.2", 53)) }
        // 896 bytes each; the one that finds more than the limit is dropped.
        #expect(server.receiveAll().count == 3)
        #expect(server.dropped == 5)
    }

    /// Recorded, but for EAFNOSUPPORT.
    static let binds: [(String, UInt16, KernelErrno?)] = [
        ("10.0.0.1", 5000, nil), ("10.0.0.2", 5000, .EADDRNOTAVAIL), ("0.0.0.0", 4000, .EADDRINUSE),
        ("10.0.0.1", 4000, .EADDRINUSE), ("::", 5000, .EAFNOSUPPORT), ("10.0.0.255", 5000, nil),
    ]

    @Test(arguments: binds) func `bind's errors`(address: String, port: UInt16, errno: KernelErrno?) throws {
        let fixture = try StackFixture()
        _ = try fixture.socket()
        let socket = UDPSocket(stack: fixture.stack("a"), isIPv6: false)
        #expect(StackFixture.errno { try socket.bind(to: NeighbourTests.address(address, port)) } == errno)
    }

    @Test func `what is beyond the MTU is refused by name, or EMSGSIZE where DF is asked for`() throws {
        let fixture = try StackFixture()
        defer { withExtendedLifetime(fixture) {} }
        let socket = try fixture.socket()
        let big = [UInt8](repeating: 0, count: 1473)
        #expect(throws: ControlError.self) { try socket.send(big, to: NeighbourTests.address("10.0.0.2")) }
        socket.discoversMTU = true
        #expect(StackFixture.errno { try socket.send(big, to: NeighbourTests.address("10.0.0.2")) } == .EMSGSIZE)
        #expect(
            StackFixture.errno {
                try socket.send([UInt8](repeating: 0, count: 65536), to: NeighbourTests.address("10.0.0.2"))
            } == .EMSGSIZE)
    }
}
