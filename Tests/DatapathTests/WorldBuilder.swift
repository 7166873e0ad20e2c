import BPFInstructionSet
import KernelControl
import LinuxABI
import PacketModel

/// Builds small worlds through the control interface, in `ip`'s words; an end is `eth0@pod`.
struct WorldBuilder {
    let kernel: any KernelControl

    func namespaces(_ names: String...) throws {
        for name in names {
            try kernel.createNamespace(NamespaceName(name))
            try up("lo@\(name)")
        }
    }

    /// The end's device and namespace.
    static func split(_ end: String) -> (device: String, namespace: NamespaceName) {
        let parts = end.split(separator: "@")
        return (String(parts[0]), NamespaceName(String(parts[1])))
    }

    /// Both ends come up; L2 ends have the addresses 02:00:00:00:NN:01 and :02, NN being `number`.
    func netkit(_ primary: String, _ peer: String, _ attributes: NetkitAttributes = .init(), number: Int = 1) throws {
        let isL2 = attributes.mode == 0
        try pair(.netkit(attributes), primary, peer, number: isL2 ? number : nil)
    }

    func veth(_ first: String, _ second: String, number: Int = 1) throws {
        try pair(.veth, first, second, number: number)
    }

    private func pair(_ kind: NewLink.Kind, _ first: String, _ second: String, number: Int?) throws {
        let (name, namespace) = Self.split(first)
        let (peer, peerNamespace) = Self.split(second)
        func address(_ last: Int) -> LinkAddress? {
            number.map { LinkAddress(bits: 0x0200_0000_0000 + UInt64($0 << 8 + last)) }
        }
        try kernel.newLink(
            NewLink(
                kind: kind, name: name, address: address(1),
                peer: PeerLink(name: peer, address: address(2), namespace: peerNamespace)), in: namespace)
        try up(first)
        try up(second)
    }

    /// A NIC without offloads, its interrupts on cpu1.
    func nic(_ end: String, mac: String, address: String) throws {
        var attributes = NICAttributes(wire: "lan")
        attributes.receiveCPU = 1
        attributes.checksumOffload = false
        attributes.segmentationOffload = false
        let (name, namespace) = Self.split(end)
        try kernel.newLink(
            NewLink(kind: .nic(attributes), name: name, address: try LinkAddress(mac)), in: namespace)
        try self.address(end, address)
        try up(end)
    }

    func up(_ end: String, _ isUp: Bool = true) throws {
        var change = LinkChange()
        change.isUp = isUp
        let (device, namespace) = Self.split(end)
        try kernel.changeLink(device, in: namespace, change)
    }

    func address(_ end: String, _ prefix: String) throws {
        let (device, namespace) = Self.split(end)
        try kernel.addAddress(try NetworkPrefix(prefix), to: device, in: namespace)
    }

    func route(in namespace: String, _ destination: String, via gateway: String? = nil, dev: String? = nil) throws {
        try kernel.addRoute(
            NewRoute(
                destination: try NetworkPrefix(destination), gateway: try gateway.map { try NetworkAddress($0) },
                device: dev), in: NamespaceName(namespace))
    }

    func neighbour(_ end: String, _ address: String, _ mac: String) throws {
        let (device, namespace) = Self.split(end)
        try kernel.addNeighbour(
            NeighbourInfo(
                address: try NetworkAddress(address), device: device, linkAddress: try LinkAddress(mac),
                state: .permanent), in: namespace)
    }

    func index(_ end: String) throws -> UInt32 {
        let (device, namespace) = Self.split(end)
        return try kernel.link(device, in: namespace).index
    }

    /// Loads an assembled program.
    func program(_ text: String, name: String = "test", maps: [Descriptor] = []) throws -> Descriptor {
        try kernel.loadProgram(
            ProgramLoad(
                type: .schedCls, name: name, instructions: try Assembler.assemble(text).instructions, licence: "GPL")
        ).descriptor
    }

    /// Loads a program and attaches it behind those that are there.
    @discardableResult
    func attach(_ text: String, to end: String, _ hook: AttachType) throws -> Descriptor {
        let program = try program(text)
        let (device, namespace) = Self.split(end)
        try kernel.attach(program, to: device, in: namespace, as: hook, at: AttachPosition())
        return program
    }

    func socket(
        in namespace: String, _ address: String, _ port: UInt16, cpu: Int = 0,
        _ options: (inout SocketRequest) -> Void = { _ in }
    ) throws -> Descriptor {
        var request = SocketRequest(
            kind: .udp, isIPv6: false, namespace: NamespaceName(namespace), task: TaskIdentity(name: "app", cpu: cpu))
        options(&request)
        let socket = try kernel.openSocket(request)
        try kernel.bind(socket, to: SocketAddress(address: try NetworkAddress(address), port: port))
        return socket
    }

    func send(_ payload: [UInt8], from socket: Descriptor, to address: String, _ port: UInt16) throws {
        try kernel.send(
            payload, from: socket, to: SocketAddress(address: try NetworkAddress(address), port: port))
    }

    /// A packet socket at a device.
    func frameSocket(
        _ end: String, cpu: Int = 0, _ options: (inout SocketRequest) -> Void = { _ in }
    ) throws -> Descriptor {
        let (device, namespace) = Self.split(end)
        var request = SocketRequest(
            kind: .packet(device: device), isIPv6: false, namespace: namespace,
            task: TaskIdentity(name: "app", cpu: cpu))
        options(&request)
        return try kernel.openSocket(request)
    }

    /// Asks for the counters of devices; the answers are judged where the requests are recorded.
    func observe(_ ends: String...) throws {
        try kernel.settle()
        for end in ends {
            let (device, namespace) = Self.split(end)
            _ = try kernel.link(device, in: namespace)
        }
    }
}
