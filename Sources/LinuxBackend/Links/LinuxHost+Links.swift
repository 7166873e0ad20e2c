public import KernelControl
import LinuxABI
public import PacketModel

extension LinuxHost: LinkControl {
    public func newLink(_ request: NewLink, in namespace: NamespaceName) throws(ControlError) {
        var link = LinkRequest(
            index: request.index ?? 0, name: request.name, address: request.address, mtu: request.mtu)
        switch request.kind {
        case .nic(let attributes):
            try takeNIC(attributes, request, in: namespace)
            return
        case .netkit(let attributes):
            link.kind = "netkit"
            link.netkit = attributes
        case .veth: link.kind = "veth"
        case .dummy: link.kind = "dummy"
        }
        if let peer = request.peer {
            var other = LinkRequest(name: peer.name, address: peer.address, mtu: peer.mtu)
            if let name = peer.namespace {
                guard let file = namespaces[name]?.file else { throw .errno(.ENOENT, "no namespace \(name)") }
                other.namespace = file.number
            }
            link.peer = other.bytes
        }
        do {
            try netlink(RouteNetlink.newLink, flags: RouteNetlink.create, link.bytes, in: namespace)
        } catch {
            guard case .kernel(let failure) = error, failure.errno == .EOPNOTSUPP,
                failure.message.hasPrefix("Unknown device")
            else { throw error }
            throw .unavailable(
                "this kernel, \(Self.kernelRelease), has no \(link.kind ?? "such") devices")
        }
    }

    public func changeLink(
        _ device: String, in namespace: NamespaceName, _ change: LinkChange
    ) throws(ControlError) {
        var link = LinkRequest(
            index: try index(of: device, in: namespace), isUp: change.isUp, name: change.name,
            address: change.address,
            mtu: change.mtu)
        if let target = change.namespace {
            guard let file = namespaces[target]?.file else {
                throw .errno(.ENOENT, "no namespace \(target)")
            }
            link.namespace = file.number
        }
        if let netkit = change.netkit {
            link.kind = "netkit"
            link.netkit = netkit
        }
        try netlink(RouteNetlink.newLink, link.bytes, in: namespace)
        if change.isUp == false { awaitsLinkWatch = true }
        if change.isUp == true { devicesComingUp.append((change.name ?? device, change.namespace ?? namespace)) }
    }

    public func deleteLink(_ device: String, in namespace: NamespaceName) throws(ControlError) {
        let index = try index(of: device, in: namespace)
        // As the kernel says of a NIC, which no request has made (rtnl_delete_link).
        if places.pairEnds.contains(.init(namespace: namespace, index: index)) { throw .errno(.EOPNOTSUPP) }
        try rememberDevices()
        try remove(index: index, in: namespace)
    }

    func remove(index: UInt32, in namespace: NamespaceName) throws(ControlError) {
        try netlink(RouteNetlink.deleteLink, RouteNetlink.interface(index: index), in: namespace)
    }

    public func link(_ device: String, in namespace: NamespaceName) throws(ControlError) -> LinkInfo {
        let index = try index(of: device, in: namespace)
        let answers = try netlink(
            RouteNetlink.getLink, RouteNetlink.interface(index: index), in: namespace)
        guard let answer = answers.first else {
            throw .unavailable("netlink: no answer to RTM_GETLINK")
        }
        return try wellFormed(LinkAnswer(answer)).info
    }

    public func links(in namespace: NamespaceName) throws(ControlError) -> [LinkInfo] {
        try linkAnswers(in: namespace).map(\.info)
    }

    /// All devices of a namespace, by index, with what they belong to; nil is the one the process was started in.
    func linkAnswers(in namespace: NamespaceName?) throws(ControlError) -> [LinkAnswer] {
        let messages = try netlink(
            RouteNetlink.getLink, flags: NetlinkMessage.Flag.dump, RouteNetlink.interface(), in: namespace
        )
        let links = try messages.map { message throws(ControlError) in
            try wellFormed(LinkAnswer(message))
        }
        return links.sorted { $0.info.index < $1.info.index }
    }

    public func addAddress(
        _ prefix: NetworkPrefix, to device: String, in namespace: NamespaceName
    ) throws(ControlError) {
        let index = try index(of: device, in: namespace)
        try netlink(
            RouteNetlink.newAddress, flags: RouteNetlink.create,
            RouteNetlink.address(prefix, index: index), in: namespace)
    }

    public func addRoute(_ route: NewRoute, in namespace: NamespaceName) throws(ControlError) {
        var index: UInt32?
        if let device = route.device { index = try self.index(of: device, in: namespace) }
        try netlink(
            RouteNetlink.newRoute, flags: RouteNetlink.create, RouteNetlink.route(route, index: index),
            in: namespace)
    }

    public func addNeighbour(_ neighbour: NeighbourInfo, in namespace: NamespaceName)
        throws(ControlError)
    {
        let index = try index(of: neighbour.device, in: namespace)
        try netlink(
            RouteNetlink.newNeighbour, flags: RouteNetlink.create,
            RouteNetlink.neighbour(neighbour, index: index),
            in: namespace)
    }

    public func neighbours(in namespace: NamespaceName) throws(ControlError) -> [NeighbourInfo] {
        var found: [NeighbourInfo] = []
        for family in [UInt8(2), 10] {
            let messages = try netlink(
                RouteNetlink.getNeighbour, flags: NetlinkMessage.Flag.dump,
                RouteNetlink.neighbour(family: family),
                in: namespace)
            for message in messages {
                if let row = try wellFormed(NeighbourInfo(message, nameOfDevice: Self.nameOfDevice(index:))) {
                    found.append(row)
                }
            }
        }
        return found
    }

    /// Makes a request in a namespace of ours, or, for nil, in the one that the process was started in; the answers to it.
    @discardableResult
    func netlink(
        _ type: UInt16, flags: UInt16 = NetlinkMessage.Flag.acknowledge, _ body: [UInt8],
        in namespace: NamespaceName?
    ) throws(ControlError) -> [NetlinkMessage] {
        if let namespace { try enter(namespace) } else { try goHome() }
        var connection = try NetlinkConnection()
        return try connection.request(type, flags: flags, body: body)
    }
}
