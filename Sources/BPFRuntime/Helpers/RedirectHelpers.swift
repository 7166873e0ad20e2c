import LinuxABI
import PacketModel

/// Helpers that send a packet elsewhere (net/core/filter.c). Those that a verdict executes return that verdict, or a drop.
extension ProgramEnvironment {
    private static let redirectVerdict = UInt64(Verdict.redirect)
    private static let dropVerdict = UInt64(Verdict.drop)

    /// `bpf_redirect`; flags BPF_F_INGRESS 1.
    func redirect(_ index: UInt32, _ flags: UInt64) -> UInt64 {
        guard flags & ~1 == 0 else { return Self.dropVerdict }
        return store(RedirectRequest(targetIndex: index, flags: UInt32(flags)))
    }

    /// `bpf_redirect_peer`, without flags in 6.12.
    func redirectPeer(_ index: UInt32, _ flags: UInt64) -> UInt64 {
        guard flags == 0 else { return Self.dropVerdict }
        return store(RedirectRequest(targetIndex: index, flags: RedirectRequest.peer))
    }

    /// `bpf_redirect_neigh`: without parameters the next hop comes from the routes, otherwise from `struct bpf_redir_neigh`.
    func redirectNeighbour(_ index: UInt32, _ parameters: UInt64, _ length: UInt32, _ flags: UInt64) -> UInt64 {
        let size = 20
        let length = Int(Int32(bitPattern: length))
        // The kernel compares the signed length with an unsigned size: a negative one is large.
        guard length <= 0 || length >= size, flags == 0 else { return Self.dropVerdict }
        var request = RedirectRequest(targetIndex: index, flags: RedirectRequest.neighbour)
        if length != 0 {
            guard let bytes = unsafe readable(parameters, size) else { return 0 }
            request.flags |= RedirectRequest.nextHop
            request.nextHopFamily = unsafe bytes.loadUnaligned(as: UInt32.self)
            request.nextHopLow = unsafe bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self)
            request.nextHopHigh = unsafe bytes.loadUnaligned(fromByteOffset: 12, as: UInt64.self)
        }
        return store(request)
    }

    private func store(_ request: RedirectRequest) -> UInt64 {
        host.setRedirect(request) ? Self.redirectVerdict : Self.dropVerdict
    }

    /// `bpf_clone_redirect`: executes at once, on a clone; afterwards the original's linear part is its own.
    func cloneRedirect(_ index: UInt32, _ flags: UInt64) -> UInt64 {
        let result = host.cloneRedirect(packet, index: index, flags: flags)
        computeDataPointers()
        return UInt64(bitPattern: Int64(result))
    }
}
