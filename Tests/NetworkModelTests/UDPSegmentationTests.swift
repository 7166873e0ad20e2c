import KernelControl
import LinuxABI
import PacketModel
import Testing
import Trace

@testable import NetworkModel

/// UDP_SEGMENT. Sizes, errnos, counters and frames are recorded from 6.12: two virtio NICs on a wire, a pod behind netkit,
/// Python's sockets.
@Suite struct UDPSegmentationTests {
    /// A pod behind an L2 netkit pair, its host's NIC, and a far NIC.
    ///
    ///     pod eth0 10.1.0.2, fd01::2 ── nk, 10.1.0.1 :host: nic 192.168.7.1, fd00::1 ── wire ── far nic .9, ::9
    final class World {
        let environment = TestEnvironment(isTracing: true) { InternetStack(namespace: $0) }
        let tap = FrameTap()
        private(set) var program: TestProgram?
        /// Of every packet that the program saw: linear bytes, gso_size, gso_segs.
        private(set) var shapes: [[Int]] = []

        init(_ attributes: NICAttributes = NICAttributes(wire: "lan"), redirects: Bool = true) throws {
            for name: NamespaceName in ["pod", "host", "far"] { try environment.network.createNamespace(name) }
            try environment.make(
                NewLink(kind: .nic(attributes), name: "nic", address: LinkAddress("02:00:00:00:00:01")), in: "host")
            try environment.make(
                NewLink(
                    kind: .nic(NICAttributes(wire: "lan")), name: "nic", address: LinkAddress("02:00:00:00:00:02")),
                in: "far")
            try environment.make(
                NewLink(
                    kind: .netkit(NetkitAttributes()), name: "nk", peer: PeerLink(name: "eth0", namespace: "pod")),
                in: "host")
            for name: NamespaceName in ["pod", "host", "far"] {
                try stack(name).setSysctl("net.ipv6.conf.all.disable_ipv6", to: "0")
            }
            try stack("host").setSysctl("net.ipv4.ip_forward", to: "1")
            try stack("host").setSysctl("net.ipv6.conf.all.forwarding", to: "1")
            for (device, name, addresses) in [
                ("nk", "host", ["10.1.0.1/32"]), ("eth0", "pod", ["10.1.0.2/32", "fd01::2/128"]), ("lo", "pod", []),
                ("nic", "host", ["192.168.7.1/24", "fd00::1/64"]), ("nic", "far", ["192.168.7.9/24", "fd00::9/64"]),
            ] as [(String, NamespaceName, [String])] {
                try environment.up((device, name))
                for address in addresses {
                    try stack(name).addAddress(NetworkPrefix(address), to: environment.device(device, name))
                }
            }
            for prefix in ["0.0.0.0/0", "::/0"] {
                try stack("pod").addRoute(NewRoute(destination: NetworkPrefix(prefix), device: "eth0"))
            }
            for prefix in ["10.1.0.2/32", "fd01::2/128"] {
                try stack("host").addRoute(NewRoute(destination: NetworkPrefix(prefix), device: "nk"))
            }
            for address in ["192.168.7.9", "fd00::9"] {
                try stack("host").addNeighbour(
                    NeighbourInfo(
                        address: NetworkAddress(address), device: "nic", linkAddress: LinkAddress("02:00:00:00:00:02"),
                        state: .permanent))
            }
            environment.device("nic", "far").add(tap)
            guard redirects else { return }
            let target = environment.device("nic", "host").index
            let program = TestProgram(1, environment) { [unowned self] packet, context in
                shapes.append([packet.linearLength, packet.gsoSize, packet.gsoSegments])
                return TestHelper.redirectNeighbour(context, target)
            }
            self.program = program
            try environment.network.hook(.netkitPeer, device: "nk", in: "host").attach(program)
        }

        func stack(_ name: NamespaceName) -> InternetStack {
            need(environment.namespace(name).stack as? InternetStack)
        }

        func socket(_ size: Int, isIPv6: Bool = false, discoversMTU: Bool? = nil) -> UDPSocket {
            let socket = UDPSocket(stack: stack("pod"), isIPv6: isIPv6)
            socket.segmentSize = size
            socket.discoversMTU = discoversMTU
            return socket
        }

