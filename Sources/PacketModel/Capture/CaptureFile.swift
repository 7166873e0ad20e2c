/// A pcapng file that was read: its devices and packets, of all its sections.
///
/// Both byte orders are read. Blocks other than section header, interface description, enhanced and simple packets are
/// skipped, as the format asks readers to.
public struct CaptureFile: Hashable, Sendable {
    public private(set) var interfaces: [CaptureInterface] = []
    public private(set) var records: [CaptureRecord] = []

    /// Time stamp units per second of each interface, and its limit on captured lengths.
    private struct Clock: Hashable, Sendable {
        var unitsPerSecond: UInt64 = 1_000_000
        var snapLength: Int
    }

    private var clocks: [Clock] = []
    /// Where the current section's interfaces begin.
    private var firstInterface = 0

    /// Reads a whole file. Every length is checked against the bytes that are there.
    public init(parsing bytes: [UInt8]) throws(CaptureError) {
        var offset = 0
        var isBigEndian = false
        while offset < bytes.count {
            var cursor = CaptureCursor(bytes: bytes, block: offset, isBigEndian: isBigEndian)
            cursor.end = bytes.count
            let type = try cursor.number(UInt32.self)
            guard offset > 0 || type == CaptureFormat.sectionHeader else {
                throw CaptureError(.notCapture, at: 0, "type 0x\(String(type, radix: 16)), expected a section header")
            }
            if type == CaptureFormat.sectionHeader {
                // Its own length is in the byte order that its magic tells.
                var magic = CaptureCursor(bytes: bytes, block: offset, isBigEndian: false)
                magic.end = bytes.count
                magic.position += 8
                let found = try magic.number(UInt32.self)
                guard found == CaptureFormat.byteOrderMagic || found.byteSwapped == CaptureFormat.byteOrderMagic else {
                    throw CaptureError(
                        .notCapture, at: offset, "byte-order magic 0x\(String(found, radix: 16)) is unknown")
                }
                isBigEndian = found != CaptureFormat.byteOrderMagic
                cursor.isBigEndian = isBigEndian
            }
            let length = Int(try cursor.number(UInt32.self))
            guard length >= 12, length % 4 == 0, length <= CaptureFormat.maximumBlock else {
                throw CaptureError(
                    .blockLength, at: offset,
                    "length \(length), expected a multiple of 4 from 12 to \(CaptureFormat.maximumBlock)")
            }
            guard length <= bytes.count - offset else {
                throw CaptureError(.truncated, at: offset, "length \(length), \(bytes.count - offset) bytes are left")
            }
            var trailer = cursor
            trailer.position = offset + length - 4
            guard Int(try trailer.number(UInt32.self)) == length else {
                throw CaptureError(.blockLength, at: offset, "its two lengths differ")
            }
            cursor.end = offset + length - 4
            switch type {
            case CaptureFormat.sectionHeader: try readSection(&cursor)
            case CaptureFormat.interfaceDescription: try readInterface(&cursor)
            case CaptureFormat.enhancedPacket: try readEnhanced(&cursor)
            case CaptureFormat.simplePacket: try readSimple(&cursor)
            default: break
            }
            offset += length
        }
        guard !bytes.isEmpty else { throw CaptureError(.notCapture, at: 0, "no bytes, expected a section header") }
    }

    private mutating func readSection(_ cursor: inout CaptureCursor) throws(CaptureError) {
        cursor.position += 4
        let major = try cursor.number(UInt16.self)
        guard major == 1 else { throw CaptureError(.version, at: cursor.block, "version \(major), expected 1") }
        firstInterface = interfaces.count
    }

    private mutating func readInterface(_ cursor: inout CaptureCursor) throws(CaptureError) {
        guard interfaces.count < CaptureFormat.maximumInterfaces else {
            throw CaptureError(.interface, at: cursor.block, "more than \(CaptureFormat.maximumInterfaces) interfaces")
        }
        let linkType = try cursor.number(UInt16.self)
        cursor.position += 2
        var clock = Clock(snapLength: Int(try cursor.number(UInt32.self)))
        var interface = CaptureInterface(name: "", linkType: linkType)
        while let option = try cursor.option() {
            switch option.code {
            case CaptureFormat.interfaceName: interface.name = option.text
            case CaptureFormat.comment: interface.comment = option.text
            case CaptureFormat.timestampResolution:
                guard let exponent = option.value.first else { continue }
                clock.unitsPerSecond = try Self.units(exponent, at: cursor.block)
            default: break
            }
        }
        interfaces.append(interface)
        clocks.append(clock)
    }

    /// The upper bit chooses between powers of 10 and of 2.
    private static func units(_ exponent: UInt8, at block: Int) throws(CaptureError) -> UInt64 {
        let isBinary = exponent & 0x80 != 0
        let power = Int(exponent & 0x7F)
        guard power <= (isBinary ? 63 : 19) else {
            throw CaptureError(.contents, at: block, "a time stamp resolution of 0x\(String(exponent, radix: 16))")
        }
        return isBinary ? 1 << UInt64(power) : (0..<power).reduce(1) { product, _ in product * 10 }
    }

    private mutating func readEnhanced(_ cursor: inout CaptureCursor) throws(CaptureError) {
        let index = firstInterface + Int(try cursor.number(UInt32.self))
        guard index < interfaces.count else {
            throw CaptureError(
                .interface, at: cursor.block,
                "interface \(index - firstInterface), \(interfaces.count - firstInterface) are described")
        }
        let high = try cursor.number(UInt32.self)
        let units = UInt64(high) << 32 | UInt64(try cursor.number(UInt32.self))
        let captured = Int(try cursor.number(UInt32.self))
        let length = Int(try cursor.number(UInt32.self))
        var record = CaptureRecord(
            interface: index, time: Self.nanoseconds(units, perSecond: clocks[index].unitsPerSecond),
            bytes: try cursor.padded(captured), length: length)
        while let option = try cursor.option() {
            switch option.code {
            case CaptureFormat.comment: record.comments.append(option.text)
            case CaptureFormat.packetFlags where option.value.count == 4:
                let flags = cursor.isBigEndian ? option.value[3] : option.value[0]
                record.direction = CaptureRecord.Direction(rawValue: flags & 3) ?? .unknown
            default: break
            }
        }
        records.append(record)
    }

    private mutating func readSimple(_ cursor: inout CaptureCursor) throws(CaptureError) {
        guard firstInterface < interfaces.count else {
            throw CaptureError(.interface, at: cursor.block, "a packet before any interface is described")
        }
        let length = Int(try cursor.number(UInt32.self))
        let limit = clocks[firstInterface].snapLength
        let captured = min(length, limit == 0 ? .max : limit)
        records.append(
            CaptureRecord(interface: firstInterface, time: 0, bytes: try cursor.padded(captured), length: length))
    }

    private static func nanoseconds(_ units: UInt64, perSecond: UInt64) -> UInt64 {
        let (high, low) = units.multipliedFullWidth(by: 1_000_000_000)
        // Times past 584 years are held at the end.
        return high >= perSecond ? .max : perSecond.dividingFullWidth((high, low)).quotient
    }
}
