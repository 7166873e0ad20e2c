import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// Interrupts of borrowed interfaces on the CPU that the scenario wants.
extension LinuxHost {
    /// Moves the interrupts of a borrowed interface that is at home and down; notes which CPUs they had.
    func placeInterrupts(of place: Int, on cpu: Int) throws(ControlError) {
        let interface = places.borrowed[place]
        let lines = InterruptLine.lines(of: interface.device, in: try OpenFile.text(of: "/proc/interrupts"))
        guard lines.contains(where: \.isInput) else {
            throw .unavailable("/proc/interrupts shows no input queue of \(interface.name) (\(interface.device))")
        }
        for line in lines {
            let former = try OpenFile.text(of: line.affinityPath)
            places.borrowed[place].interrupts.append((line, former))
            try OpenFile.write("\(cpu)", to: line.affinityPath)
        }
        let inputs = lines.filter(\.isInput)
        guard try !areServed(inputs, by: cpu) else { return }
        try provokeInterrupts(of: interface) { () throws(ControlError) in try areServed(inputs, by: cpu) }
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
        let answer: Result<Bool, ControlError>
        do throws(ControlError) {
            answer = .success(try sendFrames(through: sender.index, until: isDone))
        } catch {
            answer = .failure(error)
        }
        if !sender.wasUp {
            try netlink(RouteNetlink.newLink, LinkRequest(index: sender.index, isUp: false).bytes, in: sender.namespace)
        }
        try setHome(LinkRequest(index: interface.index, isUp: false))
        guard try answer.get() else {
            throw .unavailable("the interrupts of \(interface.name) stay away from the CPU that the scenario wants")
        }
    }

    /// Frames of a protocol that nobody speaks, to everybody, through a device of the thread's namespace.
    private func sendFrames(
        through index: UInt32, until isDone: () throws(ControlError) -> Bool
    ) throws(ControlError) -> Bool {
        let socket = OpenSocket(
            task: nil, kind: nil,
            number: try OpenSocket.open(family: AF_PACKET, type: Int32(SOCK_RAW.rawValue), protocolNumber: 0))
        defer { Glibc.close(socket.number) }
        let experimental: [UInt8] = [0x88, 0xB5]
        let frame = [UInt8](repeating: 0xFF, count: 12) + experimental + [UInt8](repeating: 0, count: 46)
        for _ in 0..<200 {
            // The carrier may take a moment.
            try? socket.send(frame, to: SocketAddressBytes.packet(etherType: 0, index: index))
            try advance(nanoseconds: 5_000_000)
            if try isDone() { return true }
        }
        return false
    }

    /// Another interface of the same wire, at home or borrowed; nil where it is alone.
    private func otherInterface(
        than interface: BorrowedInterface
    ) throws(ControlError) -> (index: UInt32, namespace: NamespaceName?, wasUp: Bool)? {
        if let free = places.wires[interface.wire]?.free.first {
            guard let found = try linkAnswers(in: nil).first(where: { $0.info.name == free }) else { return nil }
            return (found.info.index, nil, found.info.flags & RouteNetlink.interfaceUp != 0)
        }
        let others = places.borrowed.filter { $0.wire == interface.wire && $0.device != interface.device }
        guard let other = others.first,
            let place = try find(other)
        else { return nil }
        return (
            place.link.info.index, place.namespace, place.link.info.flags & RouteNetlink.interfaceUp != 0
        )
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