        func receiver(_ address: String, in name: NamespaceName) throws -> UDPSocket {
            let address = try NetworkAddress(address)
            let socket = UDPSocket(stack: stack(name), isIPv6: address.isIPv6)
            try socket.bind(to: SocketAddress(address: address, port: 9))
            return socket
        }

        func counters(_ device: String, _ name: NamespaceName) -> Counters {
            Counters(environment.device(device, name))
        }

        /// What the far NIC has seen.
        var frames: [[UInt8]] { tap.frames.filter { !$0.isOutgoing }.map(\.bytes) }
    }

    static func payload(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

    static func address(_ text: String) throws -> SocketAddress {
        SocketAddress(address: try NetworkAddress(text), port: 9)
    }

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The frames' headers of 250 bytes by 100; IP_PMTUDISC_DO, so that identifications begin with 0. From port 35062, and
    /// from 39608 with the flow label a1cde.
    static let headers4 = [
        "02000000000202000000000108004500008000004000401168b90a010002c0a8070988f60009006c0895",
        "02000000000202000000000108004500008000014000401168b80a010002c0a8070988f60009006c6cf9",
        "02000000000202000000000108004500004e00024000401168e90a010002c0a8070988f60009003aaeb7",
    ]
    static let headers6 = [
        "02000000000202000000000186dd600a1cde006c1140fd010000000000000000000000000002"
            + "fd0000000000000000000000000000099ab80009006cce79",
        "02000000000202000000000186dd600a1cde006c1140fd010000000000000000000000000002"
            + "fd0000000000000000000000000000099ab80009006c32de",
        "02000000000202000000000186dd600a1cde003a1140fd010000000000000000000000000002"
            + "fd0000000000000000000000000000099ab80009003a749c",
    ]

    /// Software segmentation with and without checksums left to the NIC, and a NIC that segments: the same frames.
    @Test(arguments: [false, true], [(true, false), (false, false), (true, true), (false, true)])
    func `frames on the wire are Linux's`(isIPv6: Bool, offloads: (checksum: Bool, udp: Bool)) throws {
        var attributes = NICAttributes(wire: "lan")
        attributes.checksumOffload = offloads.checksum
        attributes.udpSegmentationOffload = offloads.udp
        let world = try World(attributes)
        let socket = world.socket(100, isIPv6: isIPv6, discoversMTU: true)
        try socket.bind(
            to: SocketAddress(address: isIPv6 ? .anyIPv6 : .anyIPv4, port: isIPv6 ? 0x9AB8 : 0x88F6))
        let receiver = try world.receiver(isIPv6 ? "fd00::9" : "192.168.7.9", in: "far")
        try socket.send(Self.payload(250), to: Self.address(isIPv6 ? "fd00::9" : "192.168.7.9"))
        // Every segment is charged until the NIC is done with it.
        #expect(socket.sendMemory > 0)
        world.environment.settle()
        #expect(socket.sendMemory == 0)
        let payloads = [Array(Self.payload(100)), Array(Self.payload(200)[100...]), Array(Self.payload(250)[200...])]
        #expect(receiver.receiveAll().map(\.payload) == payloads)
        let expected = zip(isIPv6 ? Self.headers6 : Self.headers4, payloads).map { Self.bytes($0) + $1 }
        let frames = world.frames.map { frame in
            var frame = frame
            // The flow label is drawn at random.
            if isIPv6 { frame.replaceSubrange(15..<18, with: [0x0A, 0x1C, 0xDE]) }
            return frame
        }
        #expect(frames == expected)
        #expect(world.counters("eth0", "pod") == Counters(tx: 1, txBytes: isIPv6 ? 312 : 292))
        #expect(world.shapes == [[isIPv6 ? 62 : 42, 100, 3]])
        // A driver counts what it is given (virtio's start_xmit): one packet where it segments itself.
        let isHardware = offloads == (true, true)
        let total: UInt64 = isIPv6 ? 436 : 376
        let counted = isHardware ? Counters(tx: 1, txBytes: isIPv6 ? 312 : 292) : Counters(tx: 3, txBytes: total)
        #expect(world.counters("nic", "host") == counted)
        #expect(world.environment.steps.contains(.segment(into: 3)) == !isHardware)
        #expect(world.environment.steps.contains(.wire(frames: 3)) == isHardware)
        #expect(world.environment.refusals.isEmpty)
    }

    @Test func `ten datagrams of 100 bytes: what each place counts`() throws {
        let world = try World()
        try world.socket(100).send(Self.payload(1000), to: Self.address("192.168.7.9"))
        world.environment.settle()
        #expect(world.program?.seen.map(\.length) == [1042])
        #expect(world.program?.seen.map(\.wireLength) == [1420])
        #expect(world.shapes == [[42, 100, 10]])
        #expect(world.counters("eth0", "pod") == Counters(tx: 1, txBytes: 1042))
        #expect(world.counters("nic", "host") == Counters(tx: 10, txBytes: 1420))
        let first = world.frames.first.map { Int($0[18]) << 8 | Int($0[19]) } ?? 0
        #expect(world.frames.map { Int($0[18]) << 8 | Int($0[19]) } == (0..<10).map { (first + $0) & 0xFFFF })
    }

    /// Longer than the MTU as a whole, a packet has no DF, unless that is forced (`__ip_make_skb`).
    @Test(
        arguments: [(250, nil, true), (3000, nil, false), (3000, true, true), (250, false, false)]
            as [(Int, Bool?, Bool)])
    func `when segments have DF`(size: Int, discoversMTU: Bool?, hasDF: Bool) throws {
        let world = try World()
        try world.socket(1000, discoversMTU: discoversMTU).send(Self.payload(size), to: Self.address("192.168.7.9"))
        world.environment.settle()
        #expect(!world.frames.isEmpty)
        #expect(world.frames.allSatisfy { ($0[20] & 0x40 != 0) == hasDF })
    }

    struct Send: Sendable {
        var isIPv6 = false
        var segment: Int
        var size: Int
        var errno: KernelErrno?
        /// What the pod's device and the NIC count.
        var pod: UInt64 = 0
        var nic: UInt64 = 0
    }

    /// From 65536 bytes on, link-layer header included, no device takes a packet whole (gso_max_size): the pod's own counts
    /// segments too.
    static let sends = [
        Send(segment: 100, size: 100, pod: 1, nic: 1), Send(segment: 100, size: 60, pod: 1, nic: 1),
        Send(segment: 100, size: 0, pod: 1, nic: 1),
        Send(segment: 1472, size: 3000, pod: 1, nic: 3), Send(segment: 1473, size: 3000, errno: .EMSGSIZE),
        Send(segment: 1473, size: 1472, pod: 1, nic: 1), Send(segment: 1473, size: 1473, errno: .EMSGSIZE),
        Send(isIPv6: true, segment: 1452, size: 3000, pod: 1, nic: 3),
        Send(isIPv6: true, segment: 1453, size: 3000, errno: .EMSGSIZE),
        Send(segment: 10, size: 1280, pod: 1, nic: 128), Send(segment: 10, size: 1281, errno: .EINVAL),
        Send(segment: 1400, size: 65493, pod: 1, nic: 47), Send(segment: 1400, size: 65494, pod: 47, nic: 47),
        Send(segment: 1400, size: 65507, pod: 47, nic: 47), Send(segment: 1400, size: 65508, errno: .EMSGSIZE),
        Send(isIPv6: true, segment: 1400, size: 65527, pod: 47, nic: 47),
        Send(isIPv6: true, segment: 1400, size: 65528, errno: .EMSGSIZE),
    ]

    @Test(arguments: sends) func `sizes and errnos`(send: Send) throws {
        let world = try World()
        let far = send.isIPv6 ? "fd00::9" : "192.168.7.9"
        let receiver = try world.receiver(far, in: "far")
        let socket = world.socket(send.segment, isIPv6: send.isIPv6)
        let payload = Self.payload(send.size)
        #expect(StackFixture.errno { try socket.send(payload, to: Self.address(far)) } == send.errno)
        world.environment.settle()
        #expect(world.counters("eth0", "pod").tx == send.pod)
        #expect(world.counters("nic", "host").tx == send.nic)
        let received = receiver.receiveAll().map(\.payload)
        #expect(received.count == Int(send.nic))
        #expect(received.allSatisfy { $0.count <= send.segment })
        #expect(send.errno != nil || received.flatMap { $0 } == payload)
        #expect(socket.sendMemory == 0)
    }

    /// No socket asks for UDP_GRO: a packet that meets one whole becomes datagrams before it (`udp_unexpected_gso`).
    @Test(arguments: ["10.1.0.1", "10.1.0.2", "fd00::1", "fd01::2"])
    func `local delivery segments`(address: String) throws {
        let world = try World(redirects: false)
        let isPod = address.hasSuffix("2")
        let receiver = try world.receiver(address, in: isPod ? "pod" : "host")
        let socket = world.socket(100, isIPv6: address.contains(":"))
        try socket.send(Self.payload(250), to: Self.address(address))
        #expect(
            receiver.receiveAll().map(\.payload) == [
                Self.payload(100), Array(Self.payload(200)[100...]), Array(Self.payload(250)[200...]),
            ])
        #expect(world.counters("eth0", "pod").tx == (isPod ? 0 : 1))
        #expect(socket.sendMemory == 0)
    }

