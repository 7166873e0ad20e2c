import CLinux
import KernelControl

#if canImport(Glibc)
    import Glibc
#endif

/// What must be there before a run can begin.
extension LinuxHost {
    /// netkit came with 6.7, after tcx.
    static func checkKernel() throws(ControlError) {
        let release = kernelRelease
        let numbers = release.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap { Int($0) }
        guard numbers.count == 2, (numbers[0], numbers[1]) >= (6, 7) else {
            throw .unavailable("tcx and netkit need Linux 6.7 or later; this is \(release)")
        }
    }

    /// What `uname -r` says.
    public static var kernelRelease: String {
        (try? OpenFile.text(of: "/proc/sys/kernel/osrelease")) ?? "unknown"
    }

    /// CPUs are counted from 0, and the process must be allowed on them.
    static func checkProcessors(_ count: Int) throws(ControlError) {
        let allowed = (0..<count).count { processor_affinity_allows(Int32($0)) != 0 }
        guard allowed == count else {
            throw .unavailable(
                "the scenario's machine has \(count) CPUs; here \(allowed) of them can be used")
        }
    }
}
