import LinuxABI
import PacketModel

/// Checksum helpers (net/core/filter.c).
extension ProgramEnvironment {
    /// `bpf_l3_csum_replace`: the flags' low 4 bits are the field's size: 2, 4, or 0 for a difference in `new`.
    func l3ChecksumReplace(_ offset: UInt32, _ old: UInt64, _ new: UInt64, _ flags: UInt64) -> UInt64 {
        guard flags & ~0xF == 0 else { return KernelErrno.EINVAL.returnValue }
        guard offset <= 0xFFFF, offset & 1 == 0, makeWritable(Int(offset) + 2) else {
            return KernelErrno.EFAULT.returnValue
        }
        let place = unsafe packet.data + Int(offset)
        let checksum = unsafe place.loadUnaligned(as: UInt16.self)
        let replaced: UInt16
        switch flags {
        case 0:
            guard old == 0 else { return KernelErrno.EINVAL.returnValue }
            replaced = InternetChecksum.replace(checksum, difference: UInt32(truncatingIfNeeded: new))
        case 2:
            replaced = InternetChecksum.replace(
                checksum, old: UInt16(truncatingIfNeeded: old), new: UInt16(truncatingIfNeeded: new))
        case 4:
            replaced = InternetChecksum.replace(
                checksum, old: UInt32(truncatingIfNeeded: old), new: UInt32(truncatingIfNeeded: new))
        default: return KernelErrno.EINVAL.returnValue
        }
        unsafe place.storeBytes(of: replaced, as: UInt16.self)
        return 0
    }

    /// `bpf_l4_csum_replace`; flags beside the size: BPF_F_PSEUDO_HDR 0x10, BPF_F_MARK_MANGLED_0 0x20,
    /// BPF_F_MARK_ENFORCE 0x40, BPF_F_IPV6 0x80.
    func l4ChecksumReplace(_ offset: UInt32, _ old: UInt64, _ new: UInt64, _ flags: UInt64) -> UInt64 {
        guard flags & ~0xFF == 0 else { return KernelErrno.EINVAL.returnValue }
        guard offset <= 0xFFFF, offset & 1 == 0, makeWritable(Int(offset) + 2) else {
            return KernelErrno.EFAULT.returnValue
        }
        let isPseudo = flags & 0x10 != 0
        let marksZero = flags & 0x20 != 0
        let place = unsafe packet.data + Int(offset)
        let checksum = unsafe place.loadUnaligned(as: UInt16.self)
        if marksZero, flags & 0x40 == 0, checksum == 0 { return 0 }
        var replaced: UInt16
        switch flags & 0xF {
        case 0:
            guard old == 0 else { return KernelErrno.EINVAL.returnValue }
            replaced = packet.transportChecksum(
                checksum, difference: UInt32(truncatingIfNeeded: new), inPseudoHeader: isPseudo,
                isIPv6: flags & 0x80 != 0)
        case 2:
            replaced = packet.transportChecksum(
                checksum, replacing: UInt32(UInt16(truncatingIfNeeded: old)),
                with: UInt32(UInt16(truncatingIfNeeded: new)), inPseudoHeader: isPseudo)
        case 4:
            replaced = packet.transportChecksum(
                checksum, replacing: UInt32(truncatingIfNeeded: old), with: UInt32(truncatingIfNeeded: new),
                inPseudoHeader: isPseudo)
        default: return KernelErrno.EINVAL.returnValue
        }
        // CSUM_MANGLED_0
        if marksZero, replaced == 0 { replaced = 0xFFFF }
        unsafe place.storeBytes(of: replaced, as: UInt16.self)
        return 0
    }

    /// `bpf_csum_diff` as it is in 6.12: the unfolded 32-bit sum of the new words and the complemented old ones.
    func checksumDifference(
        _ from: UInt64, _ fromSize: UInt32, _ to: UInt64, _ toSize: UInt32, _ seed: UInt32
    ) -> UInt64 {
        // The size of the kernel's per-CPU scratch pad.
        let limit: UInt32 = 512
        guard (fromSize | toSize) & 3 == 0, fromSize <= limit, toSize <= limit, fromSize + toSize <= limit else {
            return KernelErrno.EINVAL.returnValue
        }
        let fromCount = Int(fromSize)
        let toCount = Int(toSize)
        guard let old = unsafe readable(from, fromCount), let new = unsafe readable(to, toCount) else { return 0 }
        return unsafe withUnsafeTemporaryAllocation(byteCount: Int(limit), alignment: 8) { words in
            guard let start = words.baseAddress else { return 0 }
            for offset in stride(from: 0, to: fromCount, by: 4) {
                let word = unsafe old.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                unsafe start.storeBytes(of: ~word, toByteOffset: offset, as: UInt32.self)
            }
            unsafe (start + fromCount).copyMemory(from: new, byteCount: toCount)
            return unsafe UInt64(InternetChecksum.sum(start, count: fromCount + toCount, initial: seed))
        }
    }

    /// `bpf_csum_update`: adds to a complete checksum.
    func checksumUpdate(_ sum: UInt32) -> UInt64 {
        guard packet.checksumState == .complete else { return KernelErrno.ENOTSUPP.returnValue }
        packet.checksum = InternetChecksum.add(packet.checksum, sum)
        return UInt64(packet.checksum)
    }

    /// `bpf_csum_level`: 0 query, 1 increment, 2 decrement, 3 reset.
    func checksumLevel(_ request: UInt64) -> UInt64 {
        let place = SocketBufferLayout.checksumLevel
        let level = packet.get(UInt8.self, at: place)
        let isVerified = packet.checksumState == .unnecessary
        switch request {
        case 0: return isVerified ? UInt64(level) : KernelErrno.EACCES.returnValue
        case 1:
            if isVerified {
                if level < 3 { packet.set(level + 1, at: place) }
            } else if packet.checksumState == .none {
                packet.checksumState = .unnecessary
                packet.set(UInt8(0), at: place)
            }
        case 2:
            if isVerified {
                if level == 0 { packet.checksumState = .none } else { packet.set(level - 1, at: place) }
            }
        case 3:
            if isVerified {
                packet.checksumState = .none
                packet.set(UInt8(0), at: place)
            }
        default: return KernelErrno.EINVAL.returnValue
        }
        return 0
    }

    /// `__skb_postpull_rcsum`: takes bytes that are about to change out of a complete checksum.
    func removeFromChecksum(_ bytes: UnsafeRawPointer, _ count: Int, at offset: Int) {
        switch packet.checksumState {
        case .complete:
            let sum = unsafe InternetChecksum.sum(bytes, count: count)
            packet.checksum = InternetChecksum.addBlock(packet.checksum, ~sum, offset: offset)
        case .partial where packet.checksumStart < packet.headroom: packet.checksumState = .none
        default: break
        }
    }

    /// `__skb_postpush_rcsum`: adds bytes that changed to a complete checksum.
    func addToChecksum(_ bytes: UnsafeRawPointer, _ count: Int, at offset: Int) {
        guard packet.checksumState == .complete else { return }
        let sum = unsafe InternetChecksum.sum(bytes, count: count)
        packet.checksum = InternetChecksum.addBlock(packet.checksum, sum, offset: offset)
    }
}
