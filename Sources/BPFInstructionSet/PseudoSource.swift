/// The meaning that bpf(2) gives to the source register of `LDDW` and `CALL` (include/uapi/linux/bpf.h).
public enum PseudoSource {
    /// `LDDW`: the immediate is a map's file descriptor (BPF_PSEUDO_MAP_FD).
    public static let mapFD: UInt8 = 1
    /// `LDDW`: map descriptor, and in the second immediate an offset into its value (BPF_PSEUDO_MAP_VALUE).
    public static let mapValue: UInt8 = 2
    /// `LDDW`: a kernel variable's BTF id (BPF_PSEUDO_BTF_ID).
    public static let btfID: UInt8 = 3
    /// `LDDW`: a subprogram's address, as a distance in instructions (BPF_PSEUDO_FUNC).
    public static let function: UInt8 = 4
    /// `CALL`: a subprogram, as a distance in instructions (BPF_PSEUDO_CALL).
    public static let call: UInt8 = 1
    /// `CALL`: a kernel function by BTF id (BPF_PSEUDO_KFUNC_CALL).
    public static let kernelFunction: UInt8 = 2
}
