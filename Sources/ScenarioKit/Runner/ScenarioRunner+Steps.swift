import BPFObjectFile
import KernelControl
import LinuxABI
import PacketModel

/// One step after the other.
extension ScenarioRunner {
    func take(_ step: Step) throws(ScenarioError) {
        let number = stepNumber
        if case .expect(let expectations) = step.action {
            collectTrace()
            for expectation in expectations { try judge(expectation) }
            return
        }
        let request = try self.request(for: step)
        let refused = try refusal(of: request, in: step, number: number)
        // A request that failed may have set something going, too: what follows it happens in any case.
        let following: Request = { [self] () throws(ControlError) in
            try kernel.settle()
            try serveSockets()
        }
        let second = try refusal(of: following, in: step, number: number)
        let failure = refused ?? second
        try collect()
        result.observations.steps.append(
            .init(index: number, name: step.name, verb: step.action.verb, failure: failure))
        // What a packet met on its way that the model lacks makes nothing of what follows comparable.
        let missing = kernel.notModelled
        guard missing.isEmpty else {
            throw ScenarioError(
                .notModelled, step.place,
                "not modelled: \(missing.joined(separator: "; ")) (step \(number), \(step.action.verb))")
        }
        let expected = step.fails.map { "fails: \($0)" } ?? "success"
        let found = failure.map { "fails: \($0.errno)" } ?? "success"
        if step.fails != nil { result.expectationCount += 1 }
        guard expected != found else { return }
        var row = ScenarioFailure.Row("result", expected: expected, found: found)
        if let failure, !failure.message.isEmpty { row.found += " (\(failure.message))" }
        result.failures.append(
            ScenarioFailure(
                place: step.place, subject: "step \(number), \(step.action.verb)" + (step.name.map { ": \($0)" } ?? ""),
                rows: [row], path: result.events.suffix(40)))
    }

    /// How the kernel refused a request; nil where it did not.
    private func refusal(of request: Request, in step: Step, number: Int) throws(ScenarioError) -> KernelFailure? {
        do throws(ControlError) {
            try request()
            return nil
        } catch {
            guard case .kernel(let refusal) = error else {
                throw ScenarioError(error, at: step.place, request: "step \(number), \(step.action.verb)")
            }
            return refusal
        }
    }

    private func request(for step: Step) throws(ScenarioError) -> Request {
        let kernel = kernel
        switch step.action {
        case .send(let send): return { [self] () throws(ControlError) in try perform(send) }
        case .ping(let ping): return { [self] () throws(ControlError) in try perform(ping) }
        case .inject(let injection): return { [self] () throws(ControlError) in try perform(injection) }
        case .attach(let attachment): return try attachRequest(attachment)
        case .detach(let name): return try detachRequest(name, at: step.place)
        case .detachAt(let detachment): return try detachRequest(detachment, at: step.place)
        case .setDevice(let device, let change):
            return { () throws(ControlError) in
                try kernel.changeLink(device.device, in: device.namespace, change)
            }
        case .setSysctl(let name, let value, let namespace):
            return { () throws(ControlError) in try kernel.setSysctl(name, to: value, in: namespace) }
        case .update(let entry, let flags): return try updateRequest(entry, flags: flags)
        case .deleteEntry(let name, let literal):
            let (specification, descriptor) = try map(name, at: step.place)
            let key = try encoder.bytes(literal, byteCount: Int(specification.keySize))
            return { () throws(ControlError) in try kernel.delete(descriptor, key: key) }
        case .deleteDevice(let device):
            return { () throws(ControlError) in try kernel.deleteLink(device.device, in: device.namespace) }
        case .advance(let nanoseconds):
            return { () throws(ControlError) in try kernel.advance(nanoseconds: nanoseconds) }
        case .expect: return {}
        }
    }

    private func detachRequest(_ name: String, at place: SourcePlace) throws(ScenarioError) -> Request {
        let attached = try standing(name, at: place)
        let device = attached.declaration.device
        return { [self] () throws(ControlError) in
            if let filter = attached.filter {
                try kernel.deleteFilter(filter, from: device.device, in: device.namespace)
            } else if let link = attached.link {
                try kernel.detachLink(link)
                try kernel.close(link)
            } else {
                try kernel.detach(
                    attached.program, from: device.device, in: device.namespace, as: attached.hook,
                    at: AttachPosition())
            }
            attachments[name] = nil
        }
    }

