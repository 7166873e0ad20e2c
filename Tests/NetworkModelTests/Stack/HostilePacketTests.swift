import KernelControl
import LinuxABI
import PacketModel
import SimulationCore
import Testing

@testable import NetworkModel

/// Packets that no stack would send: nothing may crash or hang, and nothing may stay charged.
@Suite struct HostilePacketTests {
    static let packets = [
        "ipv4(10.0.0.1 > 10.0.0.2) / udp(1 > 53) / 'abc'",
        "ipv4(10.0.0.1 > 10.0.0.2) / icmp(echo-request id=1 seq=1) / 'abc'",
        "ipv4(10.0.0.1 > 10.0.0.2) / icmp(port-unreachable) / ipv4(10.0.0.2 > 10.0.0.1) / udp(53 > 9)",
        "ipv4(10.0.0.1 > 10.1.0.9, df) / tcp(1 > 2)",
        "arp(request 10.0.0.1 > 10.0.0.2)", "arp(reply 10.0.0.1 > 10.0.0.2)",
        "ipv6(fd00::1 > fd00::2) / udp(1 > 53) / 'abc'",
        "ipv6(fd00::1 > ff02::1:ff00:2, hop=255) / icmpv6(neighbour-solicitation target=fd00::2 source-link=02:..:01)",
        "ipv6(fd00::1 > fd00::2, hop=255) / icmpv6(neighbour-advertisement solicited target=fd00::1)",
        "ipv6(fd00::1 > fd00::2) / icmpv6(packet-too-big mtu=0) / ipv6(fd00::2 > fd00::1) / udp(53 > 9)",
    ]

    @Test(arguments: packets) func `truncated and mutated packets`(text: String) throws {
        let fixture = try StackFixture()
        try fixture.enableIPv6()
        let server = try fixture.socket("b", port: 53)
        let sender = PacketSocket(stack: fixture.stack("a"), device: fixture.environment.device("v0", "a"))
        let frame = try PacketNotation("eth(02:..:01 > 02:..:02) / " + text).bytes
        var random = RandomStream(seed: 5, name: "hostile")
        func send(_ bytes: [UInt8]) { try? sender.send(bytes) }
        for count in 14...frame.count { send(Array(frame[0..<count])) }
        for _ in 0..<400 {
            var copy = frame
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                copy[Int.random(in: 12..<copy.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            send(copy)
        }
        fixture.environment.advance(20 * StackFixture.second)
        #expect(sender.sendMemory == 0)
        _ = server.receiveAll()
        #expect(server.receiveMemory == 0)
    }
}

/// net/packet/af_packet.c, `packet_snd`; executed: netkit-datapath.md, 13 and 2.
@Suite struct PacketSocketTests {
    /// Recorded on 6.12.117.
    static let sizes: [(Int, UInt16, KernelErrno?)] = [
        (13, 0x0800, .EINVAL), (14, 0x0800, nil), (1514, 0x0800, nil), (1515, 0x0800, .EMSGSIZE),
        (1518, 0x8100, nil), (1519, 0x8100, .EMSGSIZE),
    ]

    @Test(arguments: sizes) func `how long a frame may be`(count: Int, type: UInt16, errno: KernelErrno?) throws {
        let fixture = try StackFixture()
        let socket = PacketSocket(stack: fixture.stack("a"), device: fixture.environment.device("v0", "a"))
        var frame = [UInt8](repeating: 0, count: count)
        if count >= 14 { (frame[12], frame[13]) = (UInt8(type >> 8), UInt8(type & 0xFF)) }
        #expect(StackFixture.errno { try socket.send(frame) } == errno)
        #expect(socket.sendMemory == 0)
    }

    @Test func `drops on the way are ENOBUFS, a device without carrier is not`() throws {
        let fixture = try StackFixture()
        try fixture.environment.make(
            NewLink(
                kind: .netkit(NetkitAttributes(policy: Verdict.drop)), name: "nk0",
                peer: PeerLink(name: "eth0", namespace: "far")), in: "a")
        try fixture.up("nk0", "a")
        let socket = PacketSocket(stack: fixture.stack("a"), device: fixture.environment.device("nk0", "a"))
        let frame = [UInt8](repeating: 0, count: 60)
        #expect(StackFixture.errno { try socket.send(frame) } == nil)
        try fixture.up("eth0", "far")
        #expect(StackFixture.errno { try socket.send(frame) } == .ENOBUFS)
        try fixture.environment.network.deleteLink("nk0", in: "a")
        #expect(StackFixture.errno { try socket.send(frame) } == .ENXIO)
    }

    @Test func `a short frame to another host is counted`() throws {
        let fixture = try StackFixture()
        let socket = PacketSocket(stack: fixture.stack("a"), device: fixture.environment.device("v0", "a"))
        try socket.send(PacketNotation("eth(02:..:01 > 02:..:77) / ipv4(10.0.0.1 > 10.0.0.2) / udp(1 > 2)").bytes)
        #expect(fixture.environment.device("v1", "b").statistics.otherHostDropped == 1)
    }
}

@Suite struct SysctlTests {
    static let writes: [(String, String, String?)] = [
        ("net.ipv4.ip_forward", "1", "1"), ("net.ipv4.conf.v1.forwarding", "0", "0"),
        ("net.ipv4.conf.all.rp_filter", "0", "0"), ("net.ipv4.conf.all.rp_filter", "1", nil),
        ("net.ipv4.conf.nope.forwarding", "1", nil), ("net.ipv4.ip_forward", "yes", nil),
        ("net.ipv4.ip_default_ttl", "0", nil), ("net.ipv4.ip_default_ttl", "9", "9"),
        ("net.ipv6.conf.v1.disable_ipv6", "0", "0"), ("net.ipv4.tcp_syncookies", "0", nil),
        ("kernel.hostname", "x", nil),
        ("net.ipv4.ip_local_port_range", "1000 2000", "1000\t2000"), ("net.ipv4.ip_local_port_range", "9", nil),
    ]

    @Test(arguments: writes) func `written and read back`(name: String, value: String, read: String?) throws {
        let fixture = try StackFixture(forwards: false)
        let stack = fixture.stack("b")
        let failed = StackFixture.errno { try stack.setSysctl(name, to: value) } != nil
        #expect(failed == (read == nil))
        if let read { #expect(try stack.sysctl(name) == read) }
    }
}