    struct Forward: Sendable {
        var isIPv6 = false
        var mtu: UInt32
        var segment: Int
        /// Frames of the NIC, and bytes that the pod is answered with.
        var nic: UInt64 = 0
        var answer: UInt64 = 0
    }

    static let forwards = [
        Forward(mtu: 1000, segment: 972, nic: 4), Forward(mtu: 1000, segment: 973, answer: 590),
        Forward(isIPv6: true, mtu: 1300, segment: 1252, nic: 3),
        Forward(isIPv6: true, mtu: 1300, segment: 1253, answer: 1294),
    ]

    /// An MTU is compared with a segment's length, not the packet's (`skb_gso_validate_network_len`).
    @Test(arguments: forwards) func `the host's stack forwards what fits in segments`(forward: Forward) throws {
        let world = try World(redirects: false)
        var change = LinkChange()
        change.mtu = forward.mtu
        try world.environment.network.changeLink("nic", in: "host", change)
        let socket = world.socket(forward.segment, isIPv6: forward.isIPv6, discoversMTU: true)
        try socket.send(Self.payload(3000), to: Self.address(forward.isIPv6 ? "fd00::9" : "192.168.7.9"))
        world.environment.settle()
        #expect(world.counters("nic", "host").tx == forward.nic)
        #expect(world.counters("nk", "host").tx == (forward.answer > 0 ? 1 : 0))
        #expect(world.counters("nk", "host").txBytes == forward.answer)
        #expect(world.environment.refusals.isEmpty)
    }

