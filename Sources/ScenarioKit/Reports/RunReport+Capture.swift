import KernelControl
import PacketModel

extension RunReport {
    /// All captured frames as one pcapng file, in the order of their times: an interface for each capture of each scenario,
    /// and a comment where a checksum is still partial.
    public var captureFile: [UInt8] {
        var writer = CaptureWriter()
        var records: [CaptureRecord] = []
        for result in results {
            for capture in result.observations.captures {
                let name = results.count > 1 ? "\(result.file): \(capture.name)" : capture.name
                let interface = writer.add(CaptureInterface(name: name, comment: "\(capture.device)"))
                records += capture.frames.map { frame in
                    CaptureRecord(
                        interface: interface, time: frame.time ?? 0,
                        direction: frame.direction == .incoming ? .inbound : .outbound, bytes: frame.bytes,
                        length: frame.length, comments: frame.hasPartialChecksum ? ["checksum partial"] : [])
                }
            }
        }
        // Sorting is stable: frames of one time stay in the order in which they were seen.
        for record in records.sorted(by: { $0.time < $1.time }) { writer.add(record) }
        return writer.bytes
    }
}
