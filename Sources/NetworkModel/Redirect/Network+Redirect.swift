import KernelControl
import LinuxABI
public import PacketModel
import Trace

extension Network {
    /// What became of a redirect.
    enum RedirectResult: Equatable {
        /// The packet is consumed; what the target's transmit or receive path answered.
        case done(TransmitResult)
        /// The packet is at the peer device now: receive it there (EAGAIN).
        case anotherRound
    }

    /// `skb_do_redirect`: carries out and clears the redirect that a helper has stored. Data begins at the link-layer header.
    func redirect(_ packet: SocketBuffer) -> RedirectResult {
        let context = transmitContext
        let state = context.redirect
        context.redirect.targetIndex = 0
        context.redirect.flags = 0
        let from = packet.networkDevice
        meter.charge(.redirect)
        let helper = Self.helperName(state.flags)
        guard let target = from.namespace.device(index: state.targetIndex) else {
            return failed(packet, .EINVAL, helper, "no device with index \(state.targetIndex)", at: "skb_do_redirect")
        }
        trace(.redirect(helper: helper.description, target: target.name), packet, at: from)
        if state.flags & RedirectState.peer != 0 { return redirectPeer(packet, target) }
        if state.flags & RedirectState.neighbour != 0 {
            return redirectNeighbour(
                packet, target, nextHop: state.flags & RedirectState.nextHop != 0 ? state.next : nil)
        }
        return redirectPlain(packet, target, flags: state.flags)
    }

    /// bpf_clone_redirect behind its flag check: the helper's return value, 0, a positive NET_* code or a negative errno.
    /// The original's linear part is its own afterwards.
    public func cloneRedirect(_ packet: SocketBuffer, index: UInt32, flags: UInt64) -> Int32 {
        if flags & ~UInt64(RedirectState.ingress) != 0 { return -KernelErrno.EINVAL.rawValue }
        if packet.isGSO, packet.gsoType == 0 { return -KernelErrno.EBADMSG.rawValue }
        guard let target = packet.networkDevice.namespace.device(index: index) else {
            return -KernelErrno.EINVAL.rawValue
        }
        guard let clone = clone(packet), packet.ensureWritable(packet.linearLength) else {
            return -KernelErrno.ENOMEM.rawValue
        }
        meter.charge(.redirect)
        trace(.redirect(helper: "bpf_clone_redirect", target: target.name), clone, at: packet.networkDevice)
        switch redirectPlain(clone, target, flags: UInt32(truncatingIfNeeded: flags)) {
        case .done(let result): return result.rawValue
        case .anotherRound: return -KernelErrno.EAGAIN.rawValue
        }
    }

    /// `__bpf_redirect_common`.
    private func redirectPlain(_ packet: SocketBuffer, _ target: NetworkDevice, flags: UInt32) -> RedirectResult {
        guard let mac = packet.macHeader, mac < packet.networkHeader, packet.length > 0 else {
            return failed(packet, .ERANGE, "bpf_redirect", "no link-layer header", at: "__bpf_redirect_common")
        }
        pushMACChecksum(packet)
        if flags & RedirectState.ingress != 0 {
            guard forward(packet, to: target, checksMTU: false), netifRX(packet) else { return .done(.drop) }
            return .done(.success)
        }
        return .done(transmitRedirected(packet, target))
    }

    /// `__bpf_tx_skb`.
    private func transmitRedirected(_ packet: SocketBuffer, _ target: NetworkDevice) -> TransmitResult {
        let context = transmitContext
        if context.isRecursionLimitReached {
            return recursionLimit(packet, "bpf_redirect", at: "__bpf_tx_skb")
        }
        var bits = packet.hookBits
        bits.insert(.redirected)
        if bits.contains(.atIngress) { bits.insert(.fromIngress) } else { bits.remove(.fromIngress) }
        packet.hookBits = bits
        packet.moveTo(target)
        packet.clearTimestamp()
        context.recursion += 1
        defer { context.recursion -= 1 }
        return transmit(packet)
    }

    /// The BPF_F_PEER part of `skb_do_redirect`, 6.12's order: at ingress only; peer there, up and elsewhere.
    private func redirectPeer(_ packet: SocketBuffer, _ target: NetworkDevice) -> RedirectResult {
        let helper: StaticString = "bpf_redirect_peer"
        let place: StaticString = "skb_do_redirect"
        guard packet.hookBits.contains(.atIngress) else {
            return failed(packet, .EINVAL, helper, "not at a tc ingress hook", at: place)
        }
        guard let peer = target.peer else {
            return failed(packet, .EINVAL, helper, "\(target.name) has no peer", at: place)
        }
        guard peer.isUp else { return failed(packet, .EINVAL, helper, "\(peer.name) is down", at: place) }
        guard peer.namespace !== packet.networkDevice.namespace else {
            return failed(packet, .EINVAL, helper, "\(peer.name) is in the same namespace", at: place)
        }
        packet.moveTo(peer)
        peer.statistics.receivedPackets += 1
        peer.statistics.receivedBytes += UInt64(packet.length)
        packet.scrub(crossesNamespaces: false)
        return .anotherRound
    }

