import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

/// bpf_redirect_neigh over the real stack (netkit-datapath.md, 6.5 and 15).
@Suite struct RedirectNeighbourTests {
    /// A pod behind netkit on host `a`, whose packets a program sends to v0.
    final class Pod {
        let fixture: StackFixture
        let socket: UDPSocket

        init(_ next: NextHop? = nil) throws {
            fixture = try StackFixture()
            let environment = fixture.environment
            try environment.network.createNamespace("pod")
            try environment.make(
                NewLink(
                    kind: .netkit(NetkitAttributes()), name: "nk0", peer: PeerLink(name: "eth0", namespace: "pod")),
                in: "a")
            try fixture.up("nk0", "a")
            try fixture.up("eth0", "pod")
            try fixture.address("10.9.0.2/24", "eth0", "pod")
            try fixture.stack("pod").addRoute(NewRoute(destination: NetworkPrefix("0.0.0.0/0"), device: "eth0"))
            try fixture.stack("a").addRoute(NewRoute(destination: NetworkPrefix("10.9.0.2/32"), device: "nk0"))
            try fixture.stack("a").setSysctl("net.ipv4.ip_forward", to: "1")
            let target = environment.device("v0", "a").index
            let peer = need(environment.device("eth0", "pod") as? Netkit)
            try peer.hook.attach(
                TestProgram(1, environment) { _, context in TestHelper.redirectNeighbour(context, target, next) })
            socket = try fixture.socket("pod")
            socket.reportsErrors = true
        }
    }

    /// Seen on 6.12.117 with a virtio NIC: of five, 4,000 bytes of unres_qlen_bytes keep three, and 3,000 keep two.
    @Test(arguments: [(4000, 3), (3000, 2)]) func `the sender pays for a header that finds no room`(
        limit: Int, parked: Int
    ) throws {
        let pod = try Pod()
        pod.fixture.environment.device("v0", "a").neededHeadroom = 12
        try pod.fixture.stack("a").setSysctl("net.ipv4.neigh.v0.unres_qlen_bytes", to: "\(limit)")
        for _ in 0..<5 { try pod.socket.send([1], to: NeighbourTests.address("10.0.0.77")) }
        #expect(pod.socket.sendMemory == parked * 1280)
    }

    @Test func `the packet waits for the neighbour and leaves as it came`() throws {
        let pod = try Pod()
        try pod.socket.send([1], to: NeighbourTests.address("10.0.0.2"))
        #expect(
            pod.fixture.lines().prefix(3) == [
                "> eth(02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff) / arp(request 10.0.0.1 > 10.0.0.2)",
                "< eth(b > a) / arp(reply 10.0.0.2 > 10.0.0.1)",
                "> eth(a > b) / ipv4(10.9.0.2 > 10.0.0.2, df) / udp(4000 > 9, checksum=partial) / raw(01)",
            ])
    }

    @Test func `a route by a gateway asks for the gateway`() throws {
        let pod = try Pod()
        try pod.socket.send([1], to: NeighbourTests.address("10.1.0.9"))
        #expect(pod.fixture.lines().first?.hasSuffix("arp(request 10.0.0.1 > 10.0.0.2)") == true)
    }

    @Test func `a destination without a route is on the target's link`() throws {
        let pod = try Pod()
        try pod.socket.send([1], to: NeighbourTests.address("8.8.8.8"))
        #expect(
            pod.fixture.lines() == ["> eth(02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff) / arp(request 10.0.0.1 > 8.8.8.8)"])
    }

    @Test func `a next hop needs no route`() throws {
        let pod = try Pod(NextHop(family: NextHop.inet, low: 0x0200_000A))
        try pod.socket.send([1], to: NeighbourTests.address("8.8.8.8"))
        #expect(
            pod.fixture.lines().dropFirst(2).first
                == "> eth(a > b) / ipv4(10.9.0.2 > 8.8.8.8, df) / udp(4000 > 9, checksum=partial) / raw(01)")
    }

    /// Executed: about 3 s later the pod gets EHOSTUNREACH by ICMP, its bytes stay charged until then.
    @Test func `a neighbour that never answers`() throws {
        let pod = try Pod()
        try pod.socket.send([1], to: NeighbourTests.address("10.0.0.77"))
        #expect(pod.socket.sendMemory == 896)
        pod.fixture.environment.advance(3 * StackFixture.second + 100_000_000)
        #expect(pod.socket.sendMemory == 0)
        #expect(pod.socket.takeError() == .EHOSTUNREACH)
    }

    @Test func `a local destination goes out by the target all the same`() throws {
        let pod = try Pod()
        try pod.socket.send([1], to: NeighbourTests.address("10.0.0.1"))
        #expect(pod.fixture.lines().first?.hasSuffix("arp(request 10.0.0.1 > 10.0.0.1)") == true)
    }
}
