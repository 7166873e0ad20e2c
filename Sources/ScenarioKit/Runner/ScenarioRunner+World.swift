import KernelControl
import PacketModel

/// The world before the first step, in `ip`'s terms.
extension ScenarioRunner {
    func buildWorld() throws(ScenarioError) {
        for host in scenario.hosts {
            for namespace in [host.name] + host.namespaces {
                try request("netns add \(namespace)", at: host.place) { () throws(ControlError) in
                    try kernel.createNamespace(namespace)
                    var up = LinkChange()
                    up.isUp = true
                    try kernel.changeLink("lo", in: namespace, up)
                }
            }
        }
        for device in scenario.devices { try create(device) }
        for host in scenario.hosts {
            for sysctl in host.sysctls { try setSysctl(sysctl.name, sysctl.value, host.name, at: sysctl.place) }
        }
        for device in scenario.devices {
            for end in device.ends { try setUp(end, at: device.place) }
        }
        for route in scenario.routes {
            try request("route add \(route.route.destination)", at: route.place) { () throws(ControlError) in
                try kernel.addRoute(route.route, in: route.namespace)
            }
        }
        for neighbour in scenario.neighbours {
            try request("neigh add \(neighbour.address)", at: neighbour.place) { () throws(ControlError) in
                try kernel.addNeighbour(
                    NeighbourInfo(
                        address: neighbour.address, device: neighbour.device.device, linkAddress: neighbour.mac,
                        state: .permanent), in: neighbour.device.namespace)
            }
        }
    }

    func setSysctl(
        _ name: String, _ value: String, _ namespace: NamespaceName, at place: SourcePlace
    ) throws(ScenarioError) {
        try request("sysctl \(name)=\(value)", at: place) { () throws(ControlError) in
            try kernel.setSysctl(name, to: value, in: namespace)
        }
    }

    private func create(_ device: DeviceDeclaration) throws(ScenarioError) {
        func peer(_ end: EndDeclaration) -> PeerLink {
            PeerLink(name: end.device.device, address: end.mac, mtu: end.mtu, namespace: end.device.namespace)
        }
        func new(_ kind: NewLink.Kind, _ end: EndDeclaration, peer: PeerLink? = nil) -> NewLink {
            NewLink(kind: kind, name: end.device.device, address: end.mac, mtu: end.mtu, peer: peer)
        }
        let request: NewLink
        let first: EndDeclaration
        switch device.kind {
        case .netkit(let attributes, let primary, let other):
            request = new(.netkit(attributes), primary, peer: peer(other))
            first = primary
        case .veth(let end, let other):
            request = new(.veth, end, peer: peer(other))
            first = end
        case .nic(let attributes, let end):
            request = new(.nic(attributes), end)
            first = end
        case .dummy(let end):
            request = new(.dummy, end)
            first = end
        }
        try self.request("link add \(first.device)", at: device.place) { () throws(ControlError) in
            try kernel.newLink(request, in: first.device.namespace)
        }
    }

    private func setUp(_ end: EndDeclaration, at place: SourcePlace) throws(ScenarioError) {
        let device = end.device
        if end.addresses.contains(where: \.address.isIPv6) {
            try setSysctl("net.ipv6.conf.\(device.device).disable_ipv6", "0", device.namespace, at: place)
        }
        for address in end.addresses {
            try request("addr add \(address) dev \(device)", at: place) { () throws(ControlError) in
                try kernel.addAddress(address, to: device.device, in: device.namespace)
            }
        }
        guard end.isUp else { return }
        try request("link set \(device) up", at: place) { () throws(ControlError) in
            var change = LinkChange()
            change.isUp = true
            try kernel.changeLink(device.device, in: device.namespace, change)
        }
    }

    func openEndpoints() throws(ScenarioError) {
        for socket in scenario.sockets {
            var request = SocketRequest(
                kind: .udp, isIPv6: socket.address.address.isIPv6, namespace: socket.namespace, task: socket.task)
            request.mark = socket.mark
            request.priority = socket.priority
            sockets[socket.name] = try self.request("socket \(socket.name)", at: socket.place) {
                () throws(ControlError) in
                let descriptor = try kernel.openSocket(request)
                try kernel.bind(descriptor, to: socket.address)
                return descriptor
            }
            result.observations.sockets.append(.init(name: socket.name))
        }
        for capture in scenario.captures {
            captures.append(
                try request("capture at \(capture.device)", at: capture.place) { () throws(ControlError) in
                    try kernel.openCapture(device: capture.device.device, in: capture.device.namespace)
                })
            result.observations.captures.append(.init(name: capture.name, device: capture.device))
        }
    }
}
