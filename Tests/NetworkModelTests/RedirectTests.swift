import KernelControl
import LinuxABI
import PacketModel
import Testing
import Trace

@testable import NetworkModel

/// Two netkit pairs: a (host) with b (pod), c (host) with e (other); all up.
private struct TwoPairs {
    let pair: Pair
    let c: Netkit
    let e: Netkit
    var environment: TestEnvironment { pair.environment }

    init(veth: Bool = false) throws {
        pair = try Pair()
        try pair.environment.network.createNamespace("other")
        try pair.environment.make(
            NewLink(
                kind: .netkit(NetkitAttributes()), name: "c", peer: PeerLink(name: "e", namespace: "other")),
            in: "host")
        c = need(pair.environment.device("c", "host") as? Netkit)
        e = need(pair.environment.device("e", "other") as? Netkit)
        try pair.environment.up(("c", "host"), ("e", "other"))
    }

    func down(_ name: String, _ namespace: NamespaceName) throws {
        var change = LinkChange()
        change.isUp = false
        try environment.network.changeLink(name, in: namespace, change)
    }

    /// Sends a frame out of b whose program does `body`.
    func send(type: UInt16 = 0x0800, to: LinkAddress = .zero, _ body: @escaping (TransmitContext) -> Int32) throws
        -> TransmitResult
    {
        try pair.peer.hook.attach(TestProgram(9, environment) { _, context in body(context) })
        return pair.send(environment.frame(pair.peer, to: to, type: type))
    }
}

private let sent = Counters(tx: 1, txBytes: 60)

@Suite struct RedirectTests {
    @Test func `REDIR-24 a peer program redirects to another primary`() throws {
        let two = try TwoPairs()
        #expect(try two.send { TestHelper.redirect($0, two.c.index) } == .success)
        #expect(Counters(two.pair.peer) == sent)
        #expect(Counters(two.c) == sent)
        #expect(Counters(two.e) == Counters(rx: 1, rxBytes: 60))
        #expect(Counters(two.pair.primary) == Counters())
        #expect(two.environment.stack("other").received.count == 1)
    }

    @Test func `the state that a program stores holds for a later one of the chain`() throws {
        let two = try TwoPairs()
        try two.pair.peer.hook.attach(
            TestProgram(8, two.environment) { _, context in
                _ = TestHelper.redirect(context, two.c.index)
                return Verdict.next
            })
        #expect(try two.send { _ in 7 } == .success)
        #expect(Counters(two.c) == sent)
        // The next packet finds nothing left over.
        #expect(two.pair.send(two.environment.frame(two.pair.primary)) == .success)
    }

    @Test func `nothing leaks from one send to the next`() throws {
        let two = try TwoPairs()
        var number = 0
        try two.pair.peer.hook.attach(
            TestProgram(1, two.environment) { _, context in
                number += 1
                if number == 1 {
                    _ = TestHelper.redirect(context, two.c.index)
                    return Verdict.pass
                }
                return 7
            })
        _ = two.pair.send(two.environment.frame(two.pair.peer))
        _ = two.pair.send(two.environment.frame(two.pair.peer))
        #expect(Counters(two.c) == Counters())
        #expect(Counters(two.pair.peer) == Counters(tx: 2, txBytes: 120))
    }

    enum Failure: CaseIterable, Sendable {
        case unknownIndex, noHelper, targetDown, targetWithoutCarrier, ingressDown, ingressUnknownType, badFlags
        case peerFromNetkit, neighbourMulticast, neighbourARP, neighbourNoRoute, neighbourDown
    }

