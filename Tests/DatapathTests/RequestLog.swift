import BPFInstructionSet
import KernelControl
import LinuxABI
import PacketModel
import Trace

/// A kernel's control interface that passes every call on, and notes it with the answer as JSON: what
/// `.ci/record-datapath` repeats on Linux.
final class RequestLog: KernelControl {
    struct Exchange {
        var request: JSONObject
        var answer: JSONValue?
        var error: String?
    }

    private(set) var exchanges: [Exchange] = []
    let kernel: any KernelControl
    var programs: [UInt32: Int32] = [:]
    var links: [UInt32: Int32] = [:]
    private var softnetBefore: [SoftnetStatistics]?

    init(_ kernel: any KernelControl) { self.kernel = kernel }

    func log<Answer>(
        _ call: String, _ describe: (inout JSONObject) -> Void, _ body: () throws(ControlError) -> Answer,
        answer: (Answer) -> JSONValue? = { _ in nil }, gives: (Answer) -> Descriptor? = { _ in nil }
    ) throws(ControlError) -> Answer {
        var request = JSONObject()
        request.set("call", text: call)
        describe(&request)
        do throws(ControlError) {
            let result = try body()
            request.set("gives", number: gives(result)?.rawValue)
            exchanges.append(Exchange(request: request, answer: answer(result)))
            return result
        } catch {
            guard case .kernel(let failure) = error else { throw error }
            exchanges.append(Exchange(request: request, error: "\(failure.errno)"))
            throw error
        }
    }

    // MARK: Time and machine

    func advance(nanoseconds: UInt64) throws(ControlError) {
        try log(
            "advance", { $0.set("nanoseconds", number: nanoseconds) },
            { () throws(ControlError) in try kernel.advance(nanoseconds: nanoseconds) })
    }

    func settle() throws(ControlError) { try log("settle", { _ in }, kernel.settle) }

    func setSysctl(_ name: String, to value: String, in namespace: NamespaceName) throws(ControlError) {
        try log(
            "set_sysctl",
            {
                $0.set("namespace", text: namespace.name)
                $0.set("name", text: name)
                $0.set("value", text: value)
            }, { () throws(ControlError) in try kernel.setSysctl(name, to: value, in: namespace) })
    }

    func sysctl(_ name: String, in namespace: NamespaceName) throws(ControlError) -> String {
        try kernel.sysctl(name, in: namespace)
    }

    func softnetStatistics() throws(ControlError) -> [SoftnetStatistics] {
        try log(
            "softnet", { _ in }, kernel.softnetStatistics,
            answer: { rows in
                let before = softnetBefore ?? rows
                softnetBefore = before
                return .array(
                    zip(rows, before).map { now, then in
                        var row = JSONObject()
                        row.set("processed", number: now.processed &- then.processed)
                        row.set("dropped", number: now.dropped &- then.dropped)
                        return .object(row)
                    })
            })
    }

    func takeTracePipe() throws(ControlError) -> [String] { try kernel.takeTracePipe() }
    func addClsact(to device: String, in namespace: NamespaceName) throws(ControlError) {
        try kernel.addClsact(to: device, in: namespace)
    }
    func addFilter(_ filter: NewFilter, to device: String, in namespace: NamespaceName) throws(ControlError) {
        try kernel.addFilter(filter, to: device, in: namespace)
    }
    func deleteFilter(_ filter: NewFilter, from device: String, in namespace: NamespaceName) throws(ControlError) {
        try kernel.deleteFilter(filter, from: device, in: namespace)
    }
    func takeProgramRuns() throws(ControlError) -> [ProgramRun] { try kernel.takeProgramRuns() }
    func takeDrops() throws(ControlError) -> [PacketDrop] { try kernel.takeDrops() }

    // MARK: Links

    func createNamespace(_ name: NamespaceName) throws(ControlError) {
        try log(
            "create_namespace", { $0.set("name", text: name.name) },
            { () throws(ControlError) in try kernel.createNamespace(name) })
    }

    func deleteNamespace(_ name: NamespaceName) throws(ControlError) { try kernel.deleteNamespace(name) }

