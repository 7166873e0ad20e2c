import CLinux
import KernelControl

/// A network namespace, alive as long as this descriptor of it is open.
struct NetworkNamespaceFile {
    let file: OpenFile
    /// What the kernel calls `net->ns.inum`.
    let inode: UInt64

    /// The namespace that the calling thread is in.
    static func current() throws(ControlError) -> Self {
        let file = try OpenFile(path: "/proc/thread-self/ns/net")
        return Self(file: file, inode: try file.inode())
    }

    /// Moves the calling thread here.
    func enter() throws(ControlError) {
        try SystemCall.checked(linux_set_network_namespace(file.number), "setns")
    }
}
