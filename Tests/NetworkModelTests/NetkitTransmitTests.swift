import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

/// A netkit pair A (primary) in `host` and B (peer) in `host` or `pod`, both up.
struct Pair {
    let environment = TestEnvironment()
    let primary: Netkit
    let peer: Netkit

    init(
        crossing: Bool = true, _ attributes: NetkitAttributes = NetkitAttributes(), peerUp: Bool = true
    ) throws {
        try environment.network.createNamespace("host")
        try environment.network.createNamespace("pod")
        let home: NamespaceName = crossing ? "pod" : "host"
        try environment.make(
            NewLink(kind: .netkit(attributes), name: "a", peer: PeerLink(name: "b", namespace: home)), in: "host")
        primary = need(environment.device("a", "host") as? Netkit)
        peer = need(environment.device("b", home) as? Netkit)
        try environment.up(("a", "host"))
        if peerUp { try environment.up(("b", home)) }
    }

    func send(_ packet: SocketBuffer) -> TransmitResult { environment.network.transmit(packet) }
}

private let sent = Counters(tx: 1, txBytes: 60)
private let got = Counters(rx: 1, rxBytes: 60)
private let lost = Counters(txDropped: 1)

@Suite struct NetkitTransmitTests {
    struct VerdictCase: Sendable {
        var verdict: Int32?
        var result: TransmitResult
        var sender: Counters
        var receiver: Counters
    }

    static let verdicts: [VerdictCase] =
        [Verdict.next, Verdict.pass, nil].map {
            VerdictCase(verdict: $0, result: .success, sender: sent, receiver: got)
        }
        + [1, 2, 3, 4, 5, 6, 8, 100, 1 << 28, -2].map {
            VerdictCase(verdict: $0, result: .drop, sender: lost, receiver: Counters())
        } + [VerdictCase(verdict: 7, result: .success, sender: sent, receiver: Counters())]

    @Test(arguments: verdicts)
    func `NK-44 NK-45 NK-46 verdicts, counters and what the sender sees`(_ test: VerdictCase) throws {
        let pair = try Pair()
        if let verdict = test.verdict {
            try pair.primary.hook.attach(TestProgram(1, pair.environment, returns: verdict))
        }
        #expect(pair.send(pair.environment.frame(pair.primary)) == test.result)
        #expect(Counters(pair.primary) == test.sender)
        #expect(Counters(pair.peer) == test.receiver)
        #expect(pair.environment.stack("pod").received.count == (test.receiver == got ? 1 : 0))
    }

    @Test(arguments: [
        (Verdict.drop, nil, TransmitResult.drop), (Verdict.drop, Verdict.next, .success),
        (Verdict.pass, nil, .success),
    ])
    func `NK-43 the policy counts only without programs`(
        _ policy: Int32, _ verdict: Int32?, _ result: TransmitResult
    ) throws {
        let pair = try Pair(NetkitAttributes(policy: policy))
        if let verdict { try pair.primary.hook.attach(TestProgram(1, pair.environment, returns: verdict)) }
        #expect(pair.send(pair.environment.frame(pair.primary)) == result)
    }

    @Test(arguments: [
        (crossing: false, scrub: UInt32(1), mark: UInt32(0x1234), priority: UInt32(5)),
        (false, 0, 0x1234, 5), (true, 1, 0, 0), (true, 0, 0x1234, 5),
    ])
    func `NK-41 NK-16 mark and priority are scrubbed by the sender's setting, across namespaces only`(
        _ crossing: Bool, _ scrub: UInt32, _ mark: UInt32, _ priority: UInt32
    ) throws {
        // The other end's setting is the opposite one: it must not matter.
        let pair = try Pair(crossing: crossing, NetkitAttributes(scrub: scrub, peerScrub: 1 - scrub))
        let program = TestProgram(1, pair.environment, returns: Verdict.next)
        try pair.primary.hook.attach(program)
        let packet = pair.environment.frame(pair.primary, mark: 0x1234, priority: 5)
        packet.inputInterface = 7
        #expect(pair.send(packet) == .success)
        let seen = try #require(program.seen.first)
        #expect(seen.mark == mark)
        #expect(seen.priority == priority)
        #expect(seen.ingressInterface == 0)
        #expect(seen.interface == pair.peer.index)
        #expect(seen.length == 60)
        #expect(seen.wireLength == 60)
        let received = try #require(pair.environment.stack(crossing ? "pod" : "host").received.first)
        #expect(received.mark == mark)
        #expect(received.priority == priority)
    }

    @Test(arguments: [
        (LinkAddress.zero, PacketType.host), (LinkAddress(bits: 0x0200_0000_0001), .otherHost),
        (.broadcast, .broadcast), (LinkAddress(bits: 0x0100_5E00_0001), .multicast),
    ])
    func `NK-42 NK-15 the packet type follows the destination address`(
        _ destination: LinkAddress, _ type: PacketType
    ) throws {
        let pair = try Pair()
        let program = TestProgram(1, pair.environment, returns: Verdict.pass)
        try pair.primary.hook.attach(program)
        _ = pair.send(pair.environment.frame(pair.primary, to: destination))
        #expect(program.seen.first?.packetType == type)
        #expect(pair.environment.stack("pod").received.first?.packetType == type)
    }

