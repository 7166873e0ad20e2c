import LinuxABI
import PacketModel

/// Helpers that change a packet's length, and what is known of it (net/core/filter.c).
extension ProgramEnvironment {
    /// BPF_SKB_MAX_LEN: what one allocation of an order-2 page holds beside the shared info.
    private static let maximumLength: UInt32 = 16064
    /// NET_SKB_PAD of x86-64: headroom grows in steps of it.
    private static let headroomStep = 64

    /// `bpf_skb_change_head`: zero bytes in front, where the link-layer header then begins.
    func changeHead(_ room: UInt32, _ flags: UInt64) -> UInt64 {
        let length = UInt32(packet.length)
        let (newLength, overflow) = length.addingReportingOverflow(room)
        guard flags == 0, packet.isGSO || newLength <= Self.maximumLength, !overflow else {
            return KernelErrno.EINVAL.returnValue
        }
        let count = Int(room)
        let missing = max(0, count - packet.headroom)
        if missing > 0 || packet.isCloned {
            let step = Self.headroomStep
            guard packet.expand(headroom: (missing + step - 1) / step * step, tailroom: 0) else {
                computeDataPointers()
                return KernelErrno.ENOMEM.returnValue
            }
        }
        packet.push(count)
        unsafe packet.data.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        packet.macHeader = 0
        packet.macLength = packet.networkHeader
        computeDataPointers()
        return 0
    }

    /// `bpf_skb_change_tail`: cuts or lengthens with zeroes; all becomes linear, segmentation is forgotten.
    func changeTail(_ newLength: UInt32, _ flags: UInt64) -> UInt64 {
        var minimum = max(0, packet.networkHeader)
        if let transport = packet.transportHeader, transport > 0 { minimum = transport }
        guard flags == 0, newLength <= Self.maximumLength, newLength >= minimum else {
            return KernelErrno.EINVAL.returnValue
        }
        defer { computeDataPointers() }
        guard packet.ensureWritable(packet.length) else { return KernelErrno.ENOMEM.returnValue }
        let old = packet.length
        let new = Int(newLength)
        if new > old {
            // __skb_grow_rcsum
            if packet.checksumState == .complete { packet.checksumState = .none }
            let missing = new - old - packet.tailroom
            if missing > 0, !packet.expand(headroom: 0, tailroom: missing) { return KernelErrno.ENOMEM.returnValue }
            packet.put(new - old)
            unsafe (packet.data + old).initializeMemory(as: UInt8.self, repeating: 0, count: new - old)
        } else if new < old {
            // bpf_skb_trim_rcsum
            let field = packet.checksumStart - packet.headroom + packet.checksumOffset + 2
            if packet.checksumState == .partial, new < field { packet.checksumState = .none }
            if packet.checksumState == .complete {
                let sum = unsafe InternetChecksum.sum(packet.data + new, count: old - new)
                packet.checksum = InternetChecksum.addBlock(packet.checksum, ~sum, offset: new)
            }
            packet.trim(to: new)
        }
        if packet.isGSO {
            packet.gsoSize = 0
            packet.gsoSegments = 0
            packet.gsoType = 0
        }
        return 0
    }

    /// `bpf_skb_change_type`: among host, broadcast, multicast and otherhost.
    func changeType(_ type: UInt32) -> UInt64 {
        let now = packet.get(UInt8.self, at: SocketBufferLayout.packetTypeBits) & 7
        guard now <= 3, type <= 3, let type = PacketType(rawValue: UInt8(type)) else {
            return KernelErrno.EINVAL.returnValue
        }
        packet.packetType = type
        return 0
    }

    /// `bpf_set_hash`: a hash that counts as covering ports, computed in software.
    func setHash(_ hash: UInt32) -> UInt64 {
        packet.set(hash, at: SocketBufferLayout.hash)
        packet.set(UInt8(3), at: SocketBufferLayout.hashBits)
        return 0
    }
}

extension SocketBuffer {
    /// Forgets the flow hash (`skb_clear_hash`).
    func clearHash() {
        set(UInt32(0), at: SocketBufferLayout.hash)
        set(UInt8(0), at: SocketBufferLayout.hashBits)
    }
}
