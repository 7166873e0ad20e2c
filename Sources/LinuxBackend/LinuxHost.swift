public import KernelControl

/// The running Linux kernel behind the control interface: namespaces of its own, rtnetlink, bpf(2), sockets.
///
/// It belongs to one thread, which it moves between network namespaces; needs root. Whatever it made is held by
/// descriptors of this process, so the kernel takes all of it away when the process ends, however it ends.
public final class LinuxHost {
    public init() throws(ControlError) {}
}
