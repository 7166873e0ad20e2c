import BPFInstructionSet
import BPFObjectFile
import Foundation
import KernelControl
import LinuxABI
import PacketModel
import Testing
import Trace

@testable import ScenarioKit

@Suite struct ScenarioRunnerTests {
    static let world = """
        version: 1
        kernel: "6.12"
        hosts:
          - {name: node, namespaces: [pod], sysctl: {net.ipv4.ip_forward: true}}
        devices:
          - netkit: {primary: {device: nk0@node, addresses: [10.0.1.1/24, "fd00::1/64"]}, peer: eth0@pod}
          - dummy: {device: nic0@node, mac: "02:00:00:00:00:01"}
        routes: [{in: pod, to: default, via: 10.0.1.1}]
        neighbours: [{address: 10.0.1.1, mac: "02:00:00:00:00:02", device: eth0@pod}]
        sockets: [{name: server, udp: "10.0.1.1:9", in: node, echo: true}]
        captures: [{name: wire, device: nic0@node}]

        """

    /// The globals fixture of the object reader, with a program at a hook twice.
    static let programs = """
        programs:
          - object: globals.bpf.o
            set: {nic_ifindex: {ifindex: nic0@node}, mac: {mac: nic0@node}, enabled: false, threshold: -7}
            attach: {program: count, name: first, device: nic0@node}

        """

    static func run(_ yaml: String, on kernel: FakeKernel = FakeKernel()) throws -> (ScenarioResult, FakeKernel) {
        let scenario = try Scenario(yaml: yaml, file: "s.yaml")
        let objects = try ObjectCatalogue(scenario) { _ in try Self.fixture() }
        return (ScenarioRunner(scenario, objects: objects, kernel: kernel, trace: nil).run(), kernel)
    }