    @Test(arguments: Failure.allCases)
    func `REDIR-20…25 failures are counted where Linux counts them`(_ failure: Failure) throws {
        let two = try TwoPairs()
        let index = two.c.index
        var result = TransmitResult.success
        var sender = sent
        var target = Counters()
        switch failure {
        case .unknownIndex: result = try two.send { TestHelper.redirect($0, 99) }
        case .noHelper: result = try two.send { _ in 7 }
        case .targetDown:
            try two.down("c", "host")
            result = try two.send { TestHelper.redirect($0, index) }
            target = Counters(txDropped: 1)
        case .targetWithoutCarrier:
            try two.down("e", "other")
            result = try two.send { TestHelper.redirect($0, index) }
            target = Counters(txDropped: 1)
        case .ingressDown:
            try two.down("c", "host")
            result = try two.send { TestHelper.redirect($0, index, flags: 1) }
            target = Counters(rxDropped: 1)
        case .ingressUnknownType:
            result = try two.send(type: 0x1234) { TestHelper.redirect($0, index, flags: 1) }
            target = Counters(rxDropped: 1)
        case .badFlags:
            result = try two.send { TestHelper.redirect($0, index, flags: 2) }
            #expect(result == .drop)
            result = .success
            sender = Counters(txDropped: 1)
        case .peerFromNetkit: result = try two.send { TestHelper.redirectPeer($0, index) }
        case .neighbourMulticast:
            result = try two.send(to: .broadcast) { TestHelper.redirectNeighbour($0, index) }
        case .neighbourARP: result = try two.send(type: 0x0806) { TestHelper.redirectNeighbour($0, index) }
        case .neighbourNoRoute:
            two.environment.stack("host").hasRoute = false
            result = try two.send { TestHelper.redirectNeighbour($0, index) }
            target = Counters(txDropped: 1)
        case .neighbourDown:
            two.environment.stack("host").neighbourResult = .failure(.ENETDOWN)
            result = try two.send { TestHelper.redirectNeighbour($0, index) }
            target = Counters(txDropped: 1)
        }
        #expect(result == .success)
        #expect(Counters(two.pair.peer) == sender)
        #expect(Counters(two.c) == target)
        #expect(Counters(two.e) == Counters())
    }

    @Test func `ingress redirect delivers at the target without counting it as received`() throws {
        let two = try TwoPairs()
        _ = try two.send(to: LinkAddress(bits: 0x0200_0000_0001)) { TestHelper.redirect($0, two.c.index, flags: 1) }
        #expect(Counters(two.c) == Counters())
        let received = try #require(two.environment.stack("host").received.first)
        #expect(received.device == "c")
        #expect(received.packetType == .otherHost)
    }

    @Test func `a recomputed protocol follows a rewritten EtherType at ingress redirect`() throws {
        let two = try TwoPairs()
        try two.pair.peer.hook.attach(
            TestProgram(1, two.environment) { packet, context in
                unsafe packet.data.storeBytes(of: UInt16(0xDD86), toByteOffset: 12, as: UInt16.self)
                return TestHelper.redirect(context, two.c.index, flags: 1)
            })
        _ = two.pair.send(two.environment.frame(two.pair.peer))
        #expect(two.environment.stack("host").received.first?.etherType == 0x86DD)
    }

    @Test func `NK-49 REDIR-23 redirect_peer takes another round without a backlog crossing`() throws {
        let two = try TwoPairs()
        let podSide = TestProgram(2, two.environment, returns: Verdict.next)
        let hostSide = TestProgram(3, two.environment, returns: Verdict.next)
        try two.e.tcxIngress.attach(podSide)
        try two.c.hook.attach(hostSide)
        try two.pair.primary.tcxIngress.attach(
            TestProgram(1, two.environment) { _, context in TestHelper.redirectPeer(context, two.c.index) })
        let packet = two.environment.frame(two.pair.peer, to: LinkAddress(bits: 0x0200_0000_0001), mark: 9)
        #expect(two.pair.send(packet) == .success)
        #expect(two.environment.processed == 2)
        #expect(two.environment.backlogOffers == 1)
        #expect(Counters(two.e) == Counters(rx: 1, rxBytes: 60))
        #expect(Counters(two.c) == Counters())
        #expect(podSide.runs == 1)
        #expect(podSide.seen.first?.length == 60)
        #expect(podSide.seen.first?.ingressInterface == two.e.index)
        #expect(hostSide.runs == 0)
        let received = try #require(two.environment.stack("other").received.first)
        // The frame was for another host; the scrub makes it one for this.
        #expect(received.packetType == .host)
        #expect(received.bytes.count == 46)
    }

    @Test(arguments: ["lo", "c-same", "c-down"])
    func `REDIR-23 redirect_peer drops silently without a peer that is up and elsewhere`(_ target: String) throws {
        let two = try TwoPairs()
        var index: UInt32 = 1
        switch target {
        case "c-same":
            try two.environment.make(
                NewLink(kind: .netkit(NetkitAttributes()), name: "s", peer: PeerLink(name: "t")), in: "host")
            try two.environment.up(("s", "host"), ("t", "host"))
            index = two.environment.device("s", "host").index
        case "c-down":
            try two.down("e", "other")
            index = two.c.index
        default: break
        }
        try two.pair.primary.tcxIngress.attach(
            TestProgram(1, two.environment) { _, context in TestHelper.redirectPeer(context, index) })
        #expect(two.pair.send(two.environment.frame(two.pair.peer)) == .success)
        #expect(two.environment.stack("other").received.isEmpty)
        #expect(two.environment.stack("host").received.isEmpty)
        #expect(Counters(two.pair.primary) == Counters(rx: 1, rxBytes: 60))
    }