    @Test func `segments longer than the MTU without DF would be fragments, which are refused`() throws {
        let world = try World(redirects: false)
        var change = LinkChange()
        change.mtu = 1000
        try world.environment.network.changeLink("nic", in: "host", change)
        try world.socket(973).send(Self.payload(3000), to: Self.address("192.168.7.9"))
        #expect(world.environment.refusals == ["fragmentation at nic: a packet of 1001 bytes"])
        #expect(world.counters("nic", "host").tx == 0)
    }

    /// The ring takes 238 packets; what is left of a packet's segments waits in front of all others (`dev_requeue_skb`).
    @Test func `segments beyond the ring wait and keep their order`() throws {
        let world = try World()
        let receiver = try world.receiver("192.168.7.9", in: "far")
        receiver.receiveBuffer = 1 << 20
        let socket = world.socket(2)
        try socket.bind(to: SocketAddress(address: .anyIPv4, port: 4000))
        for round: UInt8 in 0..<3 {
            try socket.send((0..<200).map { _ in round }, to: Self.address("192.168.7.9"))
        }
        #expect(world.counters("nic", "host").tx == 238)
        world.environment.settle()
        #expect(world.counters("nic", "host").tx == 300)
        #expect(receiver.receiveAll().flatMap(\.payload) == (0..<600).map { UInt8($0 / 200) })
        #expect(socket.sendMemory == 0)
        #expect(world.environment.refusals.isEmpty)
    }
}
