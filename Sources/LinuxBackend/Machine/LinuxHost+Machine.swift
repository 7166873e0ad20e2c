public import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// Time, sysctls, and what /proc tells of the CPUs.
extension LinuxHost: KernelControl {
    public func advance(nanoseconds: UInt64) throws(ControlError) {
        interruption.sleep(nanoseconds: nanoseconds)
        try checkInterruption()
    }

    /// Waits until the CPUs have nothing to do with packets any more, so that timers have as little time as possible to come
    /// in between: the model's clock stands still between steps.
    public func settle() throws(ControlError) {
        // What a device says as it comes up, such as IPv6's group reports, shall be said by then.
        for _ in 0..<50 where devicesComingUp.contains(where: isWaitingForCarrier) {
            try advance(nanoseconds: 20_000_000)
        }
        devicesComingUp = []
        // The other end's queue goes with its carrier, which the link watch may let wait for a second (linkwatch_nextevent).
        if awaitsLinkWatch { try advance(nanoseconds: 1_100_000_000) }
        awaitsLinkWatch = false
        let pause: UInt64 = 5_000_000
        var (waited, quiet): (UInt64, UInt64) = (0, 0)
        var handled = try packetSoftirqs()
        while quiet < options.quietTime, waited < options.settleTime {
            try advance(nanoseconds: pause)
            waited += pause
            let now = try packetSoftirqs()
            quiet = now == handled ? quiet + pause : 0
            handled = now
        }
    }

    /// Runs of the softirqs that receive and transmit, on all CPUs.
    private func packetSoftirqs() throws(ControlError) -> [Substring] {
        let text = try OpenFile.text(of: "/proc/softirqs")
        return text.split(separator: "\n").filter { $0.contains("NET_RX:") || $0.contains("NET_TX:") }
    }

    /// Whether a device's operational state is neither unknown, as a dummy's, nor up.
    private func isWaitingForCarrier(_ device: (name: String, namespace: NamespaceName)) -> Bool {
        guard let state = try? link(device.name, in: device.namespace).operationalState else { return false }
        return state != 0 && state != 6
    }

    public func setSysctl(_ name: String, to value: String, in namespace: NamespaceName) throws(ControlError) {
        let path = try SysctlPath(name)
        if try enterForSysctl(path, namespace) == .machine {
            guard options.mayChangeMachine else {
                throw .unavailable("sysctl \(name) is the whole machine's, which needs --allow-machine")
            }
            if machineSysctls[path.path] == nil { machineSysctls[path.path] = try OpenFile.text(of: path.path) }
        }
        try OpenFile.write(value, to: path.path)
    }

    public func sysctl(_ name: String, in namespace: NamespaceName) throws(ControlError) -> String {
        let path = try SysctlPath(name)
        _ = try enterForSysctl(path, namespace)
        return try OpenFile.text(of: path.path)
    }

    private enum SysctlScope {
        case namespace
        case machine
    }

    /// Moves the thread to where a sysctl lives: namespaces of ours lack the files of what the machine shares.
    private func enterForSysctl(_ path: SysctlPath, _ namespace: NamespaceName) throws(ControlError) -> SysctlScope {
        try enter(namespace)
        if path.isOfNetwork, unsafe access(path.path, F_OK) == 0 { return .namespace }
        try goHome()
        return .machine
    }

    public func softnetStatistics() throws(ControlError) -> [SoftnetStatistics] {
        let rows = SoftnetTable(try OpenFile.text(of: "/proc/self/net/softnet_stat")).rows
        return try (0..<options.cpuCount).map { cpu throws(ControlError) in
            guard let row = rows[cpu] else { throw .unavailable("CPU \(cpu) has no row in /proc/net/softnet_stat") }
            return row
        }
    }

    /// Machine-wide sysctls as they were; the first failure is thrown after all were tried.
    func restoreMachineSysctls() throws(ControlError) {
        var failure: ControlError?
        for (path, value) in machineSysctls {
            do throws(ControlError) {
                try OpenFile.write(value, to: path)
            } catch {
                failure = failure ?? .unavailable("\(path) could not be set back to \(value): \(error)")
            }
        }
        machineSysctls = [:]
        if let failure { throw failure }
    }
}

/// A sysctl's file.
struct SysctlPath: Hashable {
    let path: String

    /// From its dotted name, in which a slash stands for a dot of a device's name, as sysctl(8) has it. ENOENT for names
    /// that lead elsewhere.
    init(_ name: String) throws(ControlError) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            .map { $0.replacing("/", with: ".") }
        guard parts.count > 1, !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw .errno(.ENOENT)
        }
        path = "/proc/sys/" + parts.joined(separator: "/")
    }

    /// Whether namespaces may have values of their own.
    var isOfNetwork: Bool { path.hasPrefix("/proc/sys/net/") }
}

/// /proc/net/softnet_stat: hexadecimal columns, a row for each CPU that is online.
struct SoftnetTable {
    /// By CPU.
    let rows: [Int: SoftnetStatistics]

    init(_ text: String) {
        var rows: [Int: SoftnetStatistics] = [:]
        for line in text.split(separator: "\n") {
            let columns = line.split(separator: " ").compactMap { UInt32($0, radix: 16) }
            guard columns.count >= 13 else { continue }
            var row = SoftnetStatistics()
            row.processed = columns[0]
            row.dropped = columns[1]
            row.timeSqueeze = columns[2]
            row.receivedRPS = columns[9]
            row.flowLimit = columns[10]
            if columns.count >= 15 {
                row.inputQueueLength = columns[13]
                row.processQueueLength = columns[14]
            }
            rows[Int(columns[12])] = row
        }
        self.rows = rows
    }
}
