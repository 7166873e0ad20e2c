import BPFVerifier
import LinuxABI
import Testing

/// Programs that Linux was asked about: verdict, errno and log.
@Suite struct KernelVerdictTests {
    @Test(arguments: KernelRecording.kernel612.cases + KernelRecording.random612.cases)
    func answersAsLinux(_ recorded: KernelRecording.Case) {
        let (answer, log, isModelled) = verify(recorded, [.everything, .statistics])
        guard isModelled else { return }
        #expect(answer == recorded.answer)
        compare(log, recorded.log)
        compare(verify(recorded, .failingPath).log, recorded.failingPath)
        #expect(verify(recorded, .none).answer == recorded.answer)
    }

    private func verify(
        _ recorded: KernelRecording.Case, _ level: LogLevel
    ) -> (answer: String, log: String, isModelled: Bool) {
        do throws(VerifierError) {
            return ("OK", try BPFVerifier.verify(recorded.program, log: level).log, true)
        } catch {
            if error.isNotModelled { #expect(error.message.hasPrefix("not modelled: ")) }
            return (error.errno.description, error.log, !error.isNotModelled)
        }
    }

    private func compare(_ log: String, _ kernels: String) {
        let ours = KernelRecording.Case.normalised(log)
        // Of long logs the recording has the end.
        let compared = kernels.hasPrefix(ours.prefix(40)) ? ours : String(ours.suffix(kernels.count))
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
