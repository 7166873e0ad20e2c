import LinuxABI
public import PacketModel
import SimulationCore
public import Trace

/// What one packet met on its way, summed up from a trace: the rows of a comparison.
public struct PacketJourney: Sendable {
    /// `namespace/device`, in the order first met.
    public private(set) var devices: [String] = []
    /// `netkit/peer: from_pod → redirect`, in order.
    public private(set) var programs: [String] = []
    /// In the order first met.
    public private(set) var contexts: [String] = []
    public private(set) var cpus: [Int] = []
    public private(set) var backlogCrossings = 0
    public private(set) var scrubs = 0
    public private(set) var neighbourLookups = 0
    /// Frames put on a wire; several where a NIC segmented.
    public private(set) var framesOnTheWire = 0
    /// Whether the sender's socket was still attached when the packet was handed to a NIC; nil where it never was.
    public private(set) var keptSocket: Bool?
    public private(set) var end = "nothing happened"
    /// Virtual nanoseconds from the packet's first step to its last.
    public private(set) var duration: UInt64 = 0
    public private(set) var steps = 0

    /// The packet that a story is about: the last one that a socket sent, or else the one with the most steps.
    public static func protagonist(_ events: [TraceEvent]) -> PacketNumber? {
        var counts: [PacketNumber: Int] = [:]
        for event in events { if let packet = event.packet { counts[packet, default: 0] += 1 } }
        let sent = events.last { event in
            if case .socketSend = event.step { return event.packet != nil }
            return false
        }
        return sent?.packet ?? counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// The way of `packet` and of its clones; without one, of the story's packet.
    public init(_ events: [TraceEvent], packet: PacketNumber? = nil) {
        guard let packet = packet ?? Self.protagonist(events) else { return }
        var family: Set<PacketNumber> = [packet]
        var own: [TraceEvent] = []
        for event in events {
            guard let number = event.packet else { continue }
            if let parent = event.parent, family.contains(parent) { family.insert(number) }
            if family.contains(number) { own.append(event) }
        }
        for event in own { add(event) }
        if let first = own.first, let last = own.last {
            duration = last.time.nanoseconds - first.time.nanoseconds
            end = last.step.word + (last.step.detail.isEmpty ? "" : " " + last.step.detail)
        }
        steps = own.count
    }

    private mutating func add(_ event: TraceEvent) {
        // A redirect's step stands at skb->dev, which a netkit program has set to an end that the packet never enters.
        var isRedirect = false
        if case .redirect = event.step { isRedirect = true }
        if let device = event.device, !isRedirect { note("\(event.namespace)/\(device)", in: &devices) }
        note(event.context.description, in: &contexts)
        if !cpus.contains(event.context.cpu) { cpus.append(event.context.cpu) }
        switch event.step {
        case .program(let hook, let name, _, let verdict):
            programs.append("\(hook.name): \(name) → \(Verdict.name(verdict))")
        case .policy(let verdict): programs.append("policy → \(Verdict.name(verdict))")
        case .backlogEnqueue: backlogCrossings += 1
        case .scrub: scrubs += 1
        case .neighbour: neighbourLookups += 1
        case .wire(let frames):
            framesOnTheWire += frames
            keptSocket = keptSocket ?? (event.before?.hasSocket ?? event.snapshot?.hasSocket)
        default: break
        }
    }

    private func note(_ text: String, in list: inout [String]) {
        if list.last != text, !list.contains(text) { list.append(text) }
    }
}
