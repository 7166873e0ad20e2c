import KernelControl
import LinuxABI
import PacketModel

extension ContextCases {
    /// A netkit pair whose other end is in the pod, and a dummy beside it; the primary's programs see the pod's namespace.
    private static func redirecting(
        _ name: String, _ programs: @escaping @Sendable (WorldBuilder, _ target: UInt32) throws -> [String],
        sends: Int = 1, prepare: @escaping @Sendable (WorldBuilder) throws -> Void = { _ in }
    ) -> RecordedCase {
        make(name) { world in
            try world.namespaces("node", "pod", "third")
            try world.netkit("a@node", "b@pod")
            try world.netkit("c@pod", "d@third")
            try prepare(world)
            for text in try programs(world, try world.index("c@pod")) {
                try world.attach(text, to: "a@node", .netkitPrimary)
            }
            let capture = try world.kernel.openCapture(device: "d", in: "third")
            let socket = try world.frameSocket("a@node")
            try world.softnet()
            for _ in 0..<sends {
                world.attempt { () throws(ControlError) in try world.kernel.send(frame(), from: socket, to: nil) }
            }
            try world.softnet()
            try world.observe("a@node", "b@pod", "c@pod", "d@third")
            _ = try world.kernel.frames(capture)
        }
    }

    static let redirects = [
        redirecting("REDIR-24 redirect out of another pair") { [redirect($1)] },
        redirecting("REDIR-24 redirect into another pair's reception") { [redirect($1, flags: 1)] },
        redirecting("REDIR-24 redirect to an unknown index") { _, _ in [redirect(77)] },
        redirecting("REDIR-24 redirect out of a device whose other end is down") {
            [redirect($1)]
        } prepare: {
            try $0.up("d@third", false)
        },
        redirecting("REDIR-24 redirect into a device that is down") {
            [redirect($1, flags: 1)]
        } prepare: {
            try $0.up("c@pod", false)
        },
        redirecting("REDIR-20 redirect with flags 2") { [redirect($1, flags: 2)] },
        redirecting("REDIR-23 redirect_peer from a netkit program") { [redirectPeer($1)] },
        redirecting("REDIR-21 redirect_peer with flags 1") { [redirectPeer($1, flags: 1)] },
        redirecting("REDIR-25 verdict redirect without a helper") { _, _ in [returning(7)] },
        redirecting("REDIR-25 what an earlier program of the chain asked for applies") {
            [redirect($1, verdict: -1), returning(7)]
        },
        redirecting(
            "REDIR-25 what one send asked for does not leak into the next",
            { world, target in
                let map = try world.observations()
                return [
                    counting(
                        in: map, "if r7 == 0 goto first\nr0 = 7\nexit\nfirst:\n" + redirect(target, verdict: 0))
                ]
            }, sends: 2),
        received("REDIR-23 redirect_peer at tcx ingress: one more round, no backlog") { redirectPeer($0) },
        received("REDIR-24 redirect at tcx ingress: out through the pair and its backlog") { redirect($0) },
        received("REDIR-20 redirect into reception at tcx ingress") { redirect($0, flags: 1) },
        forwarded("redirect_neigh takes a datagram that is larger than the device's MTU", redirectsPast: true),
        forwarded("the host's stack tells of a datagram that is larger than the device's MTU", redirectsPast: false),
    ]

    /// A frame comes in through a veth, whose program redirects it to a netkit pair.
    private static func received(_ name: String, _ program: @escaping @Sendable (UInt32) -> String) -> RecordedCase {
        make(name) { world in
            try world.namespaces("far", "node", "pod")
            try world.veth("va@far", "vb@node")
            try world.netkit("nk0@node", "eth0@pod")
            try world.attach(program(try world.index("nk0@node")), to: "vb@node", .tcxIngress)
            let capture = try world.kernel.openCapture(device: "eth0", in: "pod")
            let socket = try world.frameSocket("va@far")
            try world.softnet()
            try world.kernel.send(frame([2, 0, 0, 0, 1, 2]), from: socket, to: nil)
            try world.softnet()
            try world.observe("va@far", "vb@node", "nk0@node", "eth0@pod")
            _ = try world.kernel.frames(capture)
        }
    }

    private static func forwarded(_ name: String, redirectsPast: Bool) -> RecordedCase {
        make(name) { world in
            try world.netkitPod()
            try world.kernel.setSysctl("net.ipv4.ip_forward", to: "1", in: "node")
            try world.dummy("d0@node", 1)
            var change = LinkChange()
            change.mtu = 1000
            try world.kernel.changeLink("d0", in: "node", change)
            try world.address("d0@node", "192.168.7.1/24")
            try world.neighbour("d0@node", "192.168.7.2", "02:00:00:00:07:02")
            if redirectsPast {
                try world.attach(redirectNeighbour(try world.index("d0@node")), to: "nk0@node", .netkitPeer)
            }
            let capture = try world.kernel.openCapture(device: "d0", in: "node")
            let other = try world.kernel.openCapture(device: "eth0", in: "pod")
            let client = try world.socket(in: "pod", "10.0.1.2", 4000) { $0.reportsErrors = true }
            try world.send([UInt8](repeating: 7, count: 1_400), from: client, to: "192.168.7.2", 9)
            try world.observe("eth0@pod", "nk0@node", "d0@node")
            _ = try world.kernel.frames(capture)
            _ = try world.kernel.frames(other)
            _ = try world.kernel.takeError(client)
        }
    }

    // MARK: Neighbours

    static let neighbours = [
        make("REDIR-15 the neighbour never answers: 200 datagrams, and what becomes of them") { world in
            try world.netkitPod()
            try world.nic("nic0@node", mac: "02:00:00:00:07:01", address: "192.168.7.1/24")
            try world.attach(redirectNeighbour(try world.index("nic0@node")), to: "nk0@node", .netkitPeer)
            let wire = try world.kernel.openCapture(device: "nic0", in: "node")
            let client = try world.socket(in: "pod", "10.0.1.2", 4000) { $0.reportsErrors = true }
            for _ in 0..<200 {
                try world.send([UInt8](repeating: 0, count: 64), from: client, to: "192.168.7.2", 9)
            }
            try world.kernel.advance(nanoseconds: 2_000_000_000)
            _ = try world.kernel.takeError(client)
            try world.kernel.advance(nanoseconds: 2_000_000_000)
            _ = try world.kernel.takeError(client)
            _ = try world.kernel.neighbours(in: "node")
            _ = try world.kernel.frames(wire)
            try world.observe("eth0@pod", "nk0@node", "nic0@node")
        }
    ]
}
