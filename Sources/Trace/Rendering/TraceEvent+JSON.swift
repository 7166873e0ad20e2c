import LinuxABI
import PacketModel
import SimulationCore

extension TraceEvent {
    /// The event as an object with snake-case keys; members that do not apply are left out.
    public var json: JSONValue {
        var object = JSONObject()
        object.set("time_ns", number: time.nanoseconds)
        object.set("cpu", number: context.cpu)
        object.set("context", text: context.kind.word)
        object.set("task", text: context.task)
        object.set("packet", number: packet?.rawValue)
        object.set("parent", number: parent?.rawValue)
        object.set("namespace", text: namespace)
        object.set("device", text: device)
        object.set("step", text: step.key)
        step.setDetails(of: &object)
        object.set("state", snapshot?.json)
        if before != nil, let snapshot {
            object.set("changes", .array(snapshot.changes(since: before).map { .string($0) }))
        }
        return .object(object)
    }
}

extension Sequence<TraceEvent> {
    /// The events as JSON, an object on each line.
    public var jsonLines: String { map { $0.json.text + "\n" }.joined() }
}

extension ExecutionContext.Kind {
    /// The key of JSON output: `task_bh_off` for a task with bottom halves off.
    var word: String { self == .taskBHOff ? "task_bh_off" : rawValue }
}

extension PacketSnapshot {
    /// The state as an object.
    var json: JSONValue {
        var object = JSONObject()
        if let macs {
            object.set("source", text: LinkAddress(bytes: Array(macs[6..<12]))?.description)
            object.set("destination", text: LinkAddress(bytes: Array(macs[0..<6]))?.description)
        }
        object.set("length", number: length)
        object.set("linear_length", number: linearLength)
        object.set("mark", number: mark)
        object.set("priority", number: priority)
        object.set("checksum", text: checksumState.word)
        object.set("packet_type", text: packetType.word)
        object.set("protocol", number: networkProtocol)
        object.set("has_socket", flag: hasSocket)
        return .object(object)
    }
}

extension TraceStep {
    /// The step's key in JSON: the same for a program at every hook.
    var key: String {
        if case .program = self { return "program" }
        return String(word.map { $0 == " " ? "_" : $0 })
    }

    /// Adds what the step carries to an event's object.
    func setDetails(of object: inout JSONObject) {
        switch self {
        case .socketSend(let flow), .deliver(let flow): object.set("flow", text: flow)
        case .route(let destination, let device, let gateway):
            object.set("route_destination", text: destination)
            object.set("output_device", text: device)
            object.set("gateway", text: gateway)
        case .noRoute(let destination, let errno):
            object.set("route_destination", text: destination)
            object.set("errno", text: errno.description)
        case .neighbour(let address, let linkAddress):
            object.set("address", text: address)
            object.set("link_address", text: linkAddress)
        case .neighbourParked(let address, let queued):
            object.set("address", text: address)
            object.set("queued", number: queued)
        case .transmit, .noopQdisc, .backlogDequeue, .nicReceive, .receive, .forward: break
        case .program(let hook, let name, let id, let verdict):
            object.set("hook", text: hook.name)
            object.set("program", text: name)
            object.set("program_id", number: id)
            object.set("verdict", text: Verdict.name(verdict))
        case .policy(let verdict): object.set("verdict", text: Verdict.name(verdict))
        case .redirect(let helper, let target):
            object.set("helper", text: helper)
            object.set("target", text: target)
        case .redirectFailed(let helper, let errno, let why):
            object.set("helper", text: helper)
            object.set("errno", text: errno.description)
            object.set("why", text: why)
        case .scrub(let crosses): object.set("crosses_namespaces", flag: crosses)
        case .backlogEnqueue(let cpu, let queued):
            object.set("backlog_cpu", number: cpu)
            object.set("queued", number: queued)
        case .segment(let count): object.set("segments", number: count)
        case .wire(let frames): object.set("frames", number: frames)
        case .reply(let what), .consume(let what): object.set("what", text: what)
        case .drop(let reason, let place):
            object.set("reason", text: reason.rawValue)
            object.set("place", text: place)
        }
    }
}
