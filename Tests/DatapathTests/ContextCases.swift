import KernelControl
import LinuxABI
import PacketModel

/// Small worlds that show one fact each; Linux 6.12 executed the same requests (Recordings/linux-6.12.json).
enum ContextCases {
    static let all: [RecordedCase] =
        backlog + loops + redirects + verdicts + contexts + neighbours

    static func make(_ name: String, _ run: @escaping @Sendable (WorldBuilder) throws -> Void) -> RecordedCase {
        RecordedCase(name: name) { kernel in try run(WorldBuilder(kernel: kernel)) }
    }

    // MARK: Programs

    static func returning(_ verdict: Int32) -> String { "r0 = \(verdict)\nexit" }

    static func redirect(_ index: UInt32, flags: Int = 0, verdict: Int? = nil) -> String {
        "r1 = \(index)\nr2 = \(flags)\ncall bpf_redirect\n" + (verdict.map { "r0 = \($0)\n" } ?? "") + "exit"
    }

    static func redirectPeer(_ index: UInt32, flags: Int = 0) -> String {
        "r1 = \(index)\nr2 = \(flags)\ncall bpf_redirect_peer\nexit"
    }

    static func redirectNeighbour(_ index: UInt32) -> String {
        "r1 = \(index)\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh\nexit"
    }

    /// Clones the packet into a device's reception so many times, then answers.
    static func cloning(into index: UInt32, times: Int, verdict: Int) -> String {
        "r6 = r1\n"
            + String(repeating: "r1 = r6\nr2 = \(index)\nr3 = 1\ncall bpf_clone_redirect\n", count: times)
            + "r0 = \(verdict)\nexit"
    }

    /// Counts its runs in a map's only value, then goes on; r6 is the context, r7 how often it ran before.
    static func counting(in map: Descriptor, _ rest: String) -> String {
        """
        r6 = r1
        r1 = 0
        *(u32 *)(r10 - 4) = r1
        r2 = r10
        r2 += -4
        r1 = map[id:\(map.rawValue)]
        call bpf_map_lookup_elem
        if r0 != 0 goto found
        r0 = 0
        exit
        found:
        r7 = *(u64 *)(r0 + 0)
        r1 = r7
        r1 += 1
        *(u64 *)(r0 + 0) = r1
        \(rest)
        """
    }

    /// Offsets of `struct __sk_buff`: what neither chance nor the kernel's addresses decide.
    static let observedFields = [
        0, 4, 8, 12, 16, 20, 32, 36, 40, 44, 48, 52, 56, 60, 64, 160, 164, 176,
    ]

    /// Writes the context's fields and the length of the linear part behind the count of runs.
    static func observing(in map: Descriptor, verdict: Int) -> String {
        var text = ""
        for (place, field) in observedFields.enumerated() {
            text += "r1 = *(u32 *)(r6 + \(field))\n*(u32 *)(r0 + \(8 + place * 4)) = r1\n"
        }
        let end = 8 + observedFields.count * 4
        text += "r1 = *(u32 *)(r6 + 80)\nr2 = *(u32 *)(r6 + 76)\nr1 -= r2\n*(u32 *)(r0 + \(end)) = r1\n"
        return counting(in: map, text + "r0 = \(verdict)\nexit")
    }

    static func frame(_ destination: [UInt8] = [0, 0, 0, 0, 0, 0], length: Int = 60) -> [UInt8] {
        let header = destination + [2, 0, 0, 0, 0, 0x77, 0x88, 0xB5]
        return header + (0..<length - 14).map { UInt8(truncatingIfNeeded: $0) }
    }
}

extension WorldBuilder {
    /// An array map with one value: the count of runs and the fields that programs observe.
    func observations() throws -> Descriptor {
        try kernel.createMap(
            MapCreate(
                type: .array, name: "seen", keySize: 4, valueSize: UInt32(16 + ContextCases.observedFields.count * 4),
                maxEntries: 1))
    }

    func look(_ map: Descriptor) throws { _ = try kernel.lookup(map, key: [0, 0, 0, 0]) }

    /// Sends and lets be what is refused: the request's answer is on record.
    func attempt(_ body: () throws(ControlError) -> Void) {
        do throws(ControlError) { try body() } catch {}
    }

