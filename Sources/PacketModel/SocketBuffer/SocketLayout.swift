/// Where each field lies in a socket's native block, which a packet's ``SocketBufferLayout/socket`` points to; programs see
/// it as `struct bpf_sock`, whose offsets the first fields have.
public enum SocketLayout {
    /// u32 (`sk_bound_dev_if`).
    public static let boundDevice = 0
    /// u32: AF_INET 2, AF_INET6 10, AF_PACKET 17.
    public static let family = 4
    /// u32: SOCK_DGRAM 2, SOCK_RAW 3.
    public static let type = 8
    /// u32: IP protocol number.
    public static let `protocol` = 12
    /// u32 (`sk_mark`).
    public static let mark = 16
    /// u32 (`sk_priority`).
    public static let priority = 20
    /// u32, network byte order.
    public static let sourceIPv4 = 24
    /// Four u32, network byte order.
    public static let sourceIPv6 = 28
    /// u32, host byte order.
    public static let sourcePort = 44
    /// u16, network byte order.
    public static let destinationPort = 48
    /// u32, network byte order.
    public static let destinationIPv4 = 52
    /// Four u32, network byte order.
    public static let destinationIPv6 = 56
    /// u32: TCP_CLOSE 7 for an unconnected UDP socket.
    public static let state = 72
    /// s32: −1 for none.
    public static let receiveQueueMapping = 76
    /// u64 (`sk_cookie`).
    public static let cookie = 80
    /// u32: 1 where it is a full socket (`sk_fullsock`).
    public static let isFull = 88
    public static let byteCount = 96
}
