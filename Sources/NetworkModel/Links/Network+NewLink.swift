public import KernelControl
import LinuxABI
import PacketModel

extension Network {
    /// RTM_NEWLINK with NLM_F_CREATE and NLM_F_EXCL, in 6.12's order of checks: attribute ranges, address, EEXIST, MTU, then
    /// what the kind checks. For pairs the peer is registered first and so has the lower index.
    public func newLink(_ request: NewLink, in namespaceName: NamespaceName) throws(ControlError) {
        let namespace = try existing(namespaceName)
        try checkNameLength(request.name)
        if let index = request.index, index > UInt32(Int32.max) { throw .errno(.EINVAL, NetlinkText.negativeIndex) }
        let index = request.index ?? 0
        let isTaken =
            index != 0
            ? namespace.device(index: index) != nil
            : request.name.map { namespace.device(named: $0) != nil } ?? false
        if case .netkit(let attributes) = request.kind { try checkRanges(attributes) }
        if let address = request.address, !address.isValidForDevice { throw .errno(.EADDRNOTAVAIL) }
        if case .veth = request.kind { try checkVethMTU(request.mtu) }
        if isTaken { throw .errno(.EEXIST) }
        switch request.kind {
        case .netkit(let attributes): try newNetkit(request, attributes, namespace)
        case .veth: try newVeth(request, namespace)
        case .dummy:
            let device = Dummy(
                network: self, namespace: namespace, name: "", address: request.address ?? randomAddress(), mtu: 1500)
            try setInitialMTU(request.mtu, device)
            try register(device, name: request.name ?? "dummy%d", index: index)
        case .nic(let attributes):
            let device = NIC(
                network: self, namespace: namespace, name: "", address: request.address ?? randomAddress(), mtu: 1500,
                attributes: attributes)
            do {
                try setInitialMTU(request.mtu, device)
                try register(device, name: request.name ?? "eth%d", index: index)
            } catch {
                device.uninitialise()
                throw error
            }
        }
    }

    /// `netkit_new_link`.
    private func newNetkit(
        _ request: NewLink, _ attributes: NetkitAttributes, _ namespace: NetworkNamespace
    ) throws(ControlError) {
        try checkMTU(request.mtu, 68...65535)
        let mode = attributes.mode ?? Netkit.layer3
        if mode > Netkit.layer3 { throw .errno(.EINVAL, NetlinkText.netkitMode) }
        try checkNameLength(request.peer?.name)
        if let address = request.peer?.address, !address.isValidForDevice { throw .errno(.EADDRNOTAVAIL) }
        let policy = try checkPolicy(attributes.policy) ?? Verdict.pass
        let peerPolicy = try checkPolicy(attributes.peerPolicy) ?? Verdict.pass
        if mode != Netkit.layer2, request.address != nil || request.peer?.address != nil { throw .errno(.EOPNOTSUPP) }
        let peerNamespace = try request.peer?.namespace.map(existing) ?? namespace
        // Without PEER_INFO the peer is built from the primary's attributes.
        let peerMTU = request.peer == nil ? request.mtu : request.peer?.mtu
        try checkMTU(peerMTU, 68...65535)
        func address(_ given: LinkAddress?) -> LinkAddress {
            mode == Netkit.layer2 ? given ?? randomAddress() : .zero
        }
        let peer = Netkit(
            network: self, namespace: peerNamespace, name: "", address: address(request.peer?.address),
            mtu: peerMTU ?? 1500, mode: mode, isPrimary: false, policy: peerPolicy, scrubs: attributes.peerScrub != 0)
        try register(peer, name: request.peer?.name ?? "nk%d", index: nil)
        let primary = Netkit(
            network: self, namespace: namespace, name: "", address: address(request.address),
            mtu: request.mtu ?? 1500, mode: mode, isPrimary: true, policy: policy, scrubs: attributes.scrub != 0)
        do {
            try register(primary, name: request.name ?? "nk%d", index: request.index)
        } catch {
            unregister([peer])
            throw error
        }
        primary.pair(with: peer)
    }

    /// `veth_newlink`.
    private func newVeth(_ request: NewLink, _ namespace: NetworkNamespace) throws(ControlError) {
        try checkNameLength(request.peer?.name)
        if let address = request.peer?.address, !address.isValidForDevice { throw .errno(.EADDRNOTAVAIL) }
        try checkVethMTU(request.peer?.mtu)
        let peerNamespace = try request.peer?.namespace.map(existing) ?? namespace
        let peerMTU = request.peer == nil ? request.mtu : request.peer?.mtu
        let peer = Veth(
            network: self, namespace: peerNamespace, name: "", address: request.peer?.address ?? randomAddress(),
            mtu: peerMTU ?? 1500)
        try register(peer, name: request.peer?.name ?? "veth%d", index: nil)
        let first = Veth(
            network: self, namespace: namespace, name: "", address: request.address ?? randomAddress(),
            mtu: request.mtu ?? 1500)
        do {
            try register(first, name: request.name ?? "veth%d", index: request.index)
        } catch {
            unregister([peer])
            throw error
        }
        first.pair(with: peer)
    }

    /// The namespace with a name; ENOENT, as opening it would give.
    func existing(_ name: NamespaceName) throws(ControlError) -> NetworkNamespace {
        guard let found = namespace(name) else { throw .errno(.ENOENT, "no namespace \(name)") }
        return found
    }

    /// What netkit's attribute policy refuses.
    func checkRanges(_ attributes: NetkitAttributes) throws(ControlError) {
        if (attributes.scrub ?? 0) > 1 || (attributes.peerScrub ?? 0) > 1 {
            throw .errno(.ERANGE, NetlinkText.integerOutOfRange)
        }
    }

    /// `netkit_check_policy`.
    func checkPolicy(_ policy: Int32?) throws(ControlError) -> Int32? {
        guard let policy else { return nil }
        guard policy == Verdict.pass || policy == Verdict.drop else {
            throw .errno(.EINVAL, NetlinkText.netkitPolicy)
        }
        return policy
    }

    /// IFLA_IFNAME's policy: 15 bytes at most.
    func checkNameLength(_ name: String?) throws(ControlError) {
        if let name, name.utf8.count > 15 { throw .errno(.ERANGE, NetlinkText.policyFailed) }
    }

    /// `is_valid_veth_mtu`, which has no text.
    private func checkVethMTU(_ mtu: UInt32?) throws(ControlError) {
        if let mtu, !(68...65535).contains(mtu) { throw .errno(.EINVAL) }
    }

    /// `dev_validate_mtu`.
    func checkMTU(_ mtu: UInt32?, _ range: ClosedRange<UInt32>) throws(ControlError) {
        guard let mtu else { return }
        if mtu > UInt32(Int32.max) || mtu < range.lowerBound { throw .errno(.EINVAL, NetlinkText.mtuTooSmall) }
        if mtu > range.upperBound { throw .errno(.EINVAL, NetlinkText.mtuTooLarge) }
    }

    private func setInitialMTU(_ mtu: UInt32?, _ device: NetworkDevice) throws(ControlError) {
        try checkMTU(mtu, device.mtuRange)
        if let mtu { device.mtu = mtu }
    }

    /// A random unicast address of local administration (`eth_random_addr`).
    private func randomAddress() -> LinkAddress {
        let bits = UInt64(environment.random32()) << 16 | UInt64(environment.random32() & 0xFFFF)
        return LinkAddress(bits: bits & ~(1 << 40) | 2 << 40)
    }
}
