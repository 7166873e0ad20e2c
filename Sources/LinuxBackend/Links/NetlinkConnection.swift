import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// A NETLINK_ROUTE socket of the namespace that the thread was in when it was opened.
struct NetlinkConnection {
    private let socket: OpenFile
    private var sequence: UInt32 = 0

    init() throws(ControlError) {
        let (family, protocolNumber, level, capped, extended): (Int32, Int32, Int32, Int32, Int32) = (
            16, 0, 270, 10, 11
        )
        socket = OpenFile(
            try SystemCall.libc(
                Glibc.socket(
                    family, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), protocolNumber),
                "netlink socket"))
        for option in [capped, extended] {
            var one: Int32 = 1
            try SystemCall.libc(
                unsafe setsockopt(socket.number, level, option, &one, socklen_t(MemoryLayout<Int32>.size)),
                "netlink")
        }
    }

    /// Makes a request; the messages that answer it. A refusal has the kernel's errno and text.
    mutating func request(
        _ type: UInt16, flags: UInt16 = NetlinkMessage.Flag.acknowledge, body: [UInt8]
    ) throws(ControlError) -> [NetlinkMessage] {
        sequence += 1
        let message = NetlinkMessage(
            type: type, flags: NetlinkMessage.Flag.request | flags, sequence: sequence, body: body
        ).bytes
        try SystemCall.libc(unsafe send(socket.number, message, message.count, 0), "netlink request")
        var answers: [NetlinkMessage] = []
        while true {
            let received = try datagram()
            for answer in try wellFormed(NetlinkMessage.messages(in: received))
            where answer.sequence == sequence {
                guard answer.type == NetlinkMessage.error || answer.type == NetlinkMessage.done else {
                    answers.append(answer)
                    continue
                }
                if let failure = try wellFormed(answer.acknowledgement()) { throw .kernel(failure) }
                return answers
            }
        }
    }

    /// The next datagram, whole.
    private func datagram() throws(ControlError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = try SystemCall.libc(
            unsafe recv(socket.number, &buffer, buffer.count, Int32(MSG_TRUNC)), "netlink answer")
        guard (1...buffer.count).contains(count) else {
            throw .unavailable("netlink: an answer of \(count) bytes")
        }
        return Array(buffer[..<count])
    }
}

/// What was read, or why no answer can be made of it.
func wellFormed<Answer>(_ read: @autoclosure () throws(NetlinkFault) -> Answer) throws(ControlError)
    -> Answer
{
    do throws(NetlinkFault) {
        return try read()
    } catch {
        throw .unavailable(error.description)
    }
}
