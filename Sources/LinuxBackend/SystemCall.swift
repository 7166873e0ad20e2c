import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// System calls whose failure is a kernel's refusal.
enum SystemCall {
    /// The result of a call that answers with a negative errno.
    @discardableResult
    static func checked(_ result: Int32, _ what: @autoclosure () -> String = "") throws(ControlError)
        -> Int32
    {
        guard result < 0 else { return result }
        throw .errno(KernelErrno(rawValue: -result), what())
    }

    /// The result of a libc call that answers with -1 and sets errno.
    @discardableResult
    static func libc<Number: SignedInteger>(
        _ result: Number, _ what: @autoclosure () -> String = ""
    ) throws(ControlError) -> Number {
        guard result < 0 else { return result }
        throw .errno(KernelErrno(rawValue: errno), what())
    }
}
