/// `struct bpf_sock` and `struct bpf_tcp_sock` behind socket pointers (net/core/filter.c: `bpf_sock_is_valid_access`,
/// `bpf_sock_common_is_valid_access`, `bpf_tcp_sock_is_valid_access`).
enum SocketAccess {
    private static let sockSize = 80
    /// type … priority: only of full sockets.
    private static let fullSocketFields = 8..<24
    private static let sourceAddresses = 24..<44
    private static let destinationPort = 48..<50
    private static let portPadding = 50..<52
    private static let destinationAddresses = 52..<72
    /// family, type, protocol, src_port, state, rx_queue_mapping: readable in part, from their first byte.
    private static let narrowFields: Set<Int> = [4, 8, 12, 44, 72, 76]

    private static let tcpSockSize = 112
    /// bytes_received, bytes_acked
    private static let wideTCPFields: Set<Int> = [80, 88]

    static func allowsRead(of kind: RegisterType.Kind, offset: Int, size: Int) -> Bool {
        if kind == .tcpSocket {
            guard (0..<tcpSockSize).contains(offset), offset % size == 0 else { return false }
            return size == (wideTCPFields.contains(offset) ? 8 : 4)
        }
        if kind == .socketCommon, fullSocketFields.contains(offset) { return false }
        guard (0..<sockSize).contains(offset), offset % size == 0 else { return false }
        if destinationPort.contains(offset) { return size <= 2 || size == 4 }
        if portPadding.contains(offset) { return false }
        if narrowFields.contains(offset) || sourceAddresses.contains(offset)
            || destinationAddresses.contains(offset)
        {
            return size <= 4
        }
        return size == 4
    }
}
