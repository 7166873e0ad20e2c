public import KernelControl
public import LinuxABI
import PacketModel

extension Network {
    /// RTM_NEWLINK for a device that exists, in `do_setlink`'s order: the kind's attributes, namespace, address, MTU, name,
    /// up or down. What was done before a refusal stays done.
    public func changeLink(
        _ name: String, in namespaceName: NamespaceName, _ change: LinkChange
    ) throws(ControlError) {
        let device = try existing(name, in: namespaceName)
        try checkNameLength(change.name)
        if let attributes = change.netkit {
            try checkRanges(attributes)
            if let address = change.address, !address.isValidForDevice { throw .errno(.EADDRNOTAVAIL) }
            guard let netkit = device as? Netkit else { throw .errno(.EOPNOTSUPP) }
            try changeNetkit(netkit, attributes)
        }
        if let target = change.namespace { try move(device, to: existing(target), name: change.name) }
        if let address = change.address {
            if address != device.address {
                try device.checkAddressChange(address)
                device.address = address
            }
            device.namespace.stack.deviceChanged(device, .address)
        }
        if let mtu = change.mtu, mtu != device.mtu {
            try checkMTU(mtu, device.mtuRange)
            device.mtu = mtu
            device.namespace.stack.deviceChanged(device, .mtu)
        }
        if let newName = change.name, !newName.isEmpty, newName != device.name {
            let resolved = try device.namespace.resolveName(newName)
            device.namespace.rename(device, to: resolved)
            device.namespace.stack.deviceChanged(device, .name)
        }
        if let isUp = change.isUp { try setUp(device, isUp) }
        // DO_SETLINK_NOTIFY
        if device.isUp, change.netkit != nil || change.address != nil {
            device.namespace.stack.deviceChanged(device, .attributes)
        }
    }

    /// `netkit_change_link` of 6.12. A policy is set before the peer's is looked at.
    private func changeNetkit(_ netkit: Netkit, _ attributes: NetkitAttributes) throws(ControlError) {
        guard netkit.isPrimary else { throw .errno(.EACCES, NetlinkText.netkitPrimaryOnly) }
        if attributes.mode != nil { throw .errno(.EACCES, NetlinkText.netkitModeFixed) }
        if attributes.scrub != nil || attributes.peerScrub != nil {
            throw .errno(.EACCES, NetlinkText.netkitScrubFixed)
        }
        if let policy = try checkPolicy(attributes.policy) { netkit.policy = policy }
        if attributes.peerPolicy != nil {
            guard let peer = netkit.otherEnd else { throw .errno(.EOPNOTSUPP) }
            if let policy = try checkPolicy(attributes.peerPolicy) { peer.policy = policy }
        }
    }

    /// RTM_DELLINK: a pair goes together, across namespaces. EOPNOTSUPP for loopback and NICs.
    public func deleteLink(_ name: String, in namespaceName: NamespaceName) throws(ControlError) {
        guard let devices = try existing(name, in: namespaceName).devicesToDelete() else { throw .errno(.EOPNOTSUPP) }
        unregister(devices)
    }

    /// Ends a namespace: its devices go, pairs with their other ends elsewhere (`default_device_exit_batch`). A NIC, which
    /// Linux would hand back to the initial namespace, is unplugged.
    public func deleteNamespace(_ name: NamespaceName) throws(ControlError) {
        let namespace = try existing(name)
        for device in namespace.devices where device.isRegistered && !(device is Loopback) {
            unregister(device.devicesToDelete() ?? [device])
        }
        if let loopback = namespace.loopback { unregister([loopback]) }
        forget(namespace)
    }

    /// RTM_GETLINK for one device.
    public func link(_ name: String, in namespaceName: NamespaceName) throws(ControlError) -> LinkInfo {
        info(try existing(name, in: namespaceName))
    }

    /// RTM_GETLINK for all devices of a namespace, by index.
    public func links(in namespaceName: NamespaceName) throws(ControlError) -> [LinkInfo] {
        try existing(namespaceName).devices.map(info)
    }

    private func info(_ device: NetworkDevice) -> LinkInfo {
        let netkit = device as? Netkit
        return LinkInfo(
            index: device.index, name: device.name, flags: device.shownFlags.rawValue, mtu: device.mtu,
            address: device.address, operationalState: device.operationalState,
            queueingDiscipline: device.shownDiscipline.rawValue, statistics: device.shownStatistics,
            netkit: netkit.map {
                NetkitAttributes(
                    mode: $0.mode, policy: $0.policy, peerPolicy: $0.otherEnd?.policy, scrub: $0.scrubs ? 1 : 0,
                    peerScrub: $0.otherEnd.map { $0.scrubs ? 1 : 0 })
            }, isNetkitPrimary: netkit?.isPrimary)
    }

    /// A device by name; ENODEV.
    func existing(_ name: String, in namespaceName: NamespaceName) throws(ControlError) -> NetworkDevice {
        guard let device = try existing(namespaceName).device(named: name) else { throw .errno(.ENODEV) }
        return device
    }

    // MARK: Hooks

    /// The hook that BPF_PROG_ATTACH, DETACH, QUERY and BPF_LINK_CREATE mean by a device and an attach type: `__dev_get_by_index`
    /// for tcx, `netkit_dev_fetch` for netkit. ENODEV, ENXIO for another kind, EACCES for netkit's peer.
    public func hook(
        _ type: AttachType, device name: String, in namespaceName: NamespaceName
    ) throws(ControlError) -> DeviceHook {
        let device = try existing(name, in: namespaceName)
        switch type {
        case .tcxIngress: return device.tcxIngress
        case .tcxEgress: return device.tcxEgress
        case .clsactIngress, .clsactEgress: throw .errno(.EINVAL)
        case .netkitPrimary, .netkitPeer:
            guard let netkit = device as? Netkit else { throw .errno(.ENXIO) }
            guard netkit.isPrimary else { throw .errno(.EACCES) }
            if type == .netkitPrimary { return netkit.hook }
            guard let peer = netkit.otherEnd else { throw .errno(.ENODEV) }
            return peer.hook
        }
    }

    // MARK: Legacy filters

    /// Adds a clsact queueing discipline; EEXIST where there is one.
    public func addClsact(_ name: String, in namespaceName: NamespaceName) throws(ControlError) {
        let device = try existing(name, in: namespaceName)
        if device.clsact != nil { throw .errno(.EEXIST, "Exclusivity flag on, cannot modify") }
        device.clsact = Clsact()
    }

    /// A device's clsact; EINVAL where there is none.
    public func clsact(_ name: String, in namespaceName: NamespaceName) throws(ControlError) -> Clsact {
        guard let clsact = try existing(name, in: namespaceName).clsact else {
            throw .errno(.EINVAL, "Parent Qdisc doesn't exists")
        }
        return clsact
    }
}
