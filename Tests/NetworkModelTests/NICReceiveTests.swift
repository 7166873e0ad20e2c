import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

/// Frames as a NIC receives them, and what Linux 6.12.117 with virtio NICs on one hub showed at tcx ingress.
@Suite struct NICReceiveTests {
    enum Kind: CaseIterable, Sendable {
        case udp4, tcp4, icmp4, udp6, icmp6, other, arp
    }

    private static let source: [UInt8] = [2, 0, 0, 0, 0, 1]

    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        let value = InternetChecksum.fold(InternetChecksum.sum(bytes))
        return [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)]
    }

    private static func word(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }

    private static func ipv4(_ number: UInt8, _ payload: [UInt8], fragment: Int = 0x4000) -> [UInt8] {
        var header: [UInt8] = [0x45, 0] + word(20 + payload.count) + word(1) + word(fragment)
        header += [64, number, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        header.replaceSubrange(10..<12, with: checksum(header))
        return header + payload
    }

    private static func ipv6(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0x60, 0, 0, 0] + word(payload.count) + [number, 64] + addresses6 + payload
    }

    private static let addresses6: [UInt8] =
        [0xFD] + [UInt8](repeating: 0, count: 14) + [1, 0xFD] + [UInt8](repeating: 0, count: 14) + [2]

    private static func transport(_ number: UInt8, _ length: Int, isIPv6: Bool = false) -> [UInt8] {
        var bytes: [UInt8]
        let at: Int
        if number == 6 {
            bytes = word(1000) + word(9) + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10] + word(1000) + [0, 0, 0, 0]
            at = 16
        } else {
            bytes = word(1000) + word(9) + word(length) + [0, 0]
            at = 6
        }
        bytes += [UInt8](repeating: 0, count: length - bytes.count)
        let pseudo = (isIPv6 ? addresses6 : [10, 0, 0, 1, 10, 0, 0, 2]) + [0, number] + word(length)
        bytes.replaceSubrange(at..<at + 2, with: checksum(pseudo + bytes))
        return bytes
    }

    private static func frame(_ kind: Kind, _ length: Int, to address: LinkAddress) -> [UInt8] {
        let body = length - 14
        let head = address.bytes + source
        func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
        switch kind {
        case .udp4: return head + [8, 0] + ipv4(17, transport(17, body - 20))
        case .tcp4: return head + [8, 0] + ipv4(6, transport(6, body - 20))
        case .icmp4: return head + [8, 0] + ipv4(1, zeros(body - 20))
        case .udp6: return head + [0x86, 0xDD] + ipv6(17, transport(17, body - 40, isIPv6: true))
        case .icmp6: return head + [0x86, 0xDD] + ipv6(58, zeros(body - 40))
        case .other: return head + [0x12, 0x34] + zeros(body)
        case .arp: return head + [8, 6] + zeros(body)
        }
    }

    /// What the first tcx program on a NIC sees of a frame.
    private struct Seen {
        var linear = 0
        var length = 0
        var checksum = ChecksumState.none
        var queue: UInt16 = 0
        var napi: UInt32 = 0
        var tag: UInt32 = 0
        var etherType: UInt16 = 0
        var delivered: [TestStack.Received] = []
        var counters = Counters()
    }

    /// `isTagged` frames go over a veth pair instead: a NIC's filter loses them.
    private func receive(isTagged: Bool = false, _ make: (LinkAddress) -> [UInt8]) throws -> Seen {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        if isTagged {
            try environment.make(NewLink(kind: .veth, name: "eth0", peer: PeerLink(name: "eth1")), in: "host")
        }
        for name in ["eth0", "eth1"] {
            if !isTagged {
                try environment.make(NewLink(kind: .nic(NICAttributes(wire: "lan")), name: name), in: "host")
            }
            try environment.up((name, "host"))
        }
        let nic = environment.device("eth1", "host")
        var seen = Seen()
        try nic.tcxIngress.attach(
            TestProgram(1, environment) { packet, _ in
                seen.linear = packet.linearLength
                seen.length = packet.length
                seen.checksum = packet.checksumState
                seen.queue = packet.queueMapping
                seen.napi = packet.get(UInt32.self, at: SocketBufferLayout.napiID)
                seen.tag = packet.get(UInt32.self, at: SocketBufferLayout.vlanProtocol)
                seen.etherType = packet.networkProtocol
                return Verdict.next
            })
        if let nic = nic as? NIC {
            nic.frameArrived(make(nic.address))
            environment.settle()
        } else {
            let packet = environment.frame(environment.device("eth0", "host"), length: 100)
            packet.trim(to: 0)
            packet.append(make(nic.address))
            #expect(environment.network.transmit(packet) == .success)
        }
        seen.delivered = environment.stack("host").received
        seen.counters = Counters(nic)
        return seen
    }

    static let linearLengths: [(Kind, Int, Int)] =
        Kind.allCases.flatMap { kind in [100, 128, 129, 600, 1204].map { (kind, $0, $0) } }
        + [
            (.udp4, 1205, 34), (.udp4, 1514, 34), (.tcp4, 1205, 54), (.tcp4, 1514, 54), (.icmp4, 1514, 14),
            (.udp6, 1514, 54), (.icmp6, 1514, 54), (.other, 1205, 14), (.arp, 1514, 14),
        ]

    @Test(arguments: linearLengths)
    func `what is linear of a received frame`(_ kind: Kind, _ length: Int, _ linear: Int) throws {
        let seen = try receive { Self.frame(kind, length, to: $0) }
        #expect(seen.length == length)
        #expect(seen.linear == linear)
        #expect(seen.queue == 1)
        #expect(seen.napi == 8194)
        if kind == .udp4 {
            // All bytes are there, wherever they lie.
            #expect(seen.delivered.first?.bytes == Array(Self.frame(kind, length, to: .zero)[14...]))
        }
    }

    enum Checksum: CaseIterable, Sendable {
        case udp4, udp4Bad, udp4Zero, tcp4, tcp4Bad, udp4Padded, icmp4, udp6, udp6Bad, udp4WithoutDF, udp4Long, other

        var isVerified: Bool {
            switch self {
            case .udp4, .udp4Zero, .tcp4, .udp6, .udp4WithoutDF, .udp4Long: true
            case .udp4Bad, .tcp4Bad, .udp4Padded, .icmp4, .udp6Bad, .other: false
            }
        }

        func frame(to address: LinkAddress) -> [UInt8] {
            func build(_ kind: Kind, _ length: Int = 100) -> [UInt8] {
                NICReceiveTests.frame(kind, length, to: address)
            }
            func spoilt(_ frame: [UInt8]) -> [UInt8] { frame.dropLast() + [1] }
            switch self {
            case .udp4: return build(.udp4)
            case .udp4Bad: return spoilt(build(.udp4))
            case .udp4Zero:
                var frame = build(.udp4)
                frame.replaceSubrange(40..<42, with: [0, 0])
                return frame
            case .tcp4: return build(.tcp4)
            case .tcp4Bad: return spoilt(build(.tcp4))
            case .udp4Padded: return build(.udp4) + [UInt8](repeating: 0, count: 10)
            case .icmp4: return build(.icmp4)
            case .udp6: return build(.udp6)
            case .udp6Bad: return spoilt(build(.udp6))
            case .udp4WithoutDF:
                return Array(build(.udp4)[..<14])
                    + NICReceiveTests.ipv4(17, NICReceiveTests.transport(17, 66), fragment: 0)
            case .udp4Long: return build(.udp4, 1400)
            case .other: return build(.other)
            }
        }
    }

    @Test(arguments: Checksum.allCases)
    func `GRO verifies UDP and TCP checksums`(_ test: Checksum) throws {
        let seen = try receive { test.frame(to: $0) }
        #expect(seen.checksum == (test.isVerified ? .unnecessary : .none))
    }

    struct Tagged: Sendable {
        var header: [UInt8]
        var length: Int
        /// Protocol in network order below, tag above; 0 for none.
        var tag: UInt32
        var etherType: UInt16
        /// Nil where no protocol takes it.
        var type: PacketType?
    }

    @Test(arguments: [
        Tagged(header: [0x81, 0, 0, 5, 8, 0], length: 60, tag: 0x5_0081, etherType: 0x0800, type: .otherHost),
        Tagged(header: [0x81, 0, 0, 0, 8, 0], length: 60, tag: 0x0081, etherType: 0x0800, type: .host),
        Tagged(
            header: [0x88, 0xA8, 0, 7, 0x81, 0, 0, 5, 8, 0], length: 64, tag: 0x7_A888, etherType: 0x8100, type: nil),
        Tagged(header: [0, 0x2E], length: 60, tag: 0, etherType: 0x0004, type: nil),
    ])
    func `VLAN tags move into the metadata, and frames with a length are LLC`(_ test: Tagged) throws {
        let seen = try receive(isTagged: true) {
            let head = $0.bytes + Self.source + test.header
            return head + [UInt8](repeating: 0, count: (test.tag == 0 ? 60 : test.length + 4) - head.count)
        }
        #expect(seen.length == test.length)
        #expect(seen.tag == test.tag)
        #expect(seen.etherType == test.etherType)
        #expect(seen.delivered.first?.packetType == test.type)
        #expect(seen.counters.rxDropped == (test.type == nil ? 1 : 0))
    }

    @Test(
        arguments: [
            ([UInt8](repeating: 0xFF, count: 6), true), ([2, 0, 0, 0, 0, 0x99], false), ([1, 0, 0x5E, 0, 0, 1], true),
            (nil, true), ([1, 0, 0x5E, 1, 2, 3], false),
        ] as [([UInt8]?, Bool)])
    func `a NIC's filter passes its own address, broadcast and joined groups`(_ to: [UInt8]?, _ passes: Bool) throws {
        for type in [[0x12, 0x34], [0x81, 0]] as [[UInt8]] {
            let seen = try receive { (to ?? $0.bytes) + Self.source + type + [UInt8](repeating: 0, count: 46) }
            #expect(seen.length == (passes && type[0] == 0x12 ? 60 : 0))
        }
    }

    @Test func `a frame without a whole Ethernet header is a receive error`() throws {
        let seen = try receive { _ in [1, 2, 3] }
        #expect(seen.length == 0)
        #expect(seen.counters == Counters())
    }
}
