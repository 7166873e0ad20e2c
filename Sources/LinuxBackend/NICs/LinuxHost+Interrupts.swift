import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// Interrupts of borrowed interfaces on the CPU that the scenario wants.
extension LinuxHost {
    /// Moves the interrupts of an interface that is at home and down; gives them with the CPUs that they had.
    func placeInterrupts(
        of interface: BorrowedInterface, on cpu: Int
    ) throws(ControlError) -> [(line: InterruptLine, cpus: String)] {
        let lines = InterruptLine.lines(of: interface.device, in: try OpenFile.text(of: "/proc/interrupts"))
        guard lines.contains(where: \.isInput) else {
            throw .unavailable("/proc/interrupts shows no input queue of \(interface.name) (\(interface.device))")
        }
        var former: [(line: InterruptLine, cpus: String)] = []
        for line in lines {
            former.append((line, try OpenFile.text(of: line.affinityPath)))
            try OpenFile.write("\(cpu)", to: line.affinityPath)
        }
        let inputs = lines.filter(\.isInput)
        guard try !areServed(inputs, by: cpu) else { return former }
        try provokeInterrupts(of: interface) { () throws(ControlError) in try areServed(inputs, by: cpu) }
        return former
    }

    private func areServed(_ lines: [InterruptLine], by cpu: Int) throws(ControlError) -> Bool {
        for line in lines where try OpenFile.text(of: line.effectiveAffinityPath) != "\(cpu)" { return false }
        return true
    }

    /// A change of CPU takes effect with the next interrupt: another interface of the wire sends frames that nobody knows
    /// until `isDone`.
    private func provokeInterrupts(
        of interface: BorrowedInterface, until isDone: () throws(ControlError) -> Bool
    ) throws(ControlError) {
        guard let sender = try otherInterface(than: interface) else { return }
        try setHome(LinkRequest(index: interface.index, isUp: true))
        try netlink(RouteNetlink.newLink, LinkRequest(index: sender.index, isUp: true).bytes, in: sender.namespace)
        let socket = OpenSocket(
            task: nil, kind: nil,
            number: try OpenSocket.open(family: AF_PACKET, type: Int32(SOCK_RAW.rawValue), protocolNumber: 0))
        defer { Glibc.close(socket.number) }
        let experimental: [UInt8] = [0x88, 0xB5]
        let frame = [UInt8](repeating: 0xFF, count: 12) + experimental + [UInt8](repeating: 0, count: 46)
        var isDoneAfter = false
        for _ in 0..<200 {
            // The carrier may take a moment.
            try? socket.send(frame, to: SocketAddressBytes.packet(etherType: 0, index: sender.index))
            try advance(nanoseconds: 5_000_000)
            isDoneAfter = try isDone()
            if isDoneAfter { break }
        }
        try netlink(RouteNetlink.newLink, LinkRequest(index: sender.index, isUp: false).bytes, in: sender.namespace)
        try setHome(LinkRequest(index: interface.index, isUp: false))
        guard isDoneAfter else {
            throw .unavailable("the interrupts of \(interface.name) stay away from the CPU that the scenario wants")
        }
    }

    /// Another interface of the same wire, at home or borrowed; nil where it is alone.
    private func otherInterface(
        than interface: BorrowedInterface
    ) throws(ControlError) -> (index: UInt32, namespace: NamespaceName?)? {
        if let free = places.wires[interface.wire]?.free.first {
            guard let found = try linkAnswers(in: nil).first(where: { $0.info.name == free }) else { return nil }
            return (found.info.index, nil)
        }
        guard let other = places.borrowed.first(where: { $0.wire == interface.wire }),
            let place = try find(other)
        else { return nil }
        return (place.link.info.index, place.namespace)
    }

    /// Where a borrowed interface is now, under whatever name.
    func find(
        _ interface: BorrowedInterface
    ) throws(ControlError) -> (namespace: NamespaceName, link: LinkAnswer)? {
        for namespace in namespaces.keys {
            if let link = try linkAnswers(in: namespace).first(where: { $0.parentDevice == interface.device }) {
                return (namespace, link)
            }
        }
        return nil
    }
}
