import LinuxABI
import Testing

@Suite struct KernelErrnoTests {
    @Test func namesAreTheKernels() {
        #expect(KernelErrno.ENOENT.rawValue == 2)
        #expect(KernelErrno.ENOTSUPP.rawValue == 524)
        #expect(KernelErrno.ENOTSUPP.description == "ENOTSUPP")
        #expect(KernelErrno(rawValue: 999).description == "errno 999")
        #expect(KernelErrno(name: "ESTALE") == .ESTALE)
        #expect(KernelErrno(name: "ENONSENSE") == nil)
    }

    @Test func aHelperReturnsTheNegativeNumber() {
        #expect(KernelErrno.EINVAL.returnValue == 0xFFFF_FFFF_FFFF_FFEA)
    }
}
