import KernelControl
import LinuxABI

/// A netlink message (`struct nlmsghdr` and what follows it).
struct NetlinkMessage: Hashable {
    var type: UInt16
    var flags: UInt16
    var sequence: UInt32
    var body: [UInt8]

    static let headerSize = 16
    static let error: UInt16 = 2
    static let done: UInt16 = 3

    /// Flags of include/uapi/linux/netlink.h.
    enum Flag {
        static let request: UInt16 = 0x1
        static let multi: UInt16 = 0x2
        static let acknowledge: UInt16 = 0x4
        static let exclusive: UInt16 = 0x200
        static let create: UInt16 = 0x400
        static let dump: UInt16 = 0x300
        /// In an acknowledgement: the request's own body is left out.
        static let capped: UInt16 = 0x100
        /// In an acknowledgement: attributes follow.
        static let hasAttributes: UInt16 = 0x200
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(native: UInt32(Self.headerSize + body.count))
        bytes.append(native: type)
        bytes.append(native: flags)
        bytes.append(native: sequence)
        bytes.append(native: UInt32(0))
        return bytes + body
    }

    /// The messages of one datagram.
    static func messages(in datagram: [UInt8]) throws(NetlinkFault) -> [Self] {
        var messages: [Self] = []
        var rest = datagram[...]
        while !rest.isEmpty {
            guard let length: UInt32 = rest.native(at: 0), let type: UInt16 = rest.native(at: 4),
                let flags: UInt16 = rest.native(at: 6), let sequence: UInt32 = rest.native(at: 8),
                rest.count >= headerSize
            else { throw NetlinkFault("a header of \(rest.count) bytes") }
            guard length >= headerSize, Int(length) <= rest.count else {
                throw NetlinkFault("a message of \(length) bytes in \(rest.count)")
            }
            messages.append(
                Self(
                    type: type, flags: flags, sequence: sequence,
                    body: Array(rest.prefix(Int(length)).dropFirst(16))))
            rest = rest.dropFirst((Int(length) + 3) & ~3)
        }
        return messages
    }

    /// What an NLMSG_ERROR or NLMSG_DONE says: nil for success, else errno and text (NLMSGERR_ATTR_MSG).
    func acknowledgement() throws(NetlinkFault) -> KernelFailure? {
        guard let code: Int32 = body.native(at: 0) else {
            // NLMSG_DONE of old kernels has no code.
            if type == Self.done { return nil }
            throw NetlinkFault("an acknowledgement of \(body.count) bytes")
        }
        guard code != 0 else { return nil }
        guard code < 0, code > -4096 else {
            throw NetlinkFault("an acknowledgement with the code \(code)")
        }
        var text = ""
        if flags & Flag.hasAttributes != 0 {
            var rest = body[...].dropFirst(4)
            if type == Self.error {
                guard let requested: UInt32 = rest.native(at: 0), requested >= Self.headerSize else {
                    throw NetlinkFault("an acknowledgement of \(body.count) bytes")
                }
                let size = flags & Flag.capped != 0 ? Self.headerSize : (Int(requested) + 3) & ~3
                guard size <= rest.count else {
                    throw NetlinkFault("an acknowledgement of \(body.count) bytes")
                }
                rest = rest.dropFirst(size)
            }
            text = try AttributeReader(rest).text(1) ?? ""
        }
        return KernelFailure(KernelErrno(rawValue: -code), text)
    }
}
