import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

private let unicast = LinkAddress(bits: 0x0200_0000_0001)
private let multicast = LinkAddress(bits: 0x0100_5E00_0001)

private func netkit(
    _ name: String? = "a", mode: UInt32? = nil, policy: Int32? = nil, peerPolicy: Int32? = nil, scrub: UInt32? = nil,
    peerScrub: UInt32? = nil, address: LinkAddress? = nil, mtu: UInt32? = nil, index: UInt32? = nil,
    peer: PeerLink? = nil
) -> NewLink {
    NewLink(
        kind: .netkit(
            NetkitAttributes(mode: mode, policy: policy, peerPolicy: peerPolicy, scrub: scrub, peerScrub: peerScrub)),
        name: name, address: address, mtu: mtu, index: index, peer: peer)
}

private func veth(
    _ name: String? = "a", address: LinkAddress? = nil, mtu: UInt32? = nil, peer: PeerLink? = nil
) -> NewLink {
    NewLink(kind: .veth, name: name, address: address, mtu: mtu, peer: peer)
}

private func change(_ body: (inout LinkChange) -> Void) -> LinkChange {
    var change = LinkChange()
    body(&change)
    return change
}

private let modeText = "Provided device mode can only be L2 or L3"
private let policyText = "Provided default xmit policy not supported"
private let rangeText = "integer out of range"
private let smallText = "mtu less than device minimum"
private let largeText = "mtu greater than device maximum"

/// What Linux 6.12.117 answered to the same requests, in this order, in a namespace with only `lo`.
@Suite struct LinkTests {
    struct Creation: Sendable, CustomTestStringConvertible {
        let request: NewLink
        /// Devices beside lo, as `index name`, or the refusal.
        let outcome: String

        init(_ request: NewLink, _ outcome: String) {
            self.request = request
            self.outcome = outcome
        }

        var testDescription: String { outcome }
    }