    @Test func `tcx ingress redirect into a primary crosses the backlog twice`() throws {
        let two = try TwoPairs()
        try two.pair.primary.tcxIngress.attach(
            TestProgram(1, two.environment) { _, context in TestHelper.redirect(context, two.c.index) })
        _ = two.pair.send(two.environment.frame(two.pair.peer))
        #expect(two.environment.processed == 2)
        #expect(Counters(two.e) == Counters(rx: 1, rxBytes: 60))
    }

    @Test func `redirect_neigh hands the IP packet to the stack of the target's namespace and keeps the socket`() throws
    {
        let two = try TwoPairs()
        try two.pair.peer.hook.attach(
            TestProgram(1, two.environment) { _, context in
                TestHelper.redirectNeighbour(context, two.c.index, NextHop(family: NextHop.inet, low: 0x0102))
            })
        let owner = TestOwner()
        let packet = two.environment.frame(two.pair.peer)
        packet.socket = owner
        two.environment.stack("host").neighbourResult = .congestion
        #expect(two.pair.send(packet) == .success)
        #expect(two.environment.stack("host").nextHops == [NextHop(family: NextHop.inet, low: 0x0102)])
        #expect(packet.length == 46)
        #expect(packet.macHeader == nil)
        #expect(packet.networkDevice === two.c)
        #expect(owner.released == 0)
        // Congestion counts as success: nothing is counted at the target.
        #expect(Counters(two.c) == Counters())
    }

    @Test(arguments: [
        (UInt16(0x0800), UInt32(2), true), (0x0800, 10, true), (0x0800, 7, false), (0x86DD, 10, true),
        (0x86DD, 2, false),
    ])
    func `redirect_neigh with a next hop of the right family`(_ type: UInt16, _ family: UInt32, _ works: Bool) throws {
        let two = try TwoPairs()
        _ = try two.send(type: type) { TestHelper.redirectNeighbour($0, two.c.index, NextHop(family: family)) }
        #expect(Counters(two.c) == (works ? sent : Counters(txDropped: 1)))
    }

    @Test func `REDIR-27 a netkit program that redirects to its own device ends after five transmissions`() throws {
        let pair = try Pair(crossing: false)
        let index = pair.primary.index
        try pair.primary.hook.attach(
            TestProgram(1, pair.environment) { _, context in TestHelper.redirect(context, index) })
        #expect(pair.send(pair.environment.frame(pair.primary)) == .success)
        #expect(Counters(pair.primary) == Counters(tx: 5, txBytes: 300))
        #expect(pair.environment.transmitContext.recursion == 0)
    }

    @Test func `REDIR-27 a tcx egress program that redirects to its own device runs ten times`() throws {
        let pair = try Pair()
        let index = pair.primary.index
        let program = TestProgram(1, pair.environment) { _, context in TestHelper.redirect(context, index) }
        try pair.primary.tcxEgress.attach(program)
        #expect(pair.send(pair.environment.frame(pair.primary)) == .success)
        #expect(program.runs == 10)
        #expect(Counters(pair.primary) == Counters())
    }

    @Test(arguments: [(UInt64(0), 99, -22), (2, 3, -22), (1, 1, 1), (0, 1, 2)])
    func `REDIR-26 clone_redirect's results`(_ flags: UInt64, _ index: UInt32, _ result: Int32) throws {
        let pair = try Pair()
        // lo is down: as an ingress target it drops (1), as an egress target its no-op discipline answers 2.
        var answer: Int32?
        try pair.primary.hook.attach(
            TestProgram(1, pair.environment) { packet, _ in
                packet.moveTo(pair.primary)
                answer = packet.networkDevice.network.cloneRedirect(packet, index: index, flags: flags)
                packet.moveTo(pair.peer)
                return Verdict.next
            })
        #expect(pair.send(pair.environment.frame(pair.primary)) == .success)
        #expect(answer == result)
        #expect(pair.environment.stack("pod").received.count == 1)
    }

    @Test func `REDIR-44 clone_redirect of a packet without a type-bearing GSO is refused`() throws {
        let pair = try Pair()
        let packet = pair.environment.frame(pair.primary)
        packet.gsoSize = 100
        #expect(pair.environment.network.cloneRedirect(packet, index: 1, flags: 0) == -74)
    }
}

final class TestOwner: SocketBufferOwner {
    var released = 0
    func release(_ packet: SocketBuffer) { released += 1 }
    func charge(more byteCount: Int) {}
}
