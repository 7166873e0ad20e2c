import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

@Suite struct DeviceTests {
    private func vethPair() throws -> (TestEnvironment, NetworkDevice, NetworkDevice) {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.network.createNamespace("pod")
        try environment.make(
            NewLink(kind: .veth, name: "v", peer: PeerLink(name: "w", namespace: "pod")), in: "host")
        try environment.up(("v", "host"), ("w", "pod"))
        return (environment, environment.device("v", "host"), environment.device("w", "pod"))
    }

    @Test(arguments: [(118, true), (119, false)])
    func `veth delivers frames up to the receiver's MTU and 18 bytes`(_ length: Int, _ fits: Bool) throws {
        let (environment, v, w) = try vethPair()
        var change = LinkChange()
        change.mtu = 100
        try environment.network.changeLink("w", in: "pod", change)
        let frame = environment.frame(v, length: length, to: w.address, mark: 7, priority: 5)
        #expect(environment.network.transmit(frame) == (fits ? .success : .drop))
        let size = UInt64(length)
        #expect(Counters(v) == (fits ? Counters(tx: 1, txBytes: size) : Counters(txDropped: 1)))
        #expect(Counters(w) == (fits ? Counters(rx: 1, rxBytes: size) : Counters(rxDropped: 1)))
        if fits {
            let received = try #require(environment.stack("pod").received.first)
            #expect(received.mark == 0)
            #expect(received.priority == 0)
            #expect(received.packetType == .host)
        }
    }

    @Test func `veth to an end that is down: the carrier is off and the no-op discipline drops`() throws {
        let (environment, v, w) = try vethPair()
        var change = LinkChange()
        change.isUp = false
        try environment.network.changeLink("w", in: "pod", change)
        #expect(environment.network.transmit(environment.frame(v, to: w.address)) == .congestion)
        #expect(Counters(v) == Counters(txDropped: 1))
        #expect(Counters(w) == Counters())
    }

    @Test func `veth in one namespace keeps the mark and clears the priority`() throws {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.make(NewLink(kind: .veth, name: "v", peer: PeerLink(name: "w")), in: "host")
        try environment.up(("v", "host"), ("w", "host"))
        let v = environment.device("v", "host")
        _ = environment.network.transmit(environment.frame(v, mark: 7, priority: 5))
        let received = try #require(environment.stack("host").received.first)
        #expect(received.mark == 7)
        #expect(received.priority == 0)
        #expect(received.packetType == .otherHost)
    }

    @Test func `loopback receives what it sends, orphaned`() throws {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.up(("lo", "host"))
        let loopback = environment.device("lo", "host")
        let owner = TestOwner()
        let frame = environment.frame(loopback)
        frame.socket = owner
        #expect(environment.network.transmit(frame) == .success)
        #expect(owner.released == 1)
        #expect(Counters(loopback) == Counters(rx: 1, rxBytes: 46, tx: 1, txBytes: 46))
        #expect(environment.stack("host").received.count == 1)
    }

    @Test func `dummy swallows frames`() throws {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.make(NewLink(kind: .dummy), in: "host")
        try environment.up(("dummy0", "host"))
        let dummy = environment.device("dummy0", "host")
        #expect(environment.network.transmit(environment.frame(dummy)) == .success)
        #expect(Counters(dummy) == Counters(tx: 1, txBytes: 60))
    }

    private func wire(_ attributes: NICAttributes = NICAttributes(wire: "lan")) throws -> TestEnvironment {
        let environment = TestEnvironment()
        for name in ["one", "two"] as [NamespaceName] {
            try environment.network.createNamespace(name)
            try environment.make(NewLink(kind: .nic(attributes)), in: name)
            try environment.up(("eth0", name))
        }
        return environment
    }

    @Test func `a NIC keeps the socket until completion, and the receiver gets none`() throws {
        let environment = try wire()
        let sender = environment.device("eth0", "one")
        let receiver = environment.device("eth0", "two")
        let owner = TestOwner()
        do {
            let frame = environment.frame(sender, to: receiver.address, mark: 9)
            frame.socket = owner
            #expect(environment.network.transmit(frame) == .success)
        }
        #expect(owner.released == 0)
        #expect(Counters(sender) == Counters(tx: 1, txBytes: 60))
        environment.settle()
        #expect(owner.released == 1)
        #expect(Counters(receiver) == Counters(rx: 1, rxBytes: 60))
        let received = try #require(environment.stack("two").received.first)
        #expect(received.packetType == .host)
        #expect(received.mark == 0)
        #expect(received.checksumState == .none)
    }

    @Test(arguments: [true, false])
    func `partial checksums are complete on the wire`(_ offload: Bool) throws {
        var attributes = NICAttributes(wire: "lan")
        attributes.checksumOffload = offload
        let environment = try wire(attributes)
        let sender = environment.device("eth0", "one")
        let frame = environment.frame(sender, to: environment.device("eth0", "two").address)
        // A UDP header at 34 whose checksum field, at 40, holds the pseudo header's folded sum 0x1234.
        unsafe frame.data.storeBytes(of: UInt16(0x1234), toByteOffset: 40, as: UInt16.self)
        frame.checksumState = .partial
        frame.checksumStart = frame.headroom + 34
        frame.checksumOffset = 6
        #expect(environment.network.transmit(frame) == .success)
        environment.settle()
        let received = try #require(environment.stack("two").received.first)
        // All else under the sum is zero.
        #expect(Array(received.bytes[26..<28]) == [0xCB, 0xED])
    }

    @Test func `a full transmit ring makes packets wait in the discipline, which says when it is full`() throws {
        let environment = try wire()
        let sender = environment.device("eth0", "one")
        var dropped = 0
        for _ in 0..<(NIC.transmitSlots + NIC.queueLimit + 5)
        where environment.network.transmit(environment.frame(sender, type: 0x1234)) == .congestion {
            dropped += 1
        }
        #expect(dropped == 5)
        #expect(environment.refusals == [String](repeating: "fq_codel's drops from a full queue of eth0", count: 5))
        #expect(sender.statistics.transmittedPackets == 238)
        environment.settle()
        #expect(sender.statistics.transmittedPackets == 238 + 10240)
    }

    @Test(arguments: [
        (false, "software segmentation of TCP for eth0"), (true, "segmentation of TCP by eth0"),
    ])
    func `a TCP packet of several segments for a NIC is refused by name`(_ offload: Bool, _ refusal: String) throws {
        var attributes = NICAttributes(wire: "lan")
        attributes.segmentationOffload = offload
        let environment = try wire(attributes)
        let frame = environment.frame(environment.device("eth0", "one"))
        frame.gsoSize = 100
        frame.gsoType = 1
        frame.gsoSegments = 2
        frame.checksumState = .partial
        _ = environment.network.transmit(frame)
        #expect(environment.refusals == [refusal])
        #expect(environment.device("eth0", "one").statistics.transmitDropped == 1)
    }
}