    /// One run: indexes go on from row to row, and failures use some up, as on Linux.
    static let creations: [Creation] = [
        Creation(netkit(nil), "2 nk0 1500, 3 nk1 1500"), Creation(netkit(), "4 nk0 1500, 5 a 1500"),
        Creation(netkit(peer: PeerLink(name: "b")), "6 b 1500, 7 a 1500"),
        Creation(netkit(peer: PeerLink()), "8 nk0 1500, 9 a 1500"),
        Creation(netkit(mode: 2), "EINVAL: \(modeText)"), Creation(netkit(mode: 2, scrub: 2), "ERANGE: \(rangeText)"),
        Creation(netkit(scrub: 2), "ERANGE: \(rangeText)"), Creation(netkit(peerScrub: 2), "ERANGE: \(rangeText)"),
        Creation(netkit(policy: 1), "EINVAL: \(policyText)"), Creation(netkit(policy: 7), "EINVAL: \(policyText)"),
        Creation(netkit(policy: -1), "EINVAL: \(policyText)"),
        Creation(netkit(peerPolicy: 3), "EINVAL: \(policyText)"),
        Creation(netkit(policy: 2, peerPolicy: 2), "10 nk0 1500, 11 a 1500"),
        Creation(netkit(address: unicast), "EOPNOTSUPP"), Creation(netkit(address: multicast), "EADDRNOTAVAIL"),
        Creation(netkit(address: .zero), "EADDRNOTAVAIL"),
        Creation(netkit(mode: 0, address: unicast), "12 nk0 1500, 13 a 1500 02:00:00:00:00:01"),
        Creation(netkit(mode: 0, address: .zero), "EADDRNOTAVAIL"),
        Creation(netkit(peer: PeerLink(name: "b", address: unicast)), "EOPNOTSUPP"),
        Creation(netkit(peer: PeerLink(name: "b", address: multicast)), "EADDRNOTAVAIL"),
        Creation(netkit(policy: 1, peer: PeerLink(name: "b", address: multicast)), "EADDRNOTAVAIL"),
        Creation(
            netkit(mode: 0, peer: PeerLink(name: "b", address: unicast)), "14 b 1500 02:00:00:00:00:01, 15 a 1500"),
        Creation(netkit(policy: 1, address: unicast), "EINVAL: \(policyText)"),
        Creation(netkit(mtu: 67), "EINVAL: \(smallText)"), Creation(netkit(mtu: 65536), "EINVAL: \(largeText)"),
        Creation(netkit(mtu: 65535), "16 nk0 65535, 17 a 65535"),
        Creation(netkit(mtu: 9000), "18 nk0 9000, 19 a 9000"),
        Creation(netkit(mtu: 9000, peer: PeerLink(name: "b")), "20 b 1500, 21 a 9000"),
        Creation(netkit(peer: PeerLink(name: "b", mtu: 67)), "EINVAL: \(smallText)"),
        Creation(netkit(mode: 2, mtu: 67), "EINVAL: \(smallText)"),
        Creation(netkit(mtu: 0x8000_0000), "EINVAL: \(smallText)"), Creation(netkit("lo"), "EEXIST"),
        Creation(netkit(peer: PeerLink(name: "lo")), "EEXIST"), Creation(netkit(peer: PeerLink(name: "a")), "EEXIST"),
        Creation(netkit("lo", address: multicast, mtu: 1), "EADDRNOTAVAIL"), Creation(netkit("lo", mtu: 1), "EEXIST"),
        Creation(netkit(index: 1), "EEXIST"), Creation(netkit(index: 500), "23 nk0 1500, 500 a 1500"),
        Creation(netkit(index: 0x7FFF_FFFF), "24 nk0 1500, 2147483647 a 1500"),
        Creation(netkit(index: 0xFFFF_FFFB), "EINVAL: ifindex can't be negative"), Creation(netkit("a/b"), "EINVAL"),
        Creation(netkit("a b"), "EINVAL"), Creation(netkit(""), "EINVAL"), Creation(netkit("."), "EINVAL"),
        Creation(netkit("123456789012345"), "29 nk0 1500, 30 123456789012345 1500"),
        Creation(netkit("1234567890123456"), "ERANGE: Attribute failed policy validation"),
        Creation(netkit("x%d"), "31 nk0 1500, 32 x0 1500"), Creation(netkit("x%dy%d"), "EINVAL"),
        Creation(netkit("x%s"), "EINVAL"), Creation(netkit("x%dy"), "35 nk0 1500, 36 x0y 1500"),
        Creation(
            netkit(peer: PeerLink(name: "1234567890123456")), "ERANGE: Attribute failed policy validation"),
        Creation(netkit(peer: PeerLink(name: "a:b")), "EINVAL"), Creation(veth(nil), "37 veth0 1500, 38 veth1 1500"),
        Creation(veth(peer: PeerLink(name: "b")), "39 b 1500, 40 a 1500"),
        Creation(veth(peer: PeerLink(name: "b", address: multicast)), "EADDRNOTAVAIL"),
        Creation(veth(address: multicast), "EADDRNOTAVAIL"), Creation(veth(mtu: 67), "EINVAL"),
        Creation(veth(mtu: 2000), "41 veth0 2000, 42 a 2000"),
        Creation(veth(mtu: 2000, peer: PeerLink(name: "b")), "43 b 1500, 44 a 2000"),
        Creation(veth(peer: PeerLink(name: "lo")), "EEXIST"),
        Creation(NewLink(kind: .dummy), "45 dummy0 1500"), Creation(NewLink(kind: .dummy, name: "d", mtu: 0), "46 d 0"),
        Creation(NewLink(kind: .dummy, name: "d", mtu: 100000), "47 d 100000"),
        Creation(NewLink(kind: .dummy, name: "d", address: multicast), "EADDRNOTAVAIL"),
        Creation(NewLink(kind: .dummy, name: "d", mtu: 0x8000_0000), "EINVAL: \(smallText)"),
    ]

    @Test func `NK-01 NK-20…24 creation: names, indexes, MTUs, errnos and texts, row after row`() throws {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        for (row, creation) in Self.creations.enumerated() {
            var outcome: String
            do throws(ControlError) {
                try environment.network.newLink(creation.request, in: "host")
                outcome = try environment.network.links(in: "host").dropFirst().map { link in
                    let shown = link.address == unicast ? " \(link.address)" : ""
                    return "\(link.index) \(link.name) \(link.mtu)\(shown)"
                }.joined(separator: ", ")
            } catch {
                outcome = error.description
            }
            #expect(outcome == creation.outcome, "row \(row)")
            for link in try environment.network.links(in: "host").dropFirst() {
                try? environment.network.deleteLink(link.name, in: "host")
            }
            #expect(try environment.network.links(in: "host").count == 1)
        }
    }