    func dummy(_ end: String, _ number: Int) throws {
        let (name, namespace) = Self.split(end)
        try kernel.newLink(
            NewLink(kind: .dummy, name: name, address: LinkAddress(bits: 0x0200_0000_0900 + UInt64(number))),
            in: namespace)
        try up(end)
    }

    /// A node and a pod on a netkit pair, with addresses and routes both ways.
    func netkitPod(_ attributes: NetkitAttributes = .init()) throws {
        try namespaces("node", "pod")
        try netkit("nk0@node", "eth0@pod", attributes)
        try address("nk0@node", "10.0.1.1/32")
        try route(in: "node", "10.0.1.2/32", dev: "nk0")
        try address("eth0@pod", "10.0.1.2/32")
        try route(in: "pod", "0.0.0.0/0", dev: "eth0")
        try kernel.settle()
    }

    /// A node and a pod on a veth pair, with addresses and known neighbours.
    func vethPod() throws {
        try namespaces("node", "pod")
        try veth("ve0@node", "eth0@pod")
        try address("ve0@node", "10.0.1.1/24")
        try address("eth0@pod", "10.0.1.2/24")
        try neighbour("eth0@pod", "10.0.1.1", "02:00:00:00:01:01")
        try neighbour("ve0@node", "10.0.1.2", "02:00:00:00:01:02")
        try kernel.settle()
    }

    func softnet() throws { _ = try kernel.softnetStatistics() }
}

// MARK: - Backlog and loops

extension ContextCases {
    static let backlog =
        [
            make("NK-44 200 sends that pass are all received before the next") { world in
                try world.netkitPod()
                try world.attach(returning(0), to: "nk0@node", .netkitPeer)
                let server = try world.socket(in: "node", "10.0.1.1", 9)
                let client = try world.socket(in: "pod", "10.0.1.2", 4000)
                try world.softnet()
                for number in 0..<200 {
                    try world.send([UInt8(number)], from: client, to: "10.0.1.1", 9)
                    _ = try world.kernel.receive(server)
                }
                try world.softnet()
                try world.observe("eth0@pod", "nk0@node")
            }
        ]
        + [("drops it", 2), ("passes it", 0)].map { name, verdict in
            make("NK-48 max_backlog 2, ten clones of a packet, then the program \(name)") { world in
                try world.netkitPod()
                try world.kernel.setSysctl("net.core.netdev_max_backlog", to: "2", in: "node")
                let index = try world.index("nk0@node")
                try world.attach(cloning(into: index, times: 10, verdict: verdict), to: "nk0@node", .netkitPeer)
                let server = try world.socket(in: "node", "10.0.1.1", 9)
                for reports in [false, true] {
                    let client = try world.socket(in: "pod", "10.0.1.2", reports ? 4001 : 4000) {
                        $0.reportsErrors = reports
                    }
                    try world.softnet()
                    world.attempt { () throws(ControlError) in
                        try world.kernel.send(
                            [1], from: client,
                            to: SocketAddress(address: NetworkAddress(ipv4: 0x0A00_0101), port: 9))
                    }
                    try world.softnet()
                    _ = try world.kernel.receive(server)
                    try world.observe("eth0@pod", "nk0@node")
                }
            }
        }

    static let loops = [
        make("REDIR-27 netkit redirects to its own primary until the recursion ends") { world in
            try world.namespaces("node")
            try world.netkit("a@node", "b@node")
            try world.attach(redirect(try world.index("a@node")), to: "a@node", .netkitPrimary)
            let socket = try world.frameSocket("a@node")
            try world.kernel.send(frame(), from: socket, to: nil)
            try world.observe("a@node", "b@node")
        },
        make("REDIR-27 tcx egress redirects to its own device until the recursion ends") { world in
            try world.namespaces("node")
            try world.dummy("d0@node", 1)
            let map = try world.observations()
            let index = try world.index("d0@node")
            try world.attach(
                counting(in: map, redirect(index)), to: "d0@node", .tcxEgress)
            let socket = try world.frameSocket("d0@node")
            world.attempt { () throws(ControlError) in try world.kernel.send(frame(), from: socket, to: nil) }
            try world.look(map)
            try world.observe("d0@node")
        },
    ]
}
