import KernelControl
import LinuxABI

/// A map that the witness's programs write records to, one after the other, and a host reads.
///
/// It is an array map of one value: the number of records ever begun (8 bytes), then a ring of records. Each begins with its
/// number, counted from 1 and written last, so that a record that is still being written is not taken for a whole one.
final class WitnessLog {
    /// The map's layout.
    struct Layout: Hashable {
        let recordSize: Int
        /// A power of two.
        let recordCount: Int

        static let headerSize = 8
        var byteCount: Int { Self.headerSize + recordSize * recordCount }
    }

    let layout: Layout
    let map: OpenFile
    /// Records read so far.
    private var taken: UInt64 = 0

    init(name: String, _ layout: Layout) throws(ControlError) {
        self.layout = layout
        let request = BPFRequest(.mapCreate)
        request.set(BPFAttributes.MapCreate.mapType, MapType.array.rawValue)
        request.set(BPFAttributes.MapCreate.keySize, 4)
        request.set(BPFAttributes.MapCreate.valueSize, UInt32(layout.byteCount))
        request.set(BPFAttributes.MapCreate.maxEntries, 1)
        request.set(name: name, at: BPFAttributes.MapCreate.mapName)
        map = OpenFile(try request.perform("the witness's map"))
    }

    /// The records since the last call, in their order.
    ///
    /// - Throws: ``ControlError/unavailable(_:)`` where more were written than the map holds.
    func take() throws(ControlError) -> [ArraySlice<UInt8>] {
        let request = BPFRequest(.mapLookupElement)
        request.set(BPFAttributes.MapElement.mapFD, map.number)
        request.pass([0, 0, 0, 0], at: BPFAttributes.MapElement.key)
        let value = request.reserve(layout.byteCount, at: BPFAttributes.MapElement.value)
        try request.perform()
        return try Self.records(in: request.bytes(of: value), layout, taken: &taken)
    }

    /// The records of a value after the first `taken` ones.
    static func records(
        in value: [UInt8], _ layout: Layout, taken: inout UInt64
    ) throws(ControlError) -> [ArraySlice<UInt8>] {
        let written: UInt64 = value[..<Layout.headerSize].number(at: 0)
        guard written - taken <= UInt64(layout.recordCount) else {
            let lost = written - taken - UInt64(layout.recordCount)
            taken = written
            throw .unavailable(
                "\(lost) of the kernel's records were lost: more than \(layout.recordCount) between two looks")
        }
        var records: [ArraySlice<UInt8>] = []
        while taken < written {
            let start = Layout.headerSize + Int(taken % UInt64(layout.recordCount)) * layout.recordSize
            let record = value[start..<start + layout.recordSize]
            guard record.number(at: 0) as UInt64 == taken + 1 else { break }
            records.append(record)
            taken += 1
        }
        return records
    }
}
