import LinuxABI
import PacketModel
import SimulationCore
import Trace

/// A datagram's way through a netkit pair and out of a NIC, as a recorder would collect it.
enum SampleEvents {
    static let egress: [TraceEvent] = {
        let first = PacketNumber(rawValue: 1)
        let curl = ExecutionContext(cpu: 0, kind: .taskBHOff, task: "curl")
        let start = PacketSnapshot(
            macs: nil, length: 33, linearLength: 33, mark: 5, checksumState: .partial, networkProtocol: 0x0800,
            hasSocket: true)
        var framed = start
        framed.macs = [UInt8](repeating: 0, count: 12)
        framed.length = 47
        framed.linearLength = 47
        var scrubbed = framed
        scrubbed.mark = 0
        var addressed = scrubbed
        addressed.macs = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1]
        var completed = addressed
        completed.checksumState = .none
        completed.hasSocket = false
        return [
            event(0, curl, first, "pod", nil, .socketSend(flow: "udp 10.0.1.2:4000 > 192.168.7.2:9"), start, nil),
            event(700, curl, first, "pod", "eth0", .transmit, framed, start),
            event(900, curl, first, "pod", "eth0", .scrub(crossesNamespaces: true), scrubbed, framed),
            event(
                1_000, curl, first, "pod", "eth0",
                .program(hook: .netkitPeer, name: "from_pod", id: 3, verdict: Verdict.redirect), scrubbed, scrubbed),
            event(
                1_200, curl, first, "node", "nic0", .redirect(helper: "bpf_redirect_neigh", target: "nic0"), scrubbed,
                scrubbed),
            event(
                1_300, curl, first, "node", "nic0",
                .neighbour(address: "192.168.7.2", linkAddress: "02:00:00:00:00:09"), addressed, scrubbed),
            event(1_500, curl, first, "node", "nic0", .wire(frames: 1), completed, addressed),
        ]
    }()

    static let drop: [TraceEvent] = {
        let idle = ExecutionContext(cpu: 1, kind: .softirq, task: nil)
        let state = PacketSnapshot(macs: nil, length: 28, linearLength: 28, networkProtocol: 0x0800)
        var clone = event(
            1_000_000_005, idle, PacketNumber(rawValue: 2), "node", "nk0", .backlogEnqueue(cpu: 1, queued: 1), state,
            nil)
        clone.parent = PacketNumber(rawValue: 1)
        return [
            clone,
            event(
                1_000_000_105, ExecutionContext(cpu: 1, kind: .ksoftirqd, task: "ksoftirqd/1"),
                PacketNumber(rawValue: 2), "node", "nk0", .drop(reason: .ipNoRoute, place: "ip_rcv_finish"), state,
                state),
        ]
    }()

    private static func event(
        _ time: UInt64, _ context: ExecutionContext, _ packet: PacketNumber, _ namespace: String, _ device: String?,
        _ step: TraceStep, _ snapshot: PacketSnapshot, _ before: PacketSnapshot?
    ) -> TraceEvent {
        TraceEvent(
            time: VirtualTime(nanoseconds: time), context: context, packet: packet, namespace: namespace,
            device: device,
            step: step, snapshot: snapshot, before: before)
    }
}
