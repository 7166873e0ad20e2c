import LinuxABI
import PacketModel

/// Helpers that copy packet bytes, and make them reachable (net/core/filter.c).
extension ProgramEnvironment {
    /// `bpf_skb_load_bytes`: what cannot be read comes back as zeroes.
    func loadBytes(_ offset: UInt32, _ target: UInt64, _ length: UInt32) -> UInt64 {
        let count = Int(length)
        guard let bytes = unsafe writable(target, count) else { return 0 }
        guard offset <= Int32.max, unsafe packet.copyBytes(from: Int(offset), count: count, to: bytes) else {
            unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0, count: count)
            return KernelErrno.EFAULT.returnValue
        }
        return 0
    }

    /// `bpf_skb_load_bytes_relative`: from the link-layer (0) or network (1) header, of the linear part only.
    func loadBytesRelative(_ offset: UInt32, _ target: UInt64, _ length: UInt32, _ header: UInt32) -> UInt64 {
        let count = Int(length)
        guard let bytes = unsafe writable(target, count) else { return 0 }
        let start: Int? =
            switch header {
            case 0: packet.macHeader
            case 1: packet.networkHeader
            default: nil
            }
        guard offset <= 0xFFFF, let start, start + Int(offset) + count <= packet.linearLength else {
            unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0, count: count)
            return KernelErrno.EFAULT.returnValue
        }
        unsafe bytes.copyMemory(from: packet.data + start + Int(offset), byteCount: count)
        return 0
    }

    /// `bpf_skb_store_bytes`; flags BPF_F_RECOMPUTE_CSUM 1, BPF_F_INVALIDATE_HASH 2.
    func storeBytes(_ offset: UInt32, _ source: UInt64, _ length: UInt32, _ flags: UInt64) -> UInt64 {
        guard flags & ~3 == 0 else { return KernelErrno.EINVAL.returnValue }
        guard offset <= Int32.max else { return KernelErrno.EFAULT.returnValue }
        let count = Int(length)
        // The source may lie in the packet, and move with it.
        guard unsafe readable(source, count) != nil else { return 0 }
        return unsafe withUnsafeTemporaryAllocation(byteCount: max(count, 1), alignment: 8) { copy in
            guard let copy = copy.baseAddress, let bytes = unsafe readable(source, count) else { return 0 }
            unsafe copy.copyMemory(from: bytes, byteCount: count)
            guard makeWritable(Int(offset) + count) else { return KernelErrno.EFAULT.returnValue }
            let place = unsafe packet.data + Int(offset)
            if flags & 1 != 0 { unsafe removeFromChecksum(place, count, at: Int(offset)) }
            unsafe place.copyMemory(from: copy, byteCount: count)
            if flags & 1 != 0 { unsafe addToChecksum(place, count, at: Int(offset)) }
            if flags & 2 != 0 { packet.clearHash() }
            return 0
        }
    }

    /// `bpf_skb_pull_data`: the first `length` bytes, for 0 all linear ones, become linear and the packet's own.
    func pullData(_ length: UInt32) -> UInt64 {
        makeWritable(length == 0 ? packet.linearLength : Int(length)) ? 0 : KernelErrno.ENOMEM.returnValue
    }

    /// `bpf_try_make_writable`.
    func makeWritable(_ length: Int) -> Bool {
        let isWritable = packet.ensureWritable(length)
        computeDataPointers()
        return isWritable
    }
}
