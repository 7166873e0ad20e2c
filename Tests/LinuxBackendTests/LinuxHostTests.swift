import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import LinuxBackend

#if canImport(Glibc)
    import Glibc
#endif

/// The machine's own kernel, in namespaces that the test makes.
@Suite struct LinuxHostTests {
    private static let whyNot: Comment = "needs root, and Linux 6.7 or later"

    /// Whether this machine lets a host make a namespace.
    private static let canRun: Bool = {
        guard let host = try? host() else { return false }
        defer { try? host.finish() }
        return (try? host.createNamespace("probe")) != nil
    }()

    private static func host() throws -> LinuxHost {
        var options = LinuxHost.Options()
        options.cpuCount = 1
        options.settleTime = 50_000_000
        return try LinuxHost(options: options)
    }

    @Test(.enabled(if: geteuid() != 0, "root has it"))
    func withoutRootItIsRefusedByName() {
        #expect(throws: ControlError.self) { try LinuxHost() }
    }

    @Test func moreCPUsThanThereAreAreRefusedWithBothNumbers() {
        do throws(ControlError) {
            try LinuxHost.checkProcessors(2000)
            Issue.record("2000 CPUs are there")
        } catch {
            #expect("\(error)".hasPrefix("could not judge: the scenario's machine has 2000 CPUs; here "))
        }
    }

    @Test(.enabled(if: canRun, whyNot))
    func aDatagramCrossesAPairAndCapturesSeeIt() throws {
        let host = try Self.host()
        defer { try? host.finish() }
        let before = try NetworkNamespaceFile.current().inode
        try host.createNamespace("left")
        try host.createNamespace("right")
        try host.newLink(
            NewLink(
                kind: .veth, name: "a", address: LinkAddress(bits: 0x0200_0000_0001),
                peer: PeerLink(name: "b", address: LinkAddress(bits: 0x0200_0000_0002), namespace: "right")),
            in: "left")
        for (name, device, address) in [("left", "a", "10.9.0.1"), ("right", "b", "10.9.0.2")]
            as [(
                NamespaceName, String, String
            )]
        {
            try host.addAddress(NetworkPrefix(address: NetworkAddress(address), length: 24), to: device, in: name)
            var up = LinkChange()
            up.isUp = true
            try host.changeLink(device, in: name, up)
        }
        try host.addNeighbour(
            NeighbourInfo(
                address: NetworkAddress("10.9.0.2"), device: "a", linkAddress: LinkAddress(bits: 0x0200_0000_0002),
                state: .permanent), in: "left")
        // The kernel's workqueue takes the carrier up.
        for _ in 0..<100 where try host.link("a", in: "left").operationalState != 6 { try host.settle() }
        for _ in 0..<100 where try host.link("b", in: "right").operationalState != 6 { try host.settle() }
        #expect(try host.index(of: "a", in: "left") == 2 && host.index(of: "b", in: "right") == 2)
        #expect(try host.neighbours(in: "left").map(\.state) == [.permanent])

        let capture = try host.openCapture(device: "b", in: "right")
        let task = TaskIdentity(name: "sender")
        let server = try host.openSocket(
            SocketRequest(kind: .udp, isIPv6: false, namespace: "right", task: TaskIdentity(name: "server")))
        let destination = SocketAddress(address: try NetworkAddress("10.9.0.2"), port: 9)
        try host.bind(server, to: destination)
        var request = SocketRequest(kind: .udp, isIPv6: false, namespace: "left", task: task)
        request.mark = 7
        request.reportsErrors = true
        request.discoversMTU = true
        let sender = try host.openSocket(request)
        try host.bind(sender, to: SocketAddress(address: try NetworkAddress("10.9.0.1"), port: 4000))
        try host.send(Array("hello".utf8), from: sender, to: destination)
        try host.settle()

        let datagrams = try host.receive(server)
        #expect(datagrams.map(\.payload) == [Array("hello".utf8)])
        #expect(datagrams.first?.source?.port == 4000)
        let frames = try host.frames(capture)
        #expect(frames.map(\.direction) == [.incoming] && frames.first?.bytes.count == 47)
        // veth hands the sender's partial checksum over.
        #expect(frames.first?.hasPartialChecksum == true)
        #expect(try host.link("a", in: "left").statistics.transmittedPackets == 1)

        try host.send([1], from: sender, to: SocketAddress(address: try NetworkAddress("10.9.0.2"), port: 10))
        try host.settle()
        #expect(try host.takeError(sender) == .ECONNREFUSED)
        #expect(try host.takeError(sender) == nil)
        try host.finish()
        #expect(try NetworkNamespaceFile.current().inode == before)
    }

