import KernelControl
import LinuxABI
import PacketModel

extension Network {
    /// `register_netdevice`: gives the device its name and index and tells the stack. A nil index means the next free one.
    /// EEXIST for a name, EBUSY for an index that is taken.
    func register(_ device: NetworkDevice, name: String, index: UInt32?) throws(ControlError) {
        let namespace = device.namespace
        if namespace.device(named: name) != nil { throw .errno(.EEXIST) }
        if let index, index != 0 {
            if namespace.device(index: index) != nil { throw .errno(.EBUSY) }
            device.index = index
        } else {
            device.index = namespace.freeIndex()
        }
        device.name = name
        device.tcxIngress.device = device
        device.tcxEgress.device = device
        device.isRegistered = true
        namespace.insert(device)
        namespace.stack.deviceChanged(device, .registered)
    }

    /// `unregister_netdevice_many` for devices that go together: down, packets in backlogs freed, programs released.
    func unregister(_ devices: [NetworkDevice]) {
        for device in devices { setUp(device, false) }
        for device in devices {
            device.namespace.stack.deviceChanged(device, .unregistered)
            device.tcxIngress.releaseAll()
            device.tcxEgress.releaseAll()
            device.uninitialise()
            environment.flushBacklogs(of: device)
            device.isRegistered = false
            device.namespace.remove(device)
        }
    }

    /// `dev_close`, and `dev_open` for a device whose driver agrees.
    func setUp(_ device: NetworkDevice, _ isUp: Bool) {
        guard device.isUp != isUp else { return }
        if isUp {
            device.flags.insert(.up)
        } else {
            device.flags.remove(.up)
            device.stop()
        }
        device.updateDiscipline()
        device.namespace.stack.deviceChanged(device, isUp ? .up : .down)
    }
}