    /// Says besides which indices the devices were given, so that they have the same ones wherever this is repeated.
    func newLink(_ request: NewLink, in namespace: NamespaceName) throws(ControlError) {
        try kernel.newLink(request, in: namespace)
        var object = JSONObject()
        object.set("call", text: "new_link")
        object.set("namespace", text: namespace.name)
        switch request.kind {
        case .netkit(let attributes):
            object.set("kind", text: "netkit")
            object.set("mode", number: attributes.mode)
            object.set("policy", number: attributes.policy)
            object.set("peer_policy", number: attributes.peerPolicy)
            object.set("scrub", number: attributes.scrub)
            object.set("peer_scrub", number: attributes.peerScrub)
        case .veth: object.set("kind", text: "veth")
        case .dummy: object.set("kind", text: "dummy")
        case .nic(let attributes):
            object.set("kind", text: "nic")
            object.set("receive_cpu", number: attributes.receiveCPU)
        }
        var end = JSONObject()
        end.set("name", text: request.name)
        end.set("address", text: request.address?.description)
        end.set("mtu", number: request.mtu)
        if let name = request.name { end.set("index", number: try kernel.link(name, in: namespace).index) }
        object.set("end", .object(end))
        if let peer = request.peer {
            var end = JSONObject()
            end.set("name", text: peer.name)
            end.set("namespace", text: peer.namespace?.name)
            end.set("address", text: peer.address?.description)
            end.set("mtu", number: peer.mtu)
            if let name = peer.name {
                end.set("index", number: try kernel.link(name, in: peer.namespace ?? namespace).index)
            }
            object.set("peer", .object(end))
        }
        exchanges.append(Exchange(request: object))
    }

    func changeLink(_ device: String, in namespace: NamespaceName, _ change: LinkChange) throws(ControlError) {
        try log(
            "change_link",
            {
                Self.describe(&$0, device, namespace)
                $0.set("up", flag: change.isUp)
                $0.set("mtu", number: change.mtu)
                $0.set("address", text: change.address?.description)
            }, { () throws(ControlError) in try kernel.changeLink(device, in: namespace, change) })
    }

    func deleteLink(_ device: String, in namespace: NamespaceName) throws(ControlError) {
        try log(
            "delete_link", { Self.describe(&$0, device, namespace) },
            { () throws(ControlError) in try kernel.deleteLink(device, in: namespace) })
    }

    func link(_ device: String, in namespace: NamespaceName) throws(ControlError) -> LinkInfo {
        try log(
            "link", { Self.describe(&$0, device, namespace) },
            { () throws(ControlError) in try kernel.link(device, in: namespace) },
            answer: { link in
                var object = JSONObject()
                object.set("index", number: link.index)
                object.set("flags", number: link.flags)
                object.set("mtu", number: link.mtu)
                object.set("address", text: link.address.description)
                object.set("operstate", number: link.operationalState)
                object.set("qdisc", text: link.queueingDiscipline)
                var counters = JSONObject()
                let statistics = link.statistics
                counters.set("rx_packets", number: statistics.receivedPackets)
                counters.set("tx_packets", number: statistics.transmittedPackets)
                counters.set("rx_bytes", number: statistics.receivedBytes)
                counters.set("tx_bytes", number: statistics.transmittedBytes)
                counters.set("rx_errors", number: statistics.receiveErrors)
                counters.set("rx_dropped", number: statistics.receiveDropped)
                counters.set("tx_dropped", number: statistics.transmitDropped)
                counters.set("rx_nohandler", number: statistics.receiveNoHandler)
                counters.set("rx_otherhost_dropped", number: statistics.otherHostDropped)
                object.set("statistics", .object(counters))
                return .object(object)
            })
    }

    func links(in namespace: NamespaceName) throws(ControlError) -> [LinkInfo] { try kernel.links(in: namespace) }

    func addAddress(_ prefix: NetworkPrefix, to device: String, in namespace: NamespaceName) throws(ControlError) {
        try log(
            "add_address",
            {
                Self.describe(&$0, device, namespace)
                $0.set("address", text: prefix.address.description)
                $0.set("length", number: prefix.length)
            }, { () throws(ControlError) in try kernel.addAddress(prefix, to: device, in: namespace) })
    }

    func addRoute(_ route: NewRoute, in namespace: NamespaceName) throws(ControlError) {
        try log(
            "add_route",
            {
                $0.set("namespace", text: namespace.name)
                $0.set("destination", text: route.destination.address.description)
                $0.set("length", number: route.destination.length)
                $0.set("gateway", text: route.gateway?.description)
                $0.set("device", text: route.device)
                $0.set("source", text: route.source?.description)
            }, { () throws(ControlError) in try kernel.addRoute(route, in: namespace) })
    }

    func addNeighbour(_ neighbour: NeighbourInfo, in namespace: NamespaceName) throws(ControlError) {
        try log(
            "add_neighbour",
            {
                Self.describe(&$0, neighbour.device, namespace)
                $0.set("address", text: neighbour.address.description)
                $0.set("link_address", text: neighbour.linkAddress?.description)
                $0.set("state", number: neighbour.state.rawValue)
            }, { () throws(ControlError) in try kernel.addNeighbour(neighbour, in: namespace) })
    }