    @Test(.enabled(if: canRun, whyNot))
    func refusalsCarryErrnoAndTheKernelsText() throws {
        let host = try Self.host()
        defer { try? host.finish() }
        try host.createNamespace("here")
        func refusal(_ body: () throws(ControlError) -> Void) -> KernelFailure? {
            do throws(ControlError) {
                try body()
                return nil
            } catch {
                guard case .kernel(let failure) = error else { return nil }
                return failure
            }
        }
        var small = LinkChange()
        small.mtu = 20
        try host.newLink(NewLink(kind: .veth, name: "a", peer: PeerLink(name: "b")), in: "here")
        #expect(
            refusal { () throws(ControlError) in try host.changeLink("a", in: "here", small) }
                == KernelFailure(.EINVAL, "mtu less than device minimum"))
        #expect(
            refusal { () throws(ControlError) in
                try host.newLink(NewLink(kind: .veth, name: "a"), in: "here")
            }?.errno == .EEXIST)
        #expect(refusal { () throws(ControlError) in try host.deleteLink("zz", in: "here") }?.errno == .ENODEV)
        #expect(refusal { () throws(ControlError) in try host.enter("nowhere") }?.errno == .ENOENT)
        #expect(
            refusal { () throws(ControlError) in try host.setSysctl("net.ipv4.ip_forward", to: "x", in: "here") }?.errno
                == .EINVAL)
        try host.setSysctl("net.ipv4.ip_forward", to: "1", in: "here")
        #expect(try host.sysctl("net.ipv4.ip_forward", in: "here") == "1")
        #expect(throws: ControlError.self) {
            try host.setSysctl("net.core.netdev_max_backlog", to: "1000", in: "here")
        }
        #expect(try host.links(in: "here").map(\.name) == ["lo", "b", "a"])
        try host.deleteLink("a", in: "here")
        #expect(try host.links(in: "here").map(\.name) == ["lo"])
    }

    @Test(.enabled(if: canRun, whyNot))
    func endsOfAVethPairStandInForTwoNICsAndNoMore() throws {
        let host = try Self.host()
        defer { try? host.finish() }
        var attributes = NICAttributes(wire: "lan")
        attributes.checksumOffload = false
        attributes.segmentationOffload = false
        for (name, bits) in [("node", UInt64(1)), ("far", 2)] {
            try host.createNamespace(NamespaceName(name))
            try host.newLink(
                NewLink(kind: .nic(attributes), name: "nic0", address: LinkAddress(bits: 0x0200_0000_0000 + bits)),
                in: NamespaceName(name))
            #expect(try host.link("nic0", in: NamespaceName(name)).index == 2)
        }
        #expect(try host.link("nic0", in: "far").address == LinkAddress(bits: 0x0200_0000_0002))
        try host.enter("node")
        #expect(try !DeviceFeatures(of: "nic0").isActive("tx-checksum-ip-generic"))
        #expect(host.remarks.count == 1)
        do throws(ControlError) {
            try host.deleteLink("nic0", in: "far")
            Issue.record("a NIC was deleted")
        } catch {
            #expect("\(error)" == "EOPNOTSUPP")
        }
        do throws(ControlError) {
            try host.newLink(NewLink(kind: .nic(attributes), name: "nic1"), in: "far")
            Issue.record("a third NIC on one wire")
        } catch {
            guard case .unavailable(let why) = error else { throw error }
            #expect(why.contains("wire lan has more than two NICs"))
        }
    }
}
