import LinuxABI

extension Verifier {
    /// What a load from the context gives (`check_ctx_access`).
    func checkContextAccess(
        offset: Int, size: Int, _ kind: AccessKind, signExtended: Bool
    ) throws(Refusal) -> RegisterType {
        // The kernel notes it before it looks at the size.
        if offset == SkBuffAccess.timestampTypeOffset, kind == .read { usesTimestampType = true }
        guard
            let result = SkBuffAccess.result(
                offset: offset, size: size, isWrite: kind == .write, signExtended: signExtended)
        else { throw Refusal(.EACCES, "invalid bpf_context access off=\(offset) size=\(size)") }
        return result
    }

    /// `check_sock_access`
    func checkSocketAccess(_ number: UInt8, _ offset: Int, _ size: Int, _ kind: AccessKind) throws(Refusal) {
        let register = frame[Int(number)]
        if kind == .write { throw Refusal(.EACCES, "R\(number) cannot write into \(register.type.name)") }
        if register.value.smin < 0 {
            throw Refusal(
                .EACCES,
                "R\(number) min value is negative, "
                    + "either use unsigned index or do a if (index >=0) check.")
        }
        guard SocketAccess.allowsRead(of: register.kind, offset: offset, size: size) else {
            throw Refusal(
                .EACCES, "R\(number) invalid \(register.type.name) access off=\(offset) size=\(size)")
        }
    }
}
