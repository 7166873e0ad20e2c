import LinuxABI

extension TraceStep {
    /// The step's word in a story and in JSON: a hook's name for a program, a kernel word otherwise.
    public var word: String {
        switch self {
        case .socketSend: "send"
        case .route: "route"
        case .noRoute: "no route"
        case .neighbour: "neighbour"
        case .neighbourParked: "parked"
        case .transmit: "transmit"
        case .noopQdisc: "noop qdisc"
        case .program(let hook, _, _, _): hook.name
        case .policy: "policy"
        case .redirect: "redirect"
        case .redirectFailed: "redirect failed"
        case .scrub: "scrub"
        case .backlogEnqueue: "backlog"
        case .backlogDequeue: "backlog poll"
        case .segment: "segment"
        case .wire: "wire"
        case .nicReceive: "nic receive"
        case .receive: "receive"
        case .forward: "forward"
        case .reply: "reply"
        case .consume: "consume"
        case .deliver: "deliver"
        case .drop: "drop"
        }
    }

    /// What the step did, in words: names first, numbers in brackets; empty where the word says it all.
    public var detail: String {
        switch self {
        case .socketSend(let flow), .deliver(let flow): flow
        case .route(let destination, let device, let gateway):
            "\(destination) dev \(device)" + (gateway.map { " via \($0)" } ?? "")
        case .noRoute(let destination, let errno): "\(destination): \(errno)"
        case .neighbour(let address, let linkAddress): "\(address) is at \(linkAddress)"
        case .neighbourParked(let address, let queued): "waits for \(address) [\(queued) queued]"
        case .transmit, .backlogDequeue, .nicReceive, .receive, .forward: ""
        case .noopQdisc: "no carrier, or down"
        case .program(_, let name, let id, let verdict): "\(name) [\(id)] → \(Verdict.name(verdict))"
        case .policy(let verdict): "no program → \(Verdict.name(verdict))"
        case .redirect(let helper, let target): "\(helper) → \(target)"
        case .redirectFailed(let helper, let errno, let why): "\(helper): \(errno), \(why)"
        case .scrub(let crosses): crosses ? "into another namespace" : "within the namespace"
        case .backlogEnqueue(let cpu, let queued): "of cpu\(cpu) [\(queued) queued]"
        case .segment(let count): count == 1 ? "into 1 packet" : "into \(count) packets"
        case .wire(let frames): frames == 1 ? "1 frame" : "\(frames) frames"
        case .reply(let what), .consume(let what): what
        case .drop(let reason, let place): "\(reason.rawValue) in \(place)"
        }
    }

    /// How the step's word stands out.
    var emphasis: TextTable.Emphasis {
        switch self {
        case .drop, .redirectFailed, .noRoute, .noopQdisc: .bad
        case .deliver, .wire: .good
        case .program, .policy: .strong
        default: .plain
        }
    }

    /// Whether a packet that still has its sender's socket here is worth a word: steps where other paths let go of it.
    var mayOrphan: Bool {
        switch self {
        case .scrub, .redirect, .backlogEnqueue, .wire: true
        default: false
        }
    }
}
