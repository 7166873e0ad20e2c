/// Writes pcapng, little endian, one section, time stamps in nanoseconds.
public struct CaptureWriter: Sendable {
    /// The file so far; complete after every call.
    public private(set) var bytes: [UInt8] = []
    private var interfaceCount = 0

    /// A file with its section header; `application` names the writer.
    public init(application: String = "nksim") {
        var body: [UInt8] = []
        body.little(CaptureFormat.byteOrderMagic)
        body.little(UInt16(1))
        body.little(UInt16(0))
        // The section's length is not told.
        body.little(UInt64.max)
        body.option(CaptureFormat.userApplication, Array(application.utf8))
        body.endOptions()
        block(CaptureFormat.sectionHeader, body)
    }

    /// Describes a device; packets name it by the index returned.
    public mutating func add(_ interface: CaptureInterface) -> Int {
        var body: [UInt8] = []
        body.little(interface.linkType)
        body.little(UInt16(0))
        // No limit on a packet's captured length.
        body.little(UInt32(0))
        if let comment = interface.comment { body.option(CaptureFormat.comment, Array(comment.utf8)) }
        body.option(CaptureFormat.interfaceName, Array(interface.name.utf8))
        body.option(CaptureFormat.timestampResolution, [9])
        body.endOptions()
        block(CaptureFormat.interfaceDescription, body)
        interfaceCount += 1
        return interfaceCount - 1
    }

    /// Adds a packet at an interface that was added before.
    public mutating func add(_ record: CaptureRecord) {
        precondition(record.interface >= 0 && record.interface < interfaceCount, "an interface that was not added")
        var body: [UInt8] = []
        body.little(UInt32(record.interface))
        body.little(UInt32(truncatingIfNeeded: record.time >> 32))
        body.little(UInt32(truncatingIfNeeded: record.time))
        body.little(UInt32(record.bytes.count))
        body.little(UInt32(record.length))
        body += record.bytes
        body.pad()
        for comment in record.comments { body.option(CaptureFormat.comment, Array(comment.utf8)) }
        if record.direction != .unknown {
            var flags: [UInt8] = []
            flags.little(UInt32(record.direction.rawValue))
            body.option(CaptureFormat.packetFlags, flags)
        }
        if !record.comments.isEmpty || record.direction != .unknown { body.endOptions() }
        block(CaptureFormat.enhancedPacket, body)
    }

    private mutating func block(_ type: UInt32, _ body: [UInt8]) {
        let length = UInt32(body.count + 12)
        bytes.little(type)
        bytes.little(length)
        bytes += body
        bytes.little(length)
    }
}

extension [UInt8] {
    fileprivate mutating func little<T: FixedWidthInteger>(_ value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> T(shift))) }
    }

    fileprivate mutating func pad() {
        while count % 4 != 0 { append(0) }
    }

    /// An option's length has 16 bits; longer text is cut.
    fileprivate mutating func option(_ code: UInt16, _ value: [UInt8]) {
        let kept = value.prefix(0xFFFC)
        little(code)
        little(UInt16(kept.count))
        self += kept
        pad()
    }

    fileprivate mutating func endOptions() { little(UInt32(0)) }
}