    /// `__bpf_redirect_neigh`.
    private func redirectNeighbour(
        _ packet: SocketBuffer, _ target: NetworkDevice, nextHop: NextHop?
    ) -> RedirectResult {
        let helper: StaticString = "bpf_redirect_neigh"
        let place: StaticString = "__bpf_redirect_neigh"
        meter.charge(.redirectNeighbour)
        guard let mac = packet.macHeader, mac < packet.networkHeader else {
            return failed(packet, .ENOTSUPP, helper, "no link-layer header", at: place)
        }
        pushMACChecksum(packet)
        guard packet.linearLength >= mac + 14, !packet.linkAddress(at: mac).isMulticast else {
            return failed(packet, .ENOTSUPP, helper, "the destination is a group address", at: place)
        }
        packet.pull(14)
        packet.macHeader = nil
        packet.networkHeader = 0
        let isIPv4 = packet.networkProtocol == EtherType.ipv4
        guard isIPv4 || packet.networkProtocol == EtherType.ipv6 else {
            return failed(packet, .ENOTSUPP, helper, "neither IPv4 nor IPv6", at: place)
        }
        let stack = target.namespace.stack
        if let nextHop {
            if !isIPv4, nextHop.family != NextHop.inet6 {
                return failedNeighbour(packet, target, "an IPv6 packet needs an IPv6 next hop")
            }
        } else if !stack.routeRedirect(packet, target: target) {
            return failedNeighbour(packet, target, "no route")
        }
        let result = outputNeighbour(packet, target, stack, nextHop: nextHop, isIPv4: isIPv4)
        switch result {
        case .success, .congestion: return .done(.success)
        case .drop, .failure:
            target.statistics.transmitDropped += 1
            return .done(.drop)
        }
    }

    /// `bpf_out_neigh_v4`, `bpf_out_neigh_v6`.
    private func outputNeighbour(
        _ packet: SocketBuffer, _ target: NetworkDevice, _ stack: any ProtocolStack, nextHop: NextHop?, isIPv4: Bool
    ) -> TransmitResult {
        let context = transmitContext
        if context.isRecursionLimitReached {
            return recursionLimit(packet, "bpf_redirect_neigh", at: isIPv4 ? "bpf_out_neigh_v4" : "bpf_out_neigh_v6")
        }
        packet.moveTo(target)
        packet.clearTimestamp()
        guard packet.reserveHeadroom(target.linkLayerReservedSpace) else { return .failure(.ENOMEM) }
        if let nextHop, nextHop.family != NextHop.inet, nextHop.family != NextHop.inet6 {
            drop(packet, .notSpecified, at: "bpf_out_neigh_v4", in: target.namespace, device: target)
            return .failure(.ENETDOWN)
        }
        context.recursion += 1
        defer { context.recursion -= 1 }
        return stack.outputRedirect(packet, target: target, nextHop: nextHop)
    }

    /// `bpf_push_mac_rcsum`: at ingress the sum does not cover the header that was put back on.
    private func pushMACChecksum(_ packet: SocketBuffer) {
        if packet.checksumState == .complete, packet.hookBits.contains(.atIngress), let mac = packet.macHeader {
            packet.addToChecksum(offset: mac, count: packet.macLength)
        }
    }

    private func recursionLimit(
        _ packet: SocketBuffer, _ helper: StaticString, at place: StaticString
    ) -> TransmitResult {
        _ = failed(packet, .ENETDOWN, helper, "recursion limit", at: place)
        return .failure(.ENETDOWN)
    }

    private func failed(
        _ packet: SocketBuffer, _ errno: KernelErrno, _ helper: StaticString, _ why: @autoclosure () -> String,
        at place: StaticString
    ) -> RedirectResult {
        let device = packet.networkDevice
        trace(.redirectFailed(helper: helper.description, errno: errno, why: why()), packet, at: device)
        drop(packet, .notSpecified, at: place, in: device.namespace, device: device)
        return .done(.failure(errno))
    }

    /// A failure of `__bpf_redirect_neigh_v4` or `_v6`, which the target counts.
    private func failedNeighbour(
        _ packet: SocketBuffer, _ target: NetworkDevice, _ why: @autoclosure () -> String
    ) -> RedirectResult {
        target.statistics.transmitDropped += 1
        _ = failed(packet, .ENETDOWN, "bpf_redirect_neigh", why(), at: "__bpf_redirect_neigh")
        return .done(.drop)
    }

    private static func helperName(_ flags: UInt32) -> StaticString {
        if flags & RedirectState.peer != 0 { return "bpf_redirect_peer" }
        return flags & RedirectState.neighbour != 0 ? "bpf_redirect_neigh" : "bpf_redirect"
    }
}

extension NetworkDevice {
    /// LL_RESERVED_SPACE: room for a link-layer header, in units of 16.
    public final var linkLayerReservedSpace: Int { (14 + neededHeadroom) & ~15 + 16 }
}