    func neighbours(in namespace: NamespaceName) throws(ControlError) -> [NeighbourInfo] {
        try log(
            "neighbours", { $0.set("namespace", text: namespace.name) },
            { () throws(ControlError) in try kernel.neighbours(in: namespace) },
            answer: { rows in
                let order = rows.filter { $0.state != .noARP }.sorted {
                    ($0.device, $0.address.description) < ($1.device, $1.address.description)
                }
                return .array(
                    order.map { row in
                        var object = JSONObject()
                        object.set("address", text: row.address.description)
                        object.set("device", text: row.device)
                        object.set("link_address", row.linkAddress.map { .string($0.description) } ?? .null)
                        object.set("state", number: row.state.rawValue)
                        return .object(object)
                    })
            })
    }

    // MARK: Sockets

    func openSocket(_ request: SocketRequest) throws(ControlError) -> Descriptor {
        try log(
            "open_socket",
            {
                $0.set("namespace", text: request.namespace.name)
                switch request.kind {
                case .udp: $0.set("kind", text: "udp")
                case .icmpEcho: $0.set("kind", text: "ping")
                case .packet(let device):
                    $0.set("kind", text: "packet")
                    $0.set("device", text: device)
                }
                $0.set("ipv6", flag: request.isIPv6)
                $0.set("task", text: request.task.name)
                $0.set("cpu", number: request.task.cpu)
                $0.set("mark", number: request.mark)
                $0.set("priority", number: request.priority)
                $0.set("reports_errors", flag: request.reportsErrors)
                $0.set("discovers_mtu", flag: request.discoversMTU)
            }, { () throws(ControlError) in try kernel.openSocket(request) }, gives: { $0 })
    }

    func bind(_ socket: Descriptor, to address: SocketAddress) throws(ControlError) {
        try log(
            "bind",
            {
                $0.set("socket", number: socket.rawValue)
                Self.describe(&$0, address)
            }, { () throws(ControlError) in try kernel.bind(socket, to: address) })
    }

    func send(_ payload: [UInt8], from socket: Descriptor, to destination: SocketAddress?) throws(ControlError) {
        try log(
            "send",
            {
                $0.set("socket", number: socket.rawValue)
                $0.set("payload", .hex(payload))
                if let destination { Self.describe(&$0, destination) }
            }, { () throws(ControlError) in try kernel.send(payload, from: socket, to: destination) })
    }

    func receive(_ socket: Descriptor) throws(ControlError) -> [ReceivedDatagram] {
        try log(
            "receive", { $0.set("socket", number: socket.rawValue) },
            { () throws(ControlError) in try kernel.receive(socket) },
            answer: { datagrams in
                .array(
                    datagrams.map { datagram in
                        var object = JSONObject()
                        if let source = datagram.source { Self.describe(&object, source) }
                        object.set("payload", .hex(datagram.payload))
                        return .object(object)
                    })
            })
    }

    func takeError(_ socket: Descriptor) throws(ControlError) -> KernelErrno? {
        try log(
            "take_error", { $0.set("socket", number: socket.rawValue) },
            { () throws(ControlError) in try kernel.takeError(socket) },
            answer: { $0.map { .string("\($0)") } })
    }

    func openCapture(device: String, in namespace: NamespaceName) throws(ControlError) -> Descriptor {
        try log(
            "open_capture", { Self.describe(&$0, device, namespace) },
            { () throws(ControlError) in try kernel.openCapture(device: device, in: namespace) }, gives: { $0 })
    }

    func frames(_ capture: Descriptor) throws(ControlError) -> [CapturedFrame] {
        try log(
            "frames", { $0.set("capture", number: capture.rawValue) },
            { () throws(ControlError) in try kernel.frames(capture) },
            answer: { frames in
                .array(
                    frames.map { frame in
                        var object = JSONObject()
                        object.set("direction", text: frame.direction.rawValue)
                        object.set("length", number: frame.length)
                        object.set("partial", flag: frame.hasPartialChecksum)
                        object.set("bytes", .hex(frame.bytes))
                        return .object(object)
                    })
            })
    }

    static func describe(_ object: inout JSONObject, _ device: String, _ namespace: NamespaceName) {
        object.set("namespace", text: namespace.name)
        object.set("device", text: device)
    }

    private static func describe(_ object: inout JSONObject, _ address: SocketAddress) {
        object.set("address", text: address.address.description)
        object.set("port", number: address.port)
    }
}
