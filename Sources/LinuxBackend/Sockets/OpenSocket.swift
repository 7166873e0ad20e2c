import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// An open socket or capture, and the task that uses it.
struct OpenSocket {
    /// Nil for captures.
    var task: TaskIdentity?
    var kind: SocketRequest.Kind?
    var number: Int32

    /// socket(2), not blocking.
    static func open(family: Int32, type: Int32, protocolNumber: Int32) throws(ControlError) -> Int32 {
        let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        return try SystemCall.libc(socket(family, type | flags, protocolNumber), "socket")
    }

    func set(_ level: Int32, _ option: Int32, _ value: Int32, _ what: String) throws(ControlError) {
        var value = value
        try SystemCall.libc(
            unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size)), what)
    }

    func bind(_ address: [UInt8]) throws(ControlError) {
        let result = unsafe address.withUnsafeBytes { bytes -> Int32 in
            guard let start = unsafe bytes.bindMemory(to: sockaddr.self).baseAddress else { return -1 }
            return unsafe Glibc.bind(number, start, socklen_t(bytes.count))
        }
        try SystemCall.libc(result)
    }

    /// sendto(2); without an address send(2).
    func send(_ payload: [UInt8], to address: [UInt8]) throws(ControlError) {
        let sent = unsafe address.withUnsafeBytes { bytes in
            // An empty array has an address, too.
            unsafe sendto(
                number, payload, payload.count, 0,
                bytes.isEmpty ? nil : bytes.bindMemory(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
        }
        try SystemCall.libc(sent)
    }

    /// SO_ERROR, cleared.
    func takeError() throws(ControlError) -> KernelErrno? {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        try SystemCall.libc(unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &size), "SO_ERROR")
        return code == 0 ? nil : KernelErrno(rawValue: code)
    }

    /// One message as recvmsg(2) gives it.
    struct Received {
        var source: ArraySlice<UInt8>
        var bytes: [UInt8]
        var control: ControlMessages
    }

    /// The next message, through buffers that are used again; nil where none waits.
    func receive(into buffers: inout ReceiveBuffers) throws(ControlError) -> Received? {
        while true {
            let (count, sourceCount, controlCount) = buffers.receive(from: number)
            guard count >= 0 else {
                switch errno {
                case EAGAIN: return nil
                // A capture's device went down since, which is told once.
                case ENETDOWN where kind == nil: continue
                case EINTR: continue
                default: throw .errno(KernelErrno(rawValue: errno))
                }
            }
            return Received(
                source: buffers.source.prefix(sourceCount), bytes: Array(buffers.bytes.prefix(count)),
                control: ControlMessages(buffers.control.prefix(controlCount)))
        }
    }
}

/// Room for a message with all that stands beside it.
struct ReceiveBuffers {
    fileprivate(set) var bytes = [UInt8](repeating: 0, count: 1 << 17)
    fileprivate(set) var source = [UInt8](repeating: 0, count: 128)
    fileprivate(set) var control = [UInt8](repeating: 0, count: 512)

    /// recvmsg(2): its result, and how much of the other buffers is filled.
    mutating func receive(from number: Int32) -> (count: Int, source: Int, control: Int) {
        unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe source.withUnsafeMutableBytes { source in
                unsafe control.withUnsafeMutableBytes { control in
                    var vector = unsafe iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                    return unsafe withUnsafeMutablePointer(to: &vector) { vector in
                        var message = unsafe msghdr(
                            msg_name: source.baseAddress, msg_namelen: socklen_t(source.count), msg_iov: vector,
                            msg_iovlen: 1, msg_control: control.baseAddress, msg_controllen: control.count, msg_flags: 0
                        )
                        let count = unsafe recvmsg(number, &message, 0)
                        return unsafe (count, Int(message.msg_namelen), Int(message.msg_controllen))
                    }
                }
            }
        }
    }
}
