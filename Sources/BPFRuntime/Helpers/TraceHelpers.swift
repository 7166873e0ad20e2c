import BPFMachine
import LinuxABI

/// bpf_trace_printk (kernel/trace/bpf_trace.c).
extension ProgramEnvironment {
    /// Formats and writes a line; the result is the text's length, or `EINVAL` for a format that Linux refuses.
    func tracePrintk(_ format: UInt64, _ size: UInt32, _ arguments: (UInt64, UInt64, UInt64)) -> UInt64 {
        let count = Int(size)
        guard let bytes = unsafe readable(format, count) else { return 0 }
        var text: [UInt8] = []
        text.reserveCapacity(count)
        for index in 0..<count { text.append(unsafe bytes.load(fromByteOffset: index, as: UInt8.self)) }
        var formatter = TraceFormatter(arguments: [arguments.0, arguments.1, arguments.2]) { address, count in
            guard let bytes = unsafe self.regions.readable(address, count) else { return nil }
            return unsafe [UInt8](bytes)
        }
        do throws(KernelErrno) {
            let formatted = try formatter.format(text)
            host.tracePrint(String(decoding: formatted.prefix(TraceFormatter.bufferSize - 1), as: UTF8.self))
            return UInt64(formatted.count)
        } catch {
            return error.returnValue
        }
    }
}
