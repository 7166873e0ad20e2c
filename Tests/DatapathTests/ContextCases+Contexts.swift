import KernelControl
import LinuxABI
import PacketModel

extension ContextCases {
    private static let everyVerdict: [Int32] = [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 1 << 28, -2]

    static let verdicts =
        [
            make("NK-46 every verdict at netkit") { world in
                try world.netkitPod()
                let server = try world.socket(in: "node", "10.0.1.1", 9)
                let client = try world.socket(in: "pod", "10.0.1.2", 4000) { $0.reportsErrors = true }
                for verdict in everyVerdict {
                    try judge(verdict, world, "nk0@node", .netkitPeer, client, server)
                    try world.observe("eth0@pod", "nk0@node")
                }
            },
            make("MP-62 every verdict at tcx ingress") { world in
                try world.vethPod()
                let server = try world.socket(in: "node", "10.0.1.1", 9)
                let client = try world.socket(in: "pod", "10.0.1.2", 4000) { $0.reportsErrors = true }
                for verdict in everyVerdict {
                    try judge(verdict, world, "ve0@node", .tcxIngress, client, server)
                    try world.observe("eth0@pod", "ve0@node")
                }
            },
            make("MP-62 every verdict at tcx egress") { world in
                try world.vethPod()
                let server = try world.socket(in: "node", "10.0.1.1", 9)
                let client = try world.socket(in: "pod", "10.0.1.2", 4000) { $0.reportsErrors = true }
                for verdict in everyVerdict {
                    try judge(verdict, world, "eth0@pod", .tcxEgress, client, server)
                    try world.observe("eth0@pod", "ve0@node")
                }
            },
        ]
        + [[4, 2], [-1, 2], [0, 2]].map { verdicts in
            make("MP-60 tcx ingress with the chain \(verdicts)") { world in
                try world.vethPod()
                for verdict in verdicts { try world.attach(returning(Int32(verdict)), to: "ve0@node", .tcxIngress) }
                let server = try world.socket(in: "node", "10.0.1.1", 9)
                let client = try world.socket(in: "pod", "10.0.1.2", 4000)
                try world.send([1], from: client, to: "10.0.1.1", 9)
                _ = try world.kernel.receive(server)
                try world.observe("eth0@pod", "ve0@node")
            }
        }

    private static func judge(
        _ verdict: Int32, _ world: WorldBuilder, _ end: String, _ hook: AttachType, _ client: Descriptor,
        _ server: Descriptor
    ) throws {
        let program = try world.attach(returning(verdict), to: end, hook)
        world.attempt { () throws(ControlError) in
            try world.kernel.send(
                [UInt8(truncatingIfNeeded: verdict)], from: client,
                to: SocketAddress(address: NetworkAddress(ipv4: 0x0A00_0101), port: 9))
        }
        _ = try world.kernel.receive(server)
        let (device, namespace) = WorldBuilder.split(end)
        try world.kernel.detach(program, from: device, in: namespace, as: hook, at: AttachPosition())
        _ = try world.kernel.query(device: device, in: namespace, type: hook)
    }

    static let contexts =
        [nil, 0, 1].flatMap { scrub in
            [true, false].map { crosses in contextCase(scrub: scrub, crosses: crosses) }
        } + [
            make("context fields at tcx egress and ingress of a veth") { world in
                try world.vethPod()
                let maps = [try world.observations(), try world.observations()]
                try world.attach(observing(in: maps[0], verdict: -1), to: "eth0@pod", .tcxEgress)
                try world.attach(observing(in: maps[1], verdict: -1), to: "ve0@node", .tcxIngress)
                let server = try world.socket(in: "node", "10.0.1.1", 9)
                let client = try world.socket(in: "pod", "10.0.1.2", 4000) {
                    $0.mark = 0x1234
                    $0.priority = 5
                }
                try world.send([UInt8](repeating: 1, count: 18), from: client, to: "10.0.1.1", 9)
                for map in maps { try world.look(map) }
                _ = try world.kernel.receive(server)
            },
            make("NK-42 packet types of frames through an L3 pair") { world in
                try world.namespaces("node", "pod")
                try world.netkit("a@node", "b@pod")
                let map = try world.observations()
                try world.attach(observing(in: map, verdict: -1), to: "a@node", .netkitPrimary)
                let socket = try world.frameSocket("a@node")
                for first: UInt8 in [0, 2, 0xFF, 1] {
                    let rest: UInt8 = first == 0xFF ? 0xFF : 0
                    try world.kernel.send(
                        frame([first, rest, rest, rest, rest, rest]), from: socket, to: nil)
                    try world.look(map)
                }
                try world.observe("a@node", "b@pod")
            },
            make("a frame of 600 bytes to a netkit peer of MTU 100") { world in
                try world.namespaces("node", "pod")
                try world.netkit("a@node", "b@pod")
                var change = LinkChange()
                change.mtu = 100
                try world.kernel.changeLink("b", in: "pod", change)
                let capture = try world.kernel.openCapture(device: "b", in: "pod")
                let socket = try world.frameSocket("a@node")
                try world.kernel.send(frame(length: 600), from: socket, to: nil)
                try world.observe("a@node", "b@pod")
                _ = try world.kernel.frames(capture)
            },
        ]

    /// Mark and priority survive within a namespace; across namespaces with scrub none only. Lengths, devices and packet type
    /// as the pair's hooks see them.
    private static func contextCase(scrub: UInt32?, crosses: Bool) -> RecordedCase {
        let words = ["none", "default"]
        let scrubbing = scrub.map { words[Int($0)] } ?? "unsaid"
        return make("NK-41 scrub \(scrubbing), \(crosses ? "another" : "the same") namespace") { world in
            try world.namespaces("node", "pod")
            let other = crosses ? "b@pod" : "b@node"
            try world.netkit("a@node", other, NetkitAttributes(scrub: scrub))
            let hooks: [(String, AttachType)] = [
                ("a@node", .tcxEgress), ("a@node", .netkitPrimary), (other, .tcxIngress),
            ]
            var maps: [Descriptor] = []
            for (end, hook) in hooks {
                maps.append(try world.observations())
                try world.attach(observing(in: maps[maps.count - 1], verdict: -1), to: end, hook)
            }
            let socket = try world.frameSocket("a@node") {
                $0.mark = 0x1234
                $0.priority = 5
            }
            try world.kernel.send(frame(), from: socket, to: nil)
            for map in maps { try world.look(map) }
            try world.observe("a@node", other)
        }
    }
}
