import BPFInstructionSet
import KernelControl
import LinuxABI

/// BPF_PROG_LOAD, for programs of scenarios and for the witness's own.
struct ProgramLoading {
    private typealias Field = BPFAttributes.ProgramLoad

    /// `enum bpf_prog_type`, also what scenarios do not load.
    var type: UInt32
    var name: String
    var instructions: [Instruction]
    var licence: String
    var logLevel: UInt32 = 0
    /// Function and line records, with a descriptor of the types that they name.
    var types: (descriptor: OpenFile, records: EncodedBTF)?
    /// Of a tracing program: `enum bpf_attach_type`, and the function that it is for.
    var expectedAttachType: UInt32 = 0
    var target: (program: Descriptor, function: UInt32)?

    static let rawTracepoint: UInt32 = 17
    static let tracing: UInt32 = 26
    /// BPF_TRACE_FEXIT.
    static let functionExit: UInt32 = 25

    /// The program's descriptor, and the verifier's log.
    ///
    /// A log that does not fit is asked for again in full: the kernel answers `ENOSPC` and how long it is.
    ///
    /// - Throws: the kernel's errno; the message is the log.
    func perform() throws(ControlError) -> (descriptor: Int32, log: String) {
        var logSize = logLevel == 0 ? 0 : Self.firstLogSize
        while true {
            let request = request()
            var log: BPFRequest.Buffer?
            if logSize > 0 {
                log = request.reserve(logSize, at: Field.logBuffer)
                request.set(Field.logSize, UInt32(logSize))
                request.set(Field.logLevel, logLevel)
            }
            let answer = request.send()
            let needed = Int(request.get(Field.logTrueSize))
            if -answer == KernelErrno.ENOSPC.rawValue, logSize > 0, needed > logSize, needed <= Self.longestLog {
                logSize = needed
                continue
            }
            let text = log.map { request.text(of: $0) } ?? ""
            return (try SystemCall.checked(answer, text), text)
        }
    }

    private func request() -> BPFRequest {
        let request = BPFRequest(.programLoad)
        request.set(Field.programType, type)
        request.pass(instructions.flatMap(\.littleEndianBytes), at: Field.instructions)
        request.set(Field.instructionCount, UInt32(instructions.count))
        request.pass(text: licence, at: Field.licence)
        request.set(name: name, at: Field.programName)
        request.set(Field.expectedAttachType, expectedAttachType)
        if let types {
            request.set(Field.btfFD, types.descriptor.number)
            request.pass(types.records.functionRecords, at: Field.functionRecords)
            request.set(Field.functionRecordSize, UInt32(EncodedBTF.functionRecordSize))
            request.set(Field.functionCount, UInt32(types.records.functionCount))
            if types.records.lineCount > 0 {
                request.pass(types.records.lineRecords, at: Field.lineRecords)
                request.set(Field.lineRecordSize, UInt32(EncodedBTF.lineRecordSize))
                request.set(Field.lineCount, UInt32(types.records.lineCount))
            }
        }
        if let target {
            request.set(Field.attachProgramFD, target.program.rawValue)
            request.set(Field.attachBTFID, target.function)
        }
        return request
    }

    private static let firstLogSize = 1 << 18
    /// UINT_MAX >> 2, the kernel's own limit (bpf_verifier_log_attr_valid).
    private static let longestLog = Int(UInt32.max >> 2)
}