    static func fixture() throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appending(path: "BPFObjectFileTests/Fixtures/globals.bpf.o")))
    }

    @Test func theWorldIsBuiltInOrder() throws {
        let (result, kernel) = try Self.run(Self.world + "steps: []\n")
        #expect(result.outcome == .held)
        #expect(
            kernel.log == [
                "netns add node", "netns add pod", "link add nk0@node peer eth0", "link add nic0@node",
                "sysctl net.ipv4.ip_forward=1 in node", "sysctl net.ipv6.conf.nk0.disable_ipv6=0 in node",
                "addr add 10.0.1.1/24 dev nk0@node", "addr add fd00::1/64 dev nk0@node", "link set nk0@node up",
                "link set eth0@pod up", "link set nic0@node up", "route add 0.0.0.0/0 in pod",
                "neigh add 10.0.1.1 dev eth0@pod", "socket server/0 in node", "bind 10.0.1.1:9", "capture nic0@node",
            ])
    }

    @Test func globalsAreSetBeforeTheLoad() throws {
        let (result, kernel) = try Self.run(Self.world + Self.programs + "steps: []\n")
        #expect(result.error == nil)
        let loads = kernel.log.filter { $0.hasPrefix("map") || $0.hasPrefix("prog") || $0.hasPrefix("link create") }
        let load = try #require(loads.firstIndex(of: "prog load count"))
        #expect(loads.suffix(from: load) == ["prog load count", "link create count nic0@node tcx/ingress"])
        #expect(loads.prefix(load).contains("map freeze globals.rodata"))
        let index = try kernel.link("nic0", in: "node").index
        // nic_ifindex, mac and enabled as they lie in .rodata, found through the object reader.
        var file = try ObjectCatalogue(try Scenario(yaml: Self.world + Self.programs + "steps: []\n", file: "s")) { _ in
            try Self.fixture()
        }.files[0]
        try file.setGlobal("nic_ifindex", .integer(Int128(index)))
        try file.setGlobal("mac", .bytes(try kernel.link("nic0", in: "node").address.bytes))
        try file.setGlobal("enabled", .integer(0))
        let rodata = try #require(file.maps.first { $0.sectionName == ".rodata" })
        #expect(kernel.map(named: rodata.kernelName)?[[0, 0, 0, 0]] == rodata.initialValue)
        // Map references hold descriptors.
        let program = try #require(kernel.programs.values.first)
        #expect(program.instructions.contains { $0.source == 2 && kernel.maps[.init(rawValue: $0.immediate)] != nil })
    }

    @Test func datagramsAreEchoedAndExpectationsHold() throws {
        let kernel = FakeKernel()
        kernel.onSend = { kernel, payload, destination in
            kernel.statistics["nk0@node", default: LinkStatistics()].transmittedPackets += 1
            kernel.softnet[1].processed += 1
            guard destination?.port == 9, let server = kernel.socket(boundTo: 9) else { return }
            let source = NetworkAddress(ipv4: 0x0A00_0102)
            kernel.received[server, default: []].append(
                ReceivedDatagram(source: SocketAddress(address: source, port: 4000), payload: payload))
            if let capture = kernel.captureDevices["nic0@node"] {
                let frame = try? PacketNotation(
                    "eth(02:..:01 > 02:..:02) / ipv4(10.0.1.2 > 10.0.1.1) / udp(4000 > 9) / 'hello'"
                ).bytes
                kernel.captured[capture, default: []].append(
                    CapturedFrame(
                        time: 5, direction: .outgoing, bytes: frame ?? [], length: 47, hasPartialChecksum: false))
            }
        }
        kernel.neighbourTable = [
            NeighbourInfo(
                address: NetworkAddress(ipv4: 0x0A00_0101), device: "eth0",
                linkAddress: LinkAddress(bits: 0x0200_0000_0002),
                state: .permanent)
        ]
        let (result, _) = try Self.run(
            "needs: machine\n" + Self.world + Self.programs + """
                steps:
                  - send: {from: pod, task: curl, cpu: 1, udp: "10.0.1.2:4000 > 10.0.1.1:9", payload: hello, count: 2}
                  - expect:
                      received: {socket: server, count: 2, payload: hello, from: "10.0.1.2:4000"}
                      counters: {device: nk0@node, tx_packets: 4}
                      softnet: {cpu: 1, processed: 4}
                      frames:
                        capture: wire
                        count: 2
                        direction: outgoing
                        fields: {ipv4.ttl: 64, udp.checksum: valid, payload: hello, eth.source: "02:00:00:00:00:01"}
                        packet: eth(02:..:01 > 02:..:02) / ipv4(10.0.1.2 > 10.0.1.1) / udp(4000 > 9) / 'hello'
                      chain: {device: nic0@node, hook: tcx/ingress, programs: [first], revision: 2}
                      neighbour: {device: eth0@pod, address: 10.0.1.1, mac: "02:00:00:00:00:02", state: permanent}
                """, on: kernel)
        #expect(result.failures.map { "\($0.subject): \($0.rows)" } == [])
        #expect(result.outcome == .held)
        #expect(result.expectationCount == 6)
        #expect(kernel.log.filter { $0 == "send 5 to 10.0.1.2:4000" }.count == 2)
        #expect(kernel.log.contains("socket curl/1 in pod"))
    }

    @Test func aFailureShowsExpectedAndFound() throws {
        let (result, _) = try Self.run(
            Self.world + """
                steps:
                  - expect:
                      counters: {device: nk0@node, tx_packets: 1, tx_dropped: 0}
                      received: {socket: server, payload: hello}
                """)
        #expect(result.outcome == .failed)
        #expect(result.failures.count == 2)
        let lines = result.details(coloured: false).split(separator: "\n")
        #expect(lines[0] == "  s.yaml:14:17: counters of nk0@node")
        #expect(lines[2].split(separator: " ") == ["≠", "tx_packets", "1", "0"])
        #expect(lines[3].split(separator: " ") == ["tx_dropped", "0", "0"])
        #expect(result.details(coloured: false).contains("again: nksim scenario run s.yaml"))
    }

    @Test func errnosAreExpectedAndJudged() throws {
        let kernel = FakeKernel()
        kernel.refusals["send"] = .errno(.EPERM)
        let steps = """
            steps:
              - {fails: EPERM, send: {from: pod, udp: "10.0.1.2:4000 > 10.0.1.1:9"}}
              - {fails: EPERM, send: {from: pod, udp: "10.0.1.2:4000 > 10.0.1.1:9"}}

            """
        let (result, _) = try Self.run(Self.world + steps, on: kernel)
        #expect(result.failures.count == 1)
        #expect(result.failures.first?.subject == "step 2, send")
        #expect(result.failures.first?.rows.first?.found == "success")
        #expect(result.observations.steps.map { $0.failure?.errno } == [.EPERM, nil])
    }

    @Test func attachmentsStandMoveAndFall() throws {
        let (result, kernel) = try Self.run(
            Self.world + Self.programs + """
                steps:
                  - attach: {program: count, name: second, device: nic0@node, hook: tcx/ingress, before: first, link: false}
                  - expect: {chain: {device: nic0@node, hook: tcx/ingress, revision: 3}}
                  - attach: {program: count, name: third, device: nic0@node, replace: first}
                  - detach: third
                  - detach: {device: nic0@node, hook: tcx/ingress, program: count}
                  - set: {map: globals.data, key: 0, value: {hex: "0102"}}
                """)
        #expect(result.error == nil && result.failures.isEmpty)
        let requests = ["attach", "link update", "link detach", "detach"]
        let seen = kernel.log.filter { line in requests.contains { line.hasPrefix($0) } }
        #expect(
            seen == [
                "attach count nic0@node tcx/ingress", "link update count", "link detach",
                "detach nic0@node tcx/ingress",
            ])
    }

    @Test(arguments: [
        ("programs: [{object: globals.bpf.o, set: {nic_ifindx: 1}}]", "s.yaml:12:42", "did you mean 'nic_ifindex'?"),
        ("programs: [{object: globals.bpf.o, set: {enabled: 5}}]", "s.yaml:12:42", "enabled"),
        ("programs: [{object: globals.bpf.o, load: [cuont]}]", "s.yaml:12:12", "did you mean 'count'?"),
        (
            "programs: [{object: globals.bpf.o, attach: {program: cuont, device: nic0@node}}]", "s.yaml:12:44",
            "did you mean 'count'?"
        ),
    ])
    func namesInObjectsAreChecked(_ yaml: String, _ place: String, _ message: String) throws {
        let (result, _) = try Self.run(Self.world + yaml + "\nsteps: []\n")
        #expect(result.error?.kind == .input)
        #expect(result.outcome == .unreadable)
        #expect(result.error?.place.description == place)
        #expect(result.error?.message.contains(message) == true)
    }

    @Test func whatAPacketMetAndIsNotModelledEndsTheRunAtItsStep() throws {
        let kernel = FakeKernel()
        kernel.onSend = { kernel, _, _ in kernel.notModelled = ["IPv4 options", "IPv4 reassembly"] }
        let steps = """
            steps:
              - advance: 1s
              - send: {from: node, udp: "192.168.7.1:1 > 192.168.7.2:9"}
              - advance: 2s
            """
        let (result, _) = try Self.run(Self.world + steps, on: kernel)
        #expect(result.outcome == .notModelled)
        #expect(result.error?.message == "not modelled: IPv4 options; IPv4 reassembly (step 2, send)")
        #expect(kernel.log.contains { $0.hasPrefix("advance 1000000000") })
        #expect(!kernel.log.contains { $0.hasPrefix("advance 2000000000") })
    }

    @Test func refusalsOfTheSetUpAreFailuresAndMissingFeaturesAreNotModelled() throws {
        let kernel = FakeKernel()
        kernel.refusals["link add nk0"] = .errno(.EEXIST, "name taken")
        let (result, _) = try Self.run(Self.world + "steps: []\n", on: kernel)
        #expect(result.outcome == .failed)
        #expect(result.error?.description == "s.yaml:6:5: link add nk0@node: EEXIST: name taken")
        let other = FakeKernel()
        other.refusals["link add nk0"] = .notModelled("netkit in mode l4")
        let (second, _) = try Self.run(Self.world + "steps: []\n", on: other)
        #expect(second.outcome == .notModelled)
        #expect(RunReport([second]).exitStatus == 2)
        #expect(RunReport([second, result]).exitStatus == 1)
        #expect(RunReport([]).exitStatus == 2)
    }
}
