public import KernelControl
import LinuxABI

extension LinuxHost {
    private typealias Field = BPFAttributes.TestRun

    /// BPF_PROG_TEST_RUN in the namespace that the process was started in; the witness is deaf to it.
    public func testRun(_ program: Descriptor, _ request: TestRun) throws(ControlError) -> TestRunResult {
        try checkInterruption()
        try goHome()
        let run = BPFRequest(.programTestRun)
        run.set(Field.programFD, program.rawValue)
        run.pass(request.dataIn, at: Field.dataIn)
        run.set(Field.dataInSize, UInt32(request.dataIn.count))
        let data = run.reserve(Self.dataOutSize, at: Field.dataOut)
        run.set(Field.dataOutSize, UInt32(Self.dataOutSize))
        var context: BPFRequest.Buffer?
        if let contextIn = request.contextIn {
            run.pass(contextIn, at: Field.contextIn)
            run.set(Field.contextInSize, UInt32(contextIn.count))
            context = run.reserve(Self.contextSize, at: Field.contextOut)
            run.set(Field.contextOutSize, UInt32(Self.contextSize))
        }
        run.set(Field.repeat, request.repeat)
        try bpf.witness?.ignore(bpf.programIDs[program])
        let answer = run.send()
        try bpf.witness?.ignore(nil)
        try SystemCall.checked(answer)
        return TestRunResult(
            returnValue: run.get(Field.returnValue),
            dataOut: Array(run.bytes(of: data).prefix(Int(run.get(Field.dataOutSize)))),
            contextOut: context.map { run.bytes(of: $0) }, duration: run.get(Field.duration))
    }

    /// More than a program can make of a page.
    private static let dataOutSize = 1 << 17
    /// sizeof(struct __sk_buff) in 6.12.
    private static let contextSize = 192
}