    @Test func `NK-15 a packet type that a program sets survives reception`() throws {
        let pair = try Pair()
        try pair.primary.hook.attach(
            TestProgram(1, pair.environment) { packet, _ in
                packet.packetType = .multicast
                return Verdict.next
            })
        _ = pair.send(pair.environment.frame(pair.primary))
        #expect(pair.environment.stack("pod").received.first?.packetType == .multicast)
    }

    @Test func `PASS leaves the protocol as the sender's stack set it`() throws {
        let pair = try Pair()
        try pair.primary.hook.attach(
            TestProgram(1, pair.environment) { packet, _ in
                unsafe packet.data.storeBytes(of: UInt16(0xDD86), toByteOffset: 12, as: UInt16.self)
                return Verdict.pass
            })
        _ = pair.send(pair.environment.frame(pair.primary))
        #expect(pair.environment.stack("pod").received.first?.etherType == 0x0800)
    }

    @Test func `what a program does to the length does not change the counters`() throws {
        let pair = try Pair()
        try pair.primary.hook.attach(
            TestProgram(1, pair.environment) { packet, _ in
                packet.trim(to: 40)
                return Verdict.pass
            })
        _ = pair.send(pair.environment.frame(pair.primary))
        #expect(Counters(pair.primary) == sent)
        #expect(Counters(pair.peer) == got)
        #expect(pair.environment.stack("pod").received.first?.bytes.count == 26)
    }

    @Test func `NK-40 a frame below 14 bytes is dropped`() throws {
        let pair = try Pair()
        #expect(pair.send(pair.environment.frame(pair.primary, length: 13)) == .drop)
        #expect(Counters(pair.primary) == lost)
    }

    @Test func `without carrier the no-op discipline drops, programs do not run, the sender sees congestion`() throws {
        let pair = try Pair(peerUp: false)
        let program = TestProgram(1, pair.environment, returns: Verdict.pass)
        try pair.primary.hook.attach(program)
        #expect(pair.send(pair.environment.frame(pair.primary)) == .congestion)
        #expect(program.runs == 0)
        #expect(Counters(pair.primary) == lost)
    }

    @Test func `no MTU is checked at the receiving end`() throws {
        let pair = try Pair()
        var change = LinkChange()
        change.mtu = 100
        try pair.environment.network.changeLink("b", in: "pod", change)
        #expect(pair.send(pair.environment.frame(pair.primary, length: 600)) == .success)
        #expect(Counters(pair.peer) == Counters(rx: 1, rxBytes: 600))
    }

    @Test func `NK-48 a full backlog drops at both ends`() throws {
        let pair = try Pair()
        pair.environment.maxBacklog = 2
        let index = pair.peer.index
        // As ten clone_redirects into the peer's ingress would fill it.
        try pair.primary.hook.attach(
            TestProgram(1, pair.environment) { packet, _ in
                for _ in 0..<10 { _ = packet.networkDevice.network.cloneRedirect(packet, index: index, flags: 1) }
                return Verdict.pass
            })
        #expect(pair.send(pair.environment.frame(pair.primary)) == .drop)
        #expect(pair.environment.softnetDropped == 8)
        #expect(pair.environment.processed == 3)
        #expect(Counters(pair.primary) == lost)
        #expect(Counters(pair.peer) == Counters(rxDropped: 8))
    }

    @Test func `both hooks run in the sender's direction only`() throws {
        let pair = try Pair()
        let primary = TestProgram(1, pair.environment, returns: Verdict.next)
        let peer = TestProgram(2, pair.environment, returns: Verdict.next)
        try pair.environment.network.hook(.netkitPrimary, device: "a", in: "host").attach(primary)
        try pair.environment.network.hook(.netkitPeer, device: "a", in: "host").attach(peer)
        _ = pair.send(pair.environment.frame(pair.peer))
        #expect(primary.runs == 0)
        #expect(peer.runs == 1)
        #expect(peer.seen.first?.interface == pair.primary.index)
        _ = pair.send(pair.environment.frame(pair.primary))
        #expect(primary.runs == 1)
    }

    @Test func `NK-11 chains stop at the first verdict that is not NEXT`() throws {
        let pair = try Pair()
        let programs = [Verdict.next, Verdict.pass, Verdict.drop].enumerated().map {
            TestProgram(UInt32($0.offset), pair.environment, returns: $0.element)
        }
        for program in programs { try pair.primary.hook.attach(program) }
        #expect(pair.send(pair.environment.frame(pair.primary)) == .success)
        #expect(programs.map(\.runs) == [1, 1, 0])
    }
}