    @Test func `NK-27 addresses and flags of both modes at birth`() throws {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.make(netkit("a", peer: PeerLink(name: "b")), in: "host")
        try environment.make(netkit("c", mode: 0, peer: PeerLink(name: "d")), in: "host")
        try environment.make(NewLink(kind: .dummy, name: "e"), in: "host")
        let links = try environment.network.links(in: "host")
        #expect(links.map(\.flags) == [0x8, 0x1082, 0x1082, 0x1002, 0x1002, 0x82])
        #expect(links[1...2].allSatisfy { $0.address == .zero })
        #expect(links[3...5].allSatisfy { $0.address.isValidForDevice && $0.address.bits >> 41 & 1 == 1 })
        #expect(links.allSatisfy { $0.operationalState == 2 && $0.queueingDiscipline == "noop" })
        #expect(links[1].netkit == NetkitAttributes(mode: 1, policy: 0, peerPolicy: 0, scrub: 1, peerScrub: 1))
        #expect(links.map(\.isNetkitPrimary) == [nil, false, true, false, true, nil])
    }

    @Test func `each end of a netkit pair shows its own settings first`() throws {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.make(
            netkit("a", policy: 2, peerPolicy: 0, scrub: 0, peerScrub: 1, peer: PeerLink(name: "b")), in: "host")
        #expect(
            try environment.network.link("b", in: "host").netkit
                == NetkitAttributes(mode: 1, policy: 0, peerPolicy: 2, scrub: 1, peerScrub: 0))
    }

    @Test(arguments: [true, false])
    func `NK-26 carrier, operational state and discipline follow both ends`(_ isNetkit: Bool) throws {
        let request = isNetkit ? netkit("a", peer: PeerLink(name: "b")) : veth("a", peer: PeerLink(name: "b"))
        let born: UInt32 = isNetkit ? 0x1082 : 0x1002
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.make(request, in: "host")
        func states() throws -> [String] {
            try ["b", "a"].map { name in
                let link = try environment.network.link(name, in: "host")
                return "\(String(link.flags & ~born, radix: 16)) \(link.operationalState) \(link.queueingDiscipline)"
            }
        }
        func set(_ name: String, _ isUp: Bool) throws {
            try environment.network.changeLink(name, in: "host", change { $0.isUp = isUp })
        }
        #expect(try states() == ["0 2 noop", "0 2 noop"])
        try set("a", true)
        #expect(try states() == ["0 2 noop", "1 3 noqueue"])
        try set("b", true)
        #expect(try states() == ["10041 6 noqueue", "10041 6 noqueue"])
        try set("b", false)
        #expect(try states() == ["0 2 noqueue", "1 3 noqueue"])
        try set("a", false)
        #expect(try states() == ["0 2 noqueue", "0 2 noqueue"])
    }

    @Test func `across namespaces the lower layer is not found`() throws {
        let pair = try Pair(peerUp: false)
        #expect(try pair.environment.network.link("a", in: "host").operationalState == 2)
        try pair.environment.up(("b", "pod"))
        #expect(try pair.environment.network.link("a", in: "host").operationalState == 6)
    }

    @Test func `loopback and dummy have an unknown operational state when up`() throws {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.make(NewLink(kind: .dummy, name: "d"), in: "host")
        try environment.up(("lo", "host"), ("d", "host"))
        let loopback = try environment.network.link("lo", in: "host")
        #expect(loopback.flags == 0x10049)
        #expect(loopback.operationalState == 0)
        #expect(loopback.mtu == 65536)
        #expect(try environment.network.link("d", in: "host").operationalState == 0)
    }

    struct Change: Sendable {
        let device: String
        let change: LinkChange
        let outcome: String

        init(_ device: String, _ outcome: String, _ body: (inout LinkChange) -> Void) {
            self.device = device
            self.outcome = outcome
            var change = LinkChange()
            body(&change)
            self.change = change
        }
    }

    static let changes: [Change] = [
        Change("a", "ok") { $0.netkit = NetkitAttributes(policy: 2) },
        Change("a", "EINVAL: \(policyText)") { $0.netkit = NetkitAttributes(policy: 1) },
        Change("a", "EINVAL: \(policyText)") { $0.netkit = NetkitAttributes(peerPolicy: 7) },
        Change("a", "EINVAL: \(policyText)") { $0.netkit = NetkitAttributes(policy: 0, peerPolicy: 1) },
        Change("a", "EACCES: netkit link operating mode cannot be changed after device creation") {
            $0.netkit = NetkitAttributes(mode: 9)
        },
        Change("a", "EACCES: netkit scrubbing cannot be changed after device creation") {
            $0.netkit = NetkitAttributes(scrub: 0)
        },
        Change("a", "ERANGE: integer out of range") { $0.netkit = NetkitAttributes(scrub: 3) },
        Change("a", "EACCES: netkit scrubbing cannot be changed after device creation") {
            $0.netkit = NetkitAttributes(peerScrub: 0)
        },
        Change("a", "EACCES: netkit link operating mode cannot be changed after device creation") {
            $0.netkit = NetkitAttributes(mode: 1, peerScrub: 0)
        },
        Change("b", "EACCES: netkit link settings can be changed only through the primary device") {
            $0.netkit = NetkitAttributes(policy: 2)
        },
        Change("d", "EOPNOTSUPP") { $0.netkit = NetkitAttributes(policy: 2) },
        Change("v", "EOPNOTSUPP") { $0.netkit = NetkitAttributes(policy: 2) },
        Change("lo", "EOPNOTSUPP") { $0.netkit = NetkitAttributes(policy: 2) },
        Change("a", "EOPNOTSUPP") { $0.address = unicast }, Change("a", "ok") { $0.address = .zero },
        Change("a", "EOPNOTSUPP") { $0.address = multicast },
        Change("a", "EADDRNOTAVAIL") {
            $0.address = multicast
            $0.netkit = NetkitAttributes(policy: 2)
        },
        Change("l2", "ok") { $0.address = unicast }, Change("l2", "EADDRNOTAVAIL") { $0.address = multicast },
        Change("l2", "EADDRNOTAVAIL") { $0.address = .zero }, Change("lo", "ok") { $0.address = unicast },
        Change("lo", "EADDRNOTAVAIL") { $0.address = .zero }, Change("d", "EADDRNOTAVAIL") { $0.address = multicast },
        Change("a", "EINVAL: \(smallText)") { $0.mtu = 67 }, Change("a", "ok") { $0.mtu = 68 },
        Change("a", "EINVAL: \(largeText)") { $0.mtu = 65536 }, Change("lo", "ok") { $0.mtu = 0 },
        Change("lo", "ok") { $0.mtu = 0x7FFF_FFFF }, Change("lo", "EINVAL: \(smallText)") { $0.mtu = 0x8000_0000 },
        Change("d", "ok") { $0.mtu = 0 }, Change("v", "EINVAL: \(largeText)") { $0.mtu = 65536 },
        Change("a", "EEXIST") { $0.name = "lo" }, Change("a", "EINVAL") { $0.name = "a/x" },
        Change("a", "ok") { $0.name = "q%d" }, Change("q0", "ok") { $0.name = "a" },
        Change("a", "ERANGE: Attribute failed policy validation") { $0.name = "1234567890123456" },
        Change("a", "ok") { $0.name = "" },
        Change("lo", "EINVAL: The interface netns is immutable") { $0.namespace = "pod" },
        Change("d", "ok") { $0.namespace = "pod" },
        Change("v", "EEXIST") {
            $0.namespace = "pod"
            $0.name = "lo"
        },
        Change("v", "ENODEV") { $0.mtu = 3 },
        Change("l2", "ok") {
            $0.isUp = true
            $0.address = LinkAddress(bits: 0x0200_0000_0077)
        },
        Change("z", "EEXIST: An interface with the same name exists in the target netns") { $0.namespace = "pod" },
        Change("z", "ok") {
            $0.namespace = "pod"
            $0.name = "zz"
        },
    ]

    @Test func `NK-25 changes: errnos, texts, and what stays done`() throws {
        let environment = TestEnvironment()
        try environment.network.createNamespace("host")
        try environment.network.createNamespace("pod")
        try environment.make(netkit("a", peer: PeerLink(name: "b")), in: "host")
        try environment.make(netkit("l2", mode: 0, peer: PeerLink(name: "m2")), in: "host")
        try environment.make(NewLink(kind: .dummy, name: "d"), in: "host")
        try environment.make(veth("v", peer: PeerLink(name: "w")), in: "host")
        try environment.make(NewLink(kind: .dummy, name: "z"), in: "host")
        try environment.make(NewLink(kind: .dummy, name: "z"), in: "pod")
        for (row, change) in Self.changes.enumerated() {
            var outcome = "ok"
            do throws(ControlError) {
                try environment.network.changeLink(change.device, in: "host", change.change)
            } catch {
                outcome = error.description
            }
            #expect(outcome == change.outcome, "row \(row): \(change.device)")
        }
        // The policy before a refused peer policy stays; a device that moved before a refused name stays moved.
        #expect(try environment.network.link("a", in: "host").netkit?.policy == 0)
        #expect(Set(try environment.network.links(in: "pod").map(\.name)) == ["lo", "z", "d", "v", "zz"])
    }

    @Test func `NK-05 NK-29 deleting either end deletes both, releases programs, and leaves links without a device`()
        throws
    {
        let pair = try Pair()
        let network = pair.environment.network!
        let link = HookLink(id: 1, program: TestProgram(1, pair.environment, returns: 0), type: .netkitPeer)
        let tcx = HookLink(id: 2, program: TestProgram(2, pair.environment, returns: 0), type: .tcxIngress)
        try network.hook(.netkitPeer, device: "a", in: "host").attach(link)
        try network.hook(.tcxIngress, device: "a", in: "host").attach(tcx)
        #expect(link.interfaceIndex == pair.peer.index)
        #expect(tcx.interfaceIndex == pair.primary.index)
        try network.deleteLink("b", in: "pod")
        #expect(try network.links(in: "host").count == 1)
        #expect(try network.links(in: "pod").count == 1)
        #expect(link.interfaceIndex == 0)
        #expect(tcx.interfaceIndex == 0)
        #expect(throws: KernelErrno.ENOLINK) {
            try link.update(to: TestProgram(3, pair.environment, returns: 0), old: nil)
        }
        link.detach()
        #expect(throws: ControlError.self) { try network.deleteLink("lo", in: "host") }
    }

    @Test func `deleting a namespace deletes its pairs with their other ends`() throws {
        let pair = try Pair()
        try pair.environment.network.deleteNamespace("pod")
        #expect(try pair.environment.network.links(in: "host").map(\.name) == ["lo"])
        #expect(throws: ControlError.self) { try pair.environment.network.links(in: "pod") }
    }

    @Test func `packets under way when their devices go are lost without harm`() throws {
        let environment = TestEnvironment()
        for name: NamespaceName in ["host", "far"] {
            try environment.network.createNamespace(name)
            try environment.make(NewLink(kind: .nic(NICAttributes(wire: "lan")), name: "eth0"), in: name)
            try environment.up(("eth0", name))
        }
        let sender = environment.device("eth0", "host")
        let owner = TestOwner()
        do {
            let frame = environment.frame(sender, to: .broadcast)
            frame.socket = owner
            #expect(environment.network.transmit(frame) == .success)
        }
        try environment.network.deleteNamespace("far")
        try environment.network.deleteNamespace("host")
        environment.settle()
        #expect(owner.released == 1)
        #expect(environment.processed == 0)
        try environment.network.createNamespace("host")
        #expect(try environment.network.links(in: "host").map(\.index) == [1])
    }

    @Test(arguments: [
        (AttachType.netkitPrimary, "a", "ok"), (.netkitPeer, "a", "ok"), (.netkitPrimary, "b", "EACCES"),
        (.netkitPeer, "b", "EACCES"), (.netkitPrimary, "lo", "ENXIO"), (.netkitPeer, "none", "ENODEV"),
        (.tcxIngress, "b", "ok"), (.tcxEgress, "lo", "ok"), (.tcxIngress, "none", "ENODEV"),
    ])
    func `NK-13 NK-30 which hook a request means`(_ type: AttachType, _ device: String, _ outcome: String) throws {
        let pair = try Pair(crossing: false)
        var found = "ok"
        do throws(ControlError) {
            _ = try pair.environment.network.hook(type, device: device, in: "host")
        } catch {
            found = error.description
        }
        #expect(found == outcome)
    }

    @Test func `a tcx program moves with its device to another namespace`() throws {
        let pair = try Pair(crossing: false)
        try pair.environment.network.createNamespace("other")
        let program = TestProgram(1, pair.environment, returns: Verdict.next)
        try pair.peer.tcxIngress.attach(program)
        try pair.environment.network.changeLink(
            "b", in: "host",
            change {
                $0.namespace = "other"
                $0.isUp = true
            })
        _ = pair.send(pair.environment.frame(pair.primary, mark: 3))
        #expect(program.runs == 1)
        #expect(pair.environment.stack("other").received.first?.mark == 0)
        #expect(pair.environment.stack("host").changes.suffix(2) == ["b unregistered", "a carrier"])
    }
}
