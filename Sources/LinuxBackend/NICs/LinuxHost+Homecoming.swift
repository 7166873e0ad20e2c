import CLinux
import KernelControl
import LinuxABI

extension LinuxHost {
    /// All borrowed interfaces home again, as they were; the first failure is thrown after all were tried.
    func bringInterfacesHome() throws(ControlError) {
        var failure: ControlError?
        for interface in places.borrowed {
            do throws(ControlError) {
                try bringHome(interface)
            } catch {
                failure = failure ?? .unavailable("interface \(interface.name) could not be put back: \(error)")
            }
        }
        places.borrowed = []
        if let failure { throw failure }
    }

    private func bringHome(_ interface: BorrowedInterface) throws(ControlError) {
        for (line, cpus) in interface.interrupts { try OpenFile.write(cpus, to: line.affinityPath) }
        if let (namespace, link) = try find(interface) {
            let index = link.info.index
            try netlink(RouteNetlink.newLink, LinkRequest(index: index, isUp: false).bytes, in: namespace)
            detachPrograms(index: index)
            var features = try DeviceFeatures(of: link.info.name)
            try features.set(interface.features)
            var back = LinkRequest(index: index, address: interface.address, mtu: interface.mtu)
            // One change after the other: an address or MTU that is refused must not keep it away.
            let settings = try? netlink(RouteNetlink.newLink, back.bytes, in: namespace)
            back = LinkRequest(index: index, name: interface.name)
            back.namespace = home.file.number
            back.newIndex = interface.index
            try netlink(RouteNetlink.newLink, back.bytes, in: namespace)
            guard settings != nil else { throw .unavailable("its address or MTU") }
        } else {
            // It never left.
            try setHome(LinkRequest(index: interface.index, isUp: false, address: interface.address))
        }
        if interface.wasUp { try setHome(LinkRequest(index: interface.index, isUp: true)) }
    }

    /// Takes every program off a device of the thread's namespace that no link holds there (BPF_PROG_DETACH), at both of
    /// tcx's hooks.
    private func detachPrograms(index: UInt32) {
        let detach: Int32 = 9
        for hook in [UInt32(46), 47] {
            var attributes: [UInt8] = []
            for word in [index, 0, hook] { attributes.append(native: word) }
            attributes += [UInt8](repeating: 0, count: 36)
            // As many as a chain can have.
            for _ in 0..<64 {
                guard unsafe linux_bpf(detach, &attributes, UInt32(attributes.count)) >= 0 else { break }
            }
        }
    }
}