    private func detachRequest(_ detachment: Detachment, at place: SourcePlace) throws(ScenarioError) -> Request {
        var program: Descriptor?
        if let name = detachment.program { program = try self.program(name, at: place).descriptor }
        var position = try self.position(detachment.position, at: place)
        position.expectedRevision = detachment.expectedRevision
        let kernel = kernel
        return { () throws(ControlError) in
            try kernel.detach(
                program, from: detachment.device.device, in: detachment.device.namespace, as: detachment.hook,
                at: position)
        }
    }

    // MARK: Senders

    private func perform(_ send: Send) throws(ControlError) {
        var socket: Descriptor
        if let name = send.socket, let declared = sockets[name] {
            socket = declared
        } else {
            let request = self.request(.udp, send.namespace, send.options, isIPv6: send.source.address.isIPv6)
            socket = try sender(request, source: send.source)
        }
        for _ in 0..<send.options.count { try kernel.send(send.options.payload, from: socket, to: send.destination) }
    }

    private func perform(_ ping: Ping) throws(ControlError) {
        let request = self.request(.icmpEcho, ping.namespace, ping.options, isIPv6: ping.destination.isIPv6)
        let any: NetworkAddress = ping.destination.isIPv6 ? .anyIPv6 : .anyIPv4
        let socket = try sender(request, source: SocketAddress(address: ping.source ?? any, port: ping.identifier))
        for round in 0..<ping.options.count {
            let type = ping.destination.isIPv6 ? ICMPv6Type.echoRequest : ICMPv4Type.echoRequest
            let sequence = ping.sequence &+ UInt16(truncatingIfNeeded: round)
            // The kernel fills in checksum and identifier (ping_v4_sendmsg).
            let header: [UInt8] = [type, 0, 0, 0, 0, 0, UInt8(sequence >> 8), UInt8(sequence & 0xFF)]
            try kernel.send(
                header + ping.options.payload, from: socket, to: SocketAddress(address: ping.destination, port: 0))
        }
    }

    private func perform(_ injection: Injection) throws(ControlError) {
        let request = SocketRequest(
            kind: .packet(device: injection.device.device), isIPv6: false, namespace: injection.device.namespace,
            task: injection.task)
        let socket = try sender(request, source: nil)
        for _ in 0..<injection.count { try kernel.send(injection.frame, from: socket, to: nil) }
    }

    private func request(
        _ kind: SocketRequest.Kind, _ namespace: NamespaceName, _ options: SenderOptions, isIPv6: Bool
    ) -> SocketRequest {
        var request = SocketRequest(kind: kind, isIPv6: isIPv6, namespace: namespace, task: options.task)
        request.mark = options.mark
        request.priority = options.priority
        request.reportsErrors = options.reportsErrors
        request.discoversMTU = options.discoversMTU
        request.segmentSize = options.segmentSize
        return request
    }

    /// A socket of a step's own; the same request and source find the same socket again.
    private func sender(_ request: SocketRequest, source: SocketAddress?) throws(ControlError) -> Descriptor {
        let key = SenderKey(request: request, source: source)
        if let open = senders[key] { return open }
        let socket = try kernel.openSocket(request)
        if let source { try kernel.bind(socket, to: source) }
        senders[key] = socket
        return socket
    }

    /// Collects what declared sockets received, and sends it back where they echo, until nothing comes any more.
    private func serveSockets() throws(ControlError) {
        // Two echoing sockets that talk to each other would never end.
        for _ in 0..<64 {
            var hasEchoed = false
            for (index, socket) in scenario.sockets.enumerated() {
                guard let descriptor = sockets[socket.name] else { continue }
                let datagrams = try kernel.receive(descriptor)
                result.observations.sockets[index].datagrams += datagrams.map { (stepNumber, $0) }
                if let error = try kernel.takeError(descriptor) {
                    result.observations.sockets[index].errors.append((stepNumber, error))
                }
                guard socket.isEcho else { continue }
                for datagram in datagrams {
                    guard let source = datagram.source else { continue }
                    try kernel.send(datagram.payload, from: descriptor, to: source)
                    hasEchoed = true
                }
            }
            guard hasEchoed else { return }
            try kernel.settle()
        }
    }
}
