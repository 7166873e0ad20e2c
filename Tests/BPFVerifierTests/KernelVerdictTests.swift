import BPFVerifier
import LinuxABI
import Testing

/// Programs that Linux was asked about: verdict, errno and log.
@Suite struct KernelVerdictTests {
    @Test(arguments: KernelRecording.kernel612.cases)
    func answersAsLinux(_ recorded: KernelRecording.Case) {
        var answer = "OK"
        var log = ""
        do throws(VerifierError) {
            log = try BPFVerifier.verify(recorded.program, log: .everything).log
        } catch {
            log = error.log
            answer = error.errno.description
            if error.isNotModelled {
                #expect(error.message.hasPrefix("not modelled: "))
                return
            }
        }
        #expect(answer == recorded.answer)
        let (ours, kernels) = (KernelRecording.Case.normalised(log), recorded.log)
        // Of long logs the recording has the end.
        let compared = ours.count > 16_000 ? String(ours.suffix(kernels.count)) : ours
        if compared != kernels { Issue.record("\(difference(compared, kernels))") }
    }

    /// The first line that differs.
    private func difference(_ ours: String, _ kernels: String) -> String {
        let (a, b) = (
            ours.split(separator: "\n", omittingEmptySubsequences: false),
            kernels.split(separator: "\n", omittingEmptySubsequences: false)
        )
        let index = zip(a, b).prefix { $0 == $1 }.count
        func line(_ lines: [Substring]) -> Substring { index < lines.count ? lines[index] : "(end)" }
        return "line \(index + 1): found \(line(a)) – Linux has \(line(b))"
    }
}
