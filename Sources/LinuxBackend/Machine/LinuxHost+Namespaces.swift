import CLinux
public import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

extension LinuxHost {
    public func createNamespace(_ name: NamespaceName) throws(ControlError) {
        try goHome()
        guard namespaces[name] == nil else { throw .errno(.EEXIST, "namespace \(name)") }
        let result = linux_unshare_network()
        if -result == KernelErrno.EPERM.rawValue { throw .unavailable(Self.needsRoot) }
        try SystemCall.checked(result, "unshare")
        let created = try NetworkNamespaceFile.current()
        namespaces[name] = created
        // Nothing is to be sent that the scenario did not ask for.
        for settings in ["all", "default", "lo"] {
            try setProcessSysctl("net/ipv6/conf/\(settings)/disable_ipv6", "1")
        }
        for (setting, value) in [
            ("accept_dad", "0"), ("addr_gen_mode", "1"), ("accept_ra", "0"),
            // Version 1 reports a group while it is joined, version 2 some time later.
            ("force_mld_version", "1"),
            ("mldv1_unsolicited_report_interval", "2000000000"),
            ("mldv2_unsolicited_report_interval", "2000000000"),
        ] {
            for settings in ["all", "default"] {
                try setProcessSysctl("net/ipv6/conf/\(settings)/\(setting)", value)
            }
        }
        try setProcessSysctl("net/ipv4/ping_group_range", "0 2147483647")
        try witness(created)
    }

    public func deleteNamespace(_ name: NamespaceName) throws(ControlError) {
        try enter(name)
        for device in try links(in: name) where device.name != "lo" {
            // The other end of a pair went with the first one.
            do throws(ControlError) {
                try remove(index: device.index, in: name)
            } catch {
                guard case .kernel(let failure) = error, failure.errno == .ENODEV else { throw error }
            }
        }
        try goHome()
        namespaces[name] = nil
    }

    /// Moves the thread into a namespace of ours; ENOENT where there is none of that name.
    func enter(_ name: NamespaceName) throws(ControlError) {
        try checkInterruption()
        guard let namespace = namespaces[name] else { throw .errno(.ENOENT, "no namespace \(name)") }
        try namespace.enter()
    }

    /// Moves the thread back into the namespace that the process was started in.
    func goHome() throws(ControlError) { try home.enter() }

    /// A device's index in a namespace of ours, which the thread is in afterwards; ENODEV.
    func index(of device: String, in namespace: NamespaceName) throws(ControlError) -> UInt32 {
        try enter(namespace)
        let index = unsafe if_nametoindex(device)
        guard index != 0 else { throw .errno(.ENODEV) }
        return index
    }

    /// The names of a device and its namespace, where the kernel gives numbers; nil for what is not ours or gone.
    func deviceAndNamespace(index: UInt32, inode: UInt64) -> (
        device: String?, namespace: NamespaceName?
    ) {
        guard let (name, file) = namespaces.first(where: { $0.value.inode == inode }) else {
            return (nil, nil)
        }
        guard index != 0, (try? file.enter()) != nil else { return (nil, name) }
        return (Self.nameOfDevice(index: index) ?? formerDevices[inode]?[index], name)
    }

    /// Before a device goes, and the other end of a pair with it: the indexes of a namespace are not given twice.
    func rememberDevices() throws(ControlError) {
        for (name, file) in namespaces {
            for device in try links(in: name) { formerDevices[file.inode, default: [:]][device.index] = device.name }
        }
    }

    /// A device's name in the thread's namespace.
    static func nameOfDevice(index: UInt32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        guard unsafe if_indextoname(index, &buffer) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a sysctl of the thread's namespace, by its path below /proc/sys.
    func setProcessSysctl(_ path: String, _ value: String) throws(ControlError) {
        try OpenFile.write(value, to: "/proc/sys/" + path)
    }
}
