import LinuxABI

/// What BPF_MAP_UPDATE_ELEM's flags ask for.
enum MapUpdateMode: UInt64 {
    /// BPF_ANY: create or replace.
    case any = 0
    /// BPF_NOEXIST: create only.
    case createOnly = 1
    /// BPF_EXIST: replace only.
    case replaceOnly = 2

    /// BPF_F_LOCK, which needs a spin lock in the value; no modelled map has one.
    static let lockFlag: UInt64 = 4

    /// - Throws: `EINVAL` for any other value.
    init(checking flags: UInt64) throws(KernelErrno) {
        guard let mode = Self(rawValue: flags) else { throw .EINVAL }
        self = mode
    }
}
