/// What recvmsg(2) gives beside the bytes (`struct cmsghdr`: length, level, type, data, padding to 8 bytes).
struct ControlMessages {
    struct Message: Hashable {
        var level: Int32
        var type: Int32
        var data: [UInt8]
    }

    let messages: [Message]

    /// Reads as many as are whole.
    init(_ bytes: ArraySlice<UInt8>) {
        let header = MemoryLayout<Int>.size + 8
        var messages: [Message] = []
        var rest = bytes
        while let length: Int = rest.native(at: 0), length >= header, length <= rest.count,
            let level: Int32 = rest.native(at: header - 8), let type: Int32 = rest.native(at: header - 4)
        {
            messages.append(Message(level: level, type: type, data: Array(rest.prefix(length).dropFirst(header))))
            rest = rest.dropFirst((length + 7) & ~7)
        }
        self.messages = messages
    }

    subscript(level: Int32, type: Int32) -> [UInt8]? { messages.first { $0.level == level && $0.type == type }?.data }

    /// SO_TIMESTAMPNS: nanoseconds of the wall clock; 0 without one.
    var time: UInt64 {
        guard let data = self[1, 35], let seconds: Int64 = data.native(at: 0), let rest: Int64 = data.native(at: 8)
        else {
            return 0
        }
        return UInt64(clamping: seconds) &* 1_000_000_000 &+ UInt64(clamping: rest)
    }

    /// PACKET_AUXDATA (`struct tpacket_auxdata`).
    var auxiliary: PacketAuxiliary? { self[263, 8].flatMap { PacketAuxiliary($0) } }
}

/// `struct tpacket_auxdata` of include/uapi/linux/if_packet.h.
struct PacketAuxiliary: Hashable {
    var status: UInt32
    var length: UInt32
    var vlanTCI: UInt16
    var vlanProtocol: UInt16

    init?(_ bytes: [UInt8]) {
        guard let status: UInt32 = bytes.native(at: 0), let length: UInt32 = bytes.native(at: 4),
            let tci: UInt16 = bytes.native(at: 16), let vlanProtocol: UInt16 = bytes.native(at: 18)
        else { return nil }
        self.status = status
        self.length = length
        vlanTCI = tci
        self.vlanProtocol = vlanProtocol
    }

    /// TP_STATUS_CSUMNOTREADY.
    var hasPartialChecksum: Bool { status & 1 << 3 != 0 }

    /// A frame with the VLAN tag that the kernel keeps beside it put back (TP_STATUS_VLAN_VALID), as tcpdump shows it.
    func withTag(_ frame: [UInt8]) -> [UInt8] {
        guard status & 1 << 4 != 0, frame.count >= 12 else { return frame }
        // TP_STATUS_VLAN_TPID_VALID
        let type: UInt16 = status & 1 << 6 != 0 ? vlanProtocol : 0x8100
        let tag = [UInt8(type >> 8), UInt8(type & 0xFF), UInt8(vlanTCI >> 8), UInt8(vlanTCI & 0xFF)]
        return frame[..<12] + tag + frame[12...]
    }
}
