import KernelControl
import LinuxABI
import PacketModel

/// Where a scenario's NICs come from.
extension LinuxHost {
    /// Holds ends of veth pairs that no NIC claims.
    static let hiddenNamespace: NamespaceName = "\u{0}wires"

    /// Gives a namespace one of the machine's interfaces, or the end of a veth pair where the machine has none to give.
    func takeNIC(_ attributes: NICAttributes, _ request: NewLink, in namespace: NamespaceName) throws(ControlError) {
        let present = try links(in: namespace)
        if present.contains(where: { $0.name == request.name || $0.index == request.index }) { throw .errno(.EEXIST) }
        let index = request.index ?? (present.map(\.index).max() ?? 0) + 1
        if options.wires.isEmpty {
            try takeEndOfPair(attributes, request, index, in: namespace)
        } else {
            try borrow(attributes, request, index, in: namespace)
        }
    }

    /// Sets a NIC's offloads as its scenario says. A real interface has GRO, as is Linux's default: it verifies checksums,
    /// pulls headers, and joins no datagrams that no socket asks to have joined; a veth has none.
    private func setFeatures(
        of device: String, _ attributes: NICAttributes, hasGRO: Bool, in namespace: NamespaceName
    ) throws(ControlError) -> [(name: String, isOn: Bool)] {
        try enter(namespace)
        var features = try DeviceFeatures(of: device)
        let wanted = [
            ("rx-gro", hasGRO), ("rx-gro-hw", false), ("rx-lro", false),
            ("tx-checksum-ip-generic", attributes.checksumOffload),
            ("tx-tcp-segmentation", attributes.segmentationOffload),
            ("tx-tcp6-segmentation", attributes.segmentationOffload),
            ("tx-udp-segmentation", attributes.udpSegmentationOffload),
        ]
        let former = wanted.map { (name: $0.0, isOn: features.isActive($0.0)) }
        try features.set(wanted.map { (name: $0.0, isOn: $0.1) })
        return former.filter { features.isActive($0.name) != $0.isOn }
    }

    // MARK: veth pairs

    /// A wire's first NIC is one end of a new pair, its second the other end.
    private func takeEndOfPair(
        _ attributes: NICAttributes, _ request: NewLink, _ index: UInt32, in namespace: NamespaceName
    ) throws(ControlError) {
        var wire = places.wires[attributes.wire] ?? NICPlaces.Wire()
        wire.count += 1
        let name: String
        if let waiting = wire.waiting {
            var link = LinkRequest(
                index: try self.index(of: waiting, in: Self.hiddenNamespace), name: request.name ?? "eth%d",
                address: request.address)
            link.namespace = namespaces[namespace]?.file.number
            link.newIndex = index
            try netlink(RouteNetlink.newLink, link.bytes, in: Self.hiddenNamespace)
            wire.waiting = nil
            name = try nameOfDevice(index: index, in: namespace)
        } else {
            guard wire.count == 1 else {
                throw .unavailable(
                    "wire \(attributes.wire) has more than two NICs, and a veth pair stands for it; name interfaces that "
                        + "are on one wire with --wire")
            }
            if namespaces[Self.hiddenNamespace] == nil { try createNamespace(Self.hiddenNamespace) }
            let waiting = "wire\(places.wires.count)"
            var pair = NewLink(
                kind: .veth, name: request.name ?? "eth%d", address: request.address, mtu: request.mtu, index: index,
                peer: PeerLink(name: waiting, namespace: Self.hiddenNamespace))
            pair.mtu = request.mtu
            try newLink(pair, in: namespace)
            // So that the wire has a carrier while nothing else is plugged in.
            var up = LinkChange()
            up.isUp = true
            try changeLink(waiting, in: Self.hiddenNamespace, up)
            wire.waiting = waiting
            name = try nameOfDevice(index: index, in: namespace)
        }
        places.wires[attributes.wire] = wire
        places.pairEnds.insert(.init(namespace: namespace, index: index))
        if let mtu = request.mtu { try changeMTU(of: name, in: namespace, to: mtu) }
        _ = try setFeatures(of: name, attributes, hasGRO: false, in: namespace)
    }

    private func nameOfDevice(index: UInt32, in namespace: NamespaceName) throws(ControlError) -> String {
        try enter(namespace)
        guard let name = Self.nameOfDevice(index: index) else { throw .errno(.ENODEV) }
        return name
    }

    private func changeMTU(of device: String, in namespace: NamespaceName, to mtu: UInt32) throws(ControlError) {
        var change = LinkChange()
        change.mtu = mtu
        try changeLink(device, in: namespace, change)
    }

    // MARK: Interfaces of the machine

    private func borrow(
        _ attributes: NICAttributes, _ request: NewLink, _ index: UInt32, in namespace: NamespaceName
    ) throws(ControlError) {
        guard options.mayChangeMachine else {
            throw .unavailable("interfaces of the machine move between namespaces, which needs --allow-machine")
        }
        var wire = try wire(attributes.wire)
        guard !wire.free.isEmpty else {
            throw .unavailable("wire \(attributes.wire) needs more interfaces than its --wire names")
        }
        let name = wire.free.removeFirst()
        wire.count += 1
        places.wires[attributes.wire] = wire
        let interface = try describe(name, wire: attributes.wire)
        // From here on it has to be put back.
        let place = places.borrowed.count
        places.borrowed.append(interface)
        try setHome(LinkRequest(index: interface.index, isUp: false))
        try placeInterrupts(of: place, on: attributes.receiveCPU)
        if let address = request.address, address != interface.address {
            try setHome(LinkRequest(index: interface.index, address: address))
        }
        var move = LinkRequest(index: interface.index, name: request.name ?? "eth%d")
        move.namespace = namespaces[namespace]?.file.number
        move.newIndex = index
        try setHome(move)
        let newName = try nameOfDevice(index: index, in: namespace)
        let ethernet: UInt32 = 1500
        let mtu = request.mtu ?? ethernet
        if mtu != interface.mtu { try changeMTU(of: newName, in: namespace, to: mtu) }
        places.borrowed[place].features = try setFeatures(of: newName, attributes, hasGRO: true, in: namespace)
    }

    /// A wire of the scenario: those that it names first take the first lists of interfaces.
    private func wire(_ name: String) throws(ControlError) -> NICPlaces.Wire {
        if let known = places.wires[name] { return known }
        guard places.wires.count < options.wires.count else {
            throw .unavailable("wire \(name) is the scenario's \(places.wires.count + 1)th; --wire names fewer")
        }
        return NICPlaces.Wire(free: options.wires[places.wires.count])
    }

    private func describe(_ name: String, wire: String) throws(ControlError) -> BorrowedInterface {
        guard let found = try linkAnswers(in: nil).first(where: { $0.info.name == name }) else {
            throw .unavailable("this machine has no interface \(name)")
        }
        guard let device = found.parentDevice else {
            throw .unavailable("interface \(name) belongs to no device of a bus, so it is no NIC")
        }
        let info = found.info
        return BorrowedInterface(
            name: name, index: info.index, address: info.address, mtu: info.mtu,
            wasUp: info.flags & RouteNetlink.interfaceUp != 0, device: device, wire: wire)
    }

    /// RTM_NEWLINK on an interface that is at home.
    func setHome(_ request: LinkRequest) throws(ControlError) {
        try netlink(RouteNetlink.newLink, request.bytes, in: nil)
    }
}
