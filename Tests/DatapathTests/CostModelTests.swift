import Datapath
import HostModel
import KernelControl
import LinuxABI
import PacketModel
import SimulationCore
import Testing

/// What a send costs in virtual time, beside what Linux 6.12 executes for it: `CostModel.instructions612`'s own table.
@Suite struct CostModelTests {
    struct Path: Sendable, CustomTestStringConvertible {
        let name: String
        /// Instructions that Linux 6.12 was counted to execute from the send call to the NIC's transmit routine and back.
        let instructions: UInt64
        /// Builds the way from the sender to 172.16.0.1; the socket that sends.
        let build: @Sendable (WorldBuilder) throws -> Descriptor

        var testDescription: String { name }
    }

    private static let passes = "r0 = -1\nexit"

    private static func redirect(_ index: UInt32) -> String { "r1 = \(index)\nr2 = 0\ncall bpf_redirect\nexit" }

    private static func redirectNeighbour(_ index: UInt32) -> String {
        "r1 = \(index)\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh\nexit"
    }

    private static func node(_ world: WorldBuilder) throws -> UInt32 {
        try world.namespaces("node", "pod")
        try world.nic("nic0@node", mac: "02:00:00:00:07:01", address: "192.168.7.1/24")
        try world.neighbour("nic0@node", "192.168.7.2", "02:00:00:00:00:99")
        try world.kernel.setSysctl("net.ipv4.ip_forward", to: "1", in: "node")
        try world.route(in: "node", "172.16.0.0/16", via: "192.168.7.2")
        return try world.index("nic0@node")
    }

    private static func netkit(_ program: ((UInt32) -> String)?) -> @Sendable (WorldBuilder) throws -> Descriptor {
        let text = program?(2)
        return { world in
            let nic = try node(world)
            try #require(nic == 2)
            try world.netkit("nk0@node", "eth0@pod")
            try world.address("nk0@node", "10.0.1.1/32")
            try world.route(in: "node", "10.0.1.2/32", dev: "nk0")
            try world.address("eth0@pod", "10.0.1.2/24")
            try world.route(in: "pod", "0.0.0.0/0", dev: "eth0")
            if let text { try world.attach(text, to: "nk0@node", .netkitPeer) }
            return try world.socket(in: "pod", "10.0.1.2", 4000)
        }
    }

    private static func veth(_ program: ((UInt32) -> String)?) -> @Sendable (WorldBuilder) throws -> Descriptor {
        let text = program?(2)
        return { world in
            let nic = try node(world)
            try #require(nic == 2)
            try world.veth("ve0@node", "eth0@pod")
            try world.address("ve0@node", "10.0.1.1/24")
            try world.address("eth0@pod", "10.0.1.2/24")
            try world.route(in: "pod", "0.0.0.0/0", via: "10.0.1.1")
            try world.neighbour("eth0@pod", "10.0.1.1", "02:00:00:00:01:01")
            if let text { try world.attach(text, to: "ve0@node", .tcxIngress) }
            return try world.socket(in: "pod", "10.0.1.2", 4000)
        }
    }

    static let paths = [
        Path(name: "host socket to NIC", instructions: 4_224) { world in
            _ = try node(world)
            return try world.socket(in: "node", "192.168.7.1", 4000)
        },
        Path(name: "netkit, no program, the host's stack forwards", instructions: 7_157, build: netkit(nil)),
        Path(
            name: "netkit, program passes, the host's stack forwards", instructions: 7_190,
            build: netkit { _ in passes }),
        Path(name: "netkit, bpf_redirect_neigh", instructions: 5_795, build: netkit(redirectNeighbour)),
        Path(name: "netkit, bpf_redirect", instructions: 4_958, build: netkit(redirect)),
        Path(name: "veth, no program, the host's stack forwards", instructions: 7_193, build: veth(nil)),
        Path(
            name: "veth, tcx passes, the host's stack forwards", instructions: 7_338, build: veth { _ in passes }),
        Path(name: "veth, tcx bpf_redirect_neigh", instructions: 6_683, build: veth(redirectNeighbour)),
        Path(name: "veth, tcx bpf_redirect", instructions: 5_844, build: veth(redirect)),
    ]

    /// Within half a percent, for the whole send call: none of these ways leaves work for later on the sender's CPU.
    @Test(arguments: paths)
    func aSendCostsWhatLinuxExecutes(_ path: Path) throws {
        let host = SimulatedHost()
        let world = WorldBuilder(kernel: host)
        let socket = try path.build(world)
        let spent = try spent(on: host) {
            try world.send([UInt8](repeating: 0, count: 64), from: socket, to: "172.16.0.1", 9)
        }
        try host.settle()
        #expect(try host.link("nic0", in: "node").statistics.transmittedPackets == 1)
        expect(spent, near: path.instructions)
    }

    @Test func aSendToASocketBehindVethCostsWhatLinuxExecutes() throws {
        let host = SimulatedHost()
        let world = WorldBuilder(kernel: host)
        let socket = try Self.veth(nil)(world)
        let server = try world.socket(in: "node", "10.0.1.1", 9)
        let spent = try spent(on: host) {
            try world.send([UInt8](repeating: 0, count: 64), from: socket, to: "10.0.1.1", 9)
        }
        #expect(try host.receive(server).count == 1)
        expect(spent, near: 8_076)
    }

    /// Nanoseconds by which the sender's CPU moved on.
    private func spent(on host: SimulatedHost, _ body: () throws -> Void) throws -> UInt64 {
        try host.settle()
        let sender = 0
        let before = max(host.processors.all[sender].clock, host.processors.now)
        try body()
        return host.processors.all[sender].clock.nanoseconds - before.nanoseconds
    }

    private func expect(
        _ spent: UInt64, near instructions: UInt64, at location: SourceLocation = #_sourceLocation
    ) {
        let difference = spent > instructions ? spent - instructions : instructions - spent
        #expect(difference * 200 <= instructions, "\(spent) ns", sourceLocation: location)
    }
}
