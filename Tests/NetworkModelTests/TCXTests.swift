import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

@Suite struct TCXTests {
    @Test(arguments: [
        ([Int32(4), 2], true), ([-1, 2], false), ([-1], true), ([0], true), ([1], true), ([3], true), ([5], true),
        ([6], true), ([8], true), ([100], true), ([-2], true), ([2], false), ([7], false), ([0, 2], true),
    ])
    func `tcx ingress: unknown verdicts end the chain and let the packet go on`(
        _ verdicts: [Int32], _ isDelivered: Bool
    ) throws {
        let pair = try Pair()
        for (index, verdict) in verdicts.enumerated() {
            try pair.peer.tcxIngress.attach(TestProgram(UInt32(index), pair.environment, returns: verdict))
        }
        #expect(pair.send(pair.environment.frame(pair.primary)) == .success)
        #expect(pair.environment.stack("pod").received.count == (isDelivered ? 1 : 0))
        // Neither a drop nor a redirect to nowhere shows in a counter of the device.
        #expect(Counters(pair.peer) == Counters(rx: 1, rxBytes: 60))
    }

    @Test func `tcx ingress sees the header, its own index, and a wire length without the header`() throws {
        let pair = try Pair()
        let program = TestProgram(1, pair.environment, returns: Verdict.next)
        try pair.peer.tcxIngress.attach(program)
        _ = pair.send(pair.environment.frame(pair.primary))
        let seen = try #require(program.seen.first)
        #expect(seen.length == 60)
        #expect(seen.wireLength == 46)
        #expect(seen.interface == pair.peer.index)
        #expect(seen.ingressInterface == pair.peer.index)
        #expect(pair.environment.stack("pod").received.first?.bytes.count == 46)
    }

    @Test(arguments: [
        (Int32(-1), TransmitResult.success, Counters(tx: 1, txBytes: 60)), (0, .success, Counters(tx: 1, txBytes: 60)),
        (4, .success, Counters(tx: 1, txBytes: 60)), (2, .drop, Counters()), (7, .success, Counters()),
    ])
    func `tcx egress: drops and redirects count nothing at the device`(
        _ verdict: Int32, _ result: TransmitResult, _ counters: Counters
    ) throws {
        let pair = try Pair()
        try pair.primary.tcxEgress.attach(TestProgram(1, pair.environment, returns: verdict))
        #expect(pair.send(pair.environment.frame(pair.primary)) == result)
        #expect(Counters(pair.primary) == counters)
    }

    @Test func `tcx egress runs although the carrier is off`() throws {
        let pair = try Pair(peerUp: false)
        let program = TestProgram(1, pair.environment, returns: Verdict.next)
        try pair.primary.tcxEgress.attach(program)
        #expect(pair.send(pair.environment.frame(pair.primary)) == .congestion)
        #expect(program.runs == 1)
    }

    @Test func `PASS copies the class id into tc_index`() throws {
        let pair = try Pair()
        try pair.peer.tcxIngress.attach(
            TestProgram(1, pair.environment) { packet, _ in
                packet.set(UInt16(0x77), at: SocketBufferLayout.tcClassID)
                return Verdict.pass
            })
        let packet = pair.environment.frame(pair.primary)
        _ = pair.send(packet)
        #expect(packet.get(UInt16.self, at: SocketBufferLayout.tcIndex) == 0x77)
    }

    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
    func `an unknown protocol is counted unless a tap waits for its hand-over`(_ tapped: Bool, _ program: Bool) throws {
        let pair = try Pair()
        let capture = Capture(network: pair.environment.network, limit: nil)
        if tapped { pair.peer.add(capture) }
        if program { try pair.peer.tcxIngress.attach(TestProgram(1, pair.environment, returns: Verdict.next)) }
        _ = pair.send(pair.environment.frame(pair.primary, type: 0x1234))
        let isCounted = !tapped || program
        #expect(pair.peer.statistics.receiveDropped == (isCounted ? 1 : 0))
        #expect(capture.takeFrames().count == (tapped ? 1 : 0))
    }
}
