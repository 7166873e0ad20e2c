/// What `dev_queue_xmit` and a driver's transmit routine return (include/linux/netdevice.h, `NET_XMIT_*`).
public enum TransmitResult: Hashable, Sendable {
    /// NET_XMIT_SUCCESS, 0.
    case success
    /// NET_XMIT_DROP, 1: user space may see ENOBUFS.
    case drop
    /// NET_XMIT_CN, 2: congestion, reported to user space as success.
    case congestion
    /// A negative errno.
    case failure(KernelErrno)

    /// The number as C code sees it.
    public var rawValue: Int32 {
        switch self {
        case .success: 0
        case .drop: 1
        case .congestion: 2
        case .failure(let errno): -errno.rawValue
        }
    }
}
