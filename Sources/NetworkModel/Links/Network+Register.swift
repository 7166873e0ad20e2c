import KernelControl
import LinuxABI
import PacketModel

extension Network {
    /// `register_netdevice`: gives the device its name and index and tells the stack. `name` may be a template such as
    /// `nk%d`, which takes the smallest free number; a nil index means the next free one. EINVAL for a bad name, EEXIST for
    /// one that is taken, EBUSY for an index that is taken.
    func register(_ device: NetworkDevice, name: String, index: UInt32?) throws(ControlError) {
        let namespace = device.namespace
        device.name = try namespace.resolveName(name)
        if let index, index != 0 {
            if namespace.device(index: index) != nil { throw .errno(.EBUSY) }
            device.index = index
        } else {
            device.index = namespace.freeIndex()
        }
        unsafe device.tcxIngress.device = device
        unsafe device.tcxEgress.device = device
        device.isRegistered = true
        namespace.insert(device)
        namespace.stack.deviceChanged(device, .registered)
    }

    /// `unregister_netdevice_many` for devices that go together: down, packets in backlogs freed, programs released.
    func unregister(_ devices: [NetworkDevice]) {
        for device in devices { close(device) }
        for device in devices {
            device.namespace.stack.deviceChanged(device, .unregistered)
            device.tcxIngress.releaseAll()
            device.tcxEgress.releaseAll()
            device.clsact = nil
            device.uninitialise()
            environment.flushBacklogs(of: device)
            device.isRegistered = false
            device.namespace.remove(device)
        }
    }

    /// `dev_open` and `dev_close`; what the driver throws leaves the device down.
    func setUp(_ device: NetworkDevice, _ isUp: Bool) throws(ControlError) {
        guard device.isUp != isUp else { return }
        if isUp {
            try device.open()
            device.flags.insert(.up)
            device.updateDiscipline()
            device.namespace.stack.deviceChanged(device, .up)
        } else {
            close(device)
        }
    }

    /// `dev_close`.
    private func close(_ device: NetworkDevice) {
        guard device.isUp else { return }
        device.activeDiscipline = .noop
        device.stop()
        device.flags.remove(.up)
        device.namespace.stack.deviceChanged(device, .down)
    }

    /// `__dev_change_net_namespace`. `name` is what to be called there where the present name is taken.
    func move(_ device: NetworkDevice, to target: NetworkNamespace, name: String?) throws(ControlError) {
        let source = device.namespace
        if device is Loopback { throw .errno(.EINVAL, "The interface netns is immutable") }
        if source === target { return }
        var newName = device.name
        if target.device(named: newName) != nil {
            guard let name else {
                throw .errno(.EEXIST, "An interface with the same name exists in the target netns")
            }
            do {
                newName = try target.resolveName(name)
            } catch {
                guard case .kernel(let failure) = error else { throw error }
                throw .errno(
                    failure.errno, "Unable to use '\(name)' for the new interface name in the target netns")
            }
        }
        let newIndex = target.device(index: device.index) == nil ? device.index : target.freeIndex()
        close(device)
        source.stack.deviceChanged(device, .unregistered)
        source.remove(device)
        device.shownDiscipline = .noop
        device.namespace = target
        device.index = newIndex
        device.name = newName
        target.insert(device)
        target.stack.deviceChanged(device, .registered)
    }
}
