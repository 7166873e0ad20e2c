/// Division as BPF has it: by zero gives 0, a remainder by zero leaves the dividend, and the most negative number divided
/// by -1 is itself with remainder 0 (RFC 9669, section 4.1; fixup_bpf_calls in kernel/bpf/verifier.c).
enum Arithmetic {
    @inline(__always)
    static func quotient<T: FixedWidthInteger & UnsignedInteger>(_ dividend: T, _ divisor: T) -> T {
        divisor == 0 ? 0 : dividend / divisor
    }

    @inline(__always)
    static func remainder<T: FixedWidthInteger & UnsignedInteger>(_ dividend: T, _ divisor: T) -> T {
        divisor == 0 ? dividend : dividend % divisor
    }

    @inline(__always)
    static func quotient<T: FixedWidthInteger & SignedInteger>(_ dividend: T, _ divisor: T) -> T {
        if divisor == 0 { return 0 }
        return divisor == -1 ? 0 &- dividend : dividend / divisor
    }

    @inline(__always)
    static func remainder<T: FixedWidthInteger & SignedInteger>(_ dividend: T, _ divisor: T) -> T {
        if divisor == 0 { return dividend }
        return divisor == -1 ? 0 : dividend % divisor
    }
}
