import LinuxABI
import PacketModel
import SimulationCore
import Testing
import Trace

@testable import ScenarioKit

@Suite struct ComparisonTests {
    /// A datagram's way, inline through netkit or behind a backlog through veth, as a recorder would tell it.
    private static func result(inline: Bool) -> ScenarioResult {
        var result = ScenarioResult(
            file: "Scenarios/\(inline ? "netkit" : "veth")/scenario.yaml", title: nil, kernel: "6.12", seed: 1)
        let task = ExecutionContext(cpu: 0, kind: .task, task: "curl")
        let softirq = ExecutionContext(cpu: 0, kind: .softirq, task: "curl")
        let packet = PacketNumber(rawValue: 1)
        let sent = PacketSnapshot(
            macs: nil, length: 33, linearLength: 33, checksumState: .partial, networkProtocol: 0x0800, hasSocket: true)
        func event(
            _ time: UInt64, _ context: ExecutionContext, _ namespace: String, _ device: String?, _ step: TraceStep,
            of number: PacketNumber? = nil, parent: PacketNumber? = nil
        ) -> TraceEvent {
            TraceEvent(
                time: VirtualTime(nanoseconds: time), context: context, packet: number ?? packet, parent: parent,
                namespace: namespace, device: device, step: step, snapshot: sent, before: sent)
        }
        result.events = [event(10, task, "pod", nil, .socketSend(flow: "udp 10.0.1.2:4000 > 192.168.7.2:9"))]
        if inline {
            result.events += [
                event(20, task, "pod", "eth0", .transmit),
                event(
                    30, task, "pod", "eth0",
                    .program(hook: .netkitPeer, name: "from_pod", id: 1, verdict: Verdict.redirect)),
            ]
        } else {
            result.events += [
                event(20, task, "pod", "eth0", .transmit),
                event(25, task, "node", "ve0", .backlogEnqueue(cpu: 0, queued: 1)),
                event(28, softirq, "node", "ve0", .backlogDequeue),
                event(
                    40, softirq, "node", "ve0",
                    .program(hook: .tcxIngress, name: "from_pod", id: 1, verdict: Verdict.redirect)),
            ]
        }
        let context = inline ? task : softirq
        result.events += [
            event(50, context, "node", "nic0", .redirect(helper: "bpf_redirect_neigh", target: "nic0")),
            event(60, context, "node", "nic0", .neighbour(address: "192.168.7.2", linkAddress: "02:00:00:00:07:02")),
            event(90, context, "node", "nic0", .wire(frames: 1)),
            event(
                95, context, "node", "nic0", .drop(reason: .notSpecified, place: "elsewhere"),
                of: PacketNumber(rawValue: 9)),
        ]
        return result
    }

    @Test func theTableIsAsRecorded() throws {
        let comparison = Comparison(Self.result(inline: true), Self.result(inline: false))
        try expectGolden(comparison.text(coloured: false), file: golden("comparison.txt"))
        try expectGolden(comparison.json.prettyText, file: golden("comparison.json"))
    }

    @Test func theStoryIsAsRecorded() throws {
        let report = RunReport([Self.result(inline: true), Self.result(inline: false)])
        try expectGolden(report.text(withStories: true, coloured: false), file: golden("stories.txt"))
    }

    @Test func aJourneySumsUpOnePacket() {
        let netkit = PacketJourney(Self.result(inline: true).events)
        let veth = PacketJourney(Self.result(inline: false).events)
        #expect(netkit.backlogCrossings == 0 && veth.backlogCrossings == 1)
        #expect(netkit.contexts == ["task curl"] && veth.contexts == ["task curl", "softirq in task curl"])
        #expect(veth.devices == ["pod/eth0", "node/ve0", "node/nic0"])
        #expect(netkit.keptSocket == true && netkit.framesOnTheWire == 1 && netkit.duration == 80)
        #expect(netkit.end == "wire 1 frame")
        #expect(PacketJourney([]).end == "nothing happened")
    }
}
