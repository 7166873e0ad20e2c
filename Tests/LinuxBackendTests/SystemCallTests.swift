import KernelControl
import LinuxABI
import Testing

@testable import LinuxBackend

@Suite struct SystemCallTests {
    @Test func refusalIsTheErrno() {
        #expect(throws: ControlError.self) { () throws(ControlError) in try SystemCall.checked(-13) }
    }
}
