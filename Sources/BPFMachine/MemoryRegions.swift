/// The memory that a running program may touch: concrete regions at real addresses, each readable or writable.
///
/// ```
/// entry   0 … 6   one per ``Slot``: set and moved in constant time, also during a run
/// entry   7       the region that the slow path found last, where that one has no entry of its own
/// entry   8 … 255 regions of the slow path (map values …), while there are entries left
/// ```
///
/// Each load or store carries a guess at its entry, so the usual check is one subtraction and one comparison with a limit
/// computed beforehand for the access size. A wrong guess goes through ``findEntry(_:_:forWriting:)``, which looks in the
/// slots, then by binary search. One thread.
@safe public final class MemoryRegions {
    /// The regions that have a fixed place in the table, because every run has them or moves them.
    public enum Slot: UInt8, CaseIterable, Sendable {
        /// The frames of the running program; the interpreter sets it.
        case stack
        /// What R1 points at on entry.
        case context
        /// The linear part of the packet, with the metadata area before it.
        case packet
        /// The device's native block.
        case device
        /// The socket's native block.
        case socket
        /// For the runtime's own use.
        case auxiliary
        /// For the runtime's own use.
        case secondAuxiliary
    }

    /// One entry of the table; 64 bytes, so that an index is a shift.
    ///
    /// The limit for n bytes is `size >= n ? size - n + 1 : 0`, so that `address &- base < limit` is sound for every size.
    /// Limits are cut at 32 bits: what lies further in a larger region is found by the slow path.
    struct Entry {
        var base: UInt64 = 0
        var byteCount: UInt64 = 0
        var readLimit8: UInt32 = 0
        var readLimit4: UInt32 = 0
        var readLimit2: UInt32 = 0
        var readLimit1: UInt32 = 0
        var writeLimit8: UInt32 = 0
        var writeLimit4: UInt32 = 0
        var writeLimit2: UInt32 = 0
        var writeLimit1: UInt32 = 0
        var isWritable = false
        /// Fills the entry up to 64 bytes.
        private var padding: UInt64 = 0

        init() {}

        init(base: UInt64, byteCount: UInt64, isWritable: Bool) {
            self.base = base
            self.byteCount = byteCount
            self.isWritable = isWritable
            func limit(_ access: UInt64) -> UInt32 {
                byteCount >= access ? UInt32(clamping: byteCount - access + 1) : 0
            }
            readLimit8 = limit(8)
            readLimit4 = limit(4)
            readLimit2 = limit(2)
            readLimit1 = limit(1)
            guard isWritable else { return }
            writeLimit8 = readLimit8
            writeLimit4 = readLimit4
            writeLimit2 = readLimit2
            writeLimit1 = readLimit1
        }

        /// Whether `count` bytes from `address` lie inside, whatever the region's size.
        func holds(_ address: UInt64, _ count: UInt64) -> Bool {
            byteCount >= count && address &- base <= byteCount - count
        }
    }

    /// A region of the slow path, and its entry in the table if it has one.
    struct Inserted {
        var entry: Entry
        var index: UInt8?
    }

    /// A byte of an instruction can name any entry, so there are always this many.
    static let entryCount = 256
    static let recentIndex: UInt8 = 7
    static let firstInsertedIndex: UInt8 = 8

    /// The table; allocated once, so the interpreter keeps this pointer in a register.
    let entries: UnsafeMutablePointer<Entry>
    /// Regions of the slow path by ascending base, without overlaps.
    var inserted: [Inserted] = []
    /// Entries that no region uses.
    var freeIndices: [UInt8] = Array((MemoryRegions.firstInsertedIndex...255).reversed())

    /// A table without regions.
    public init() {
        unsafe entries = .allocate(capacity: Self.entryCount)
        unsafe entries.initialize(repeating: Entry(), count: Self.entryCount)
    }

    deinit { unsafe entries.deallocate() }

    /// Lets `slot` stand for the `byteCount` bytes from `base`; in constant time, at any moment.
    public func set(_ slot: Slot, base: UnsafeRawPointer, byteCount: Int, isWritable: Bool) {
        precondition(byteCount >= 0, "a region of \(byteCount) bytes")
        unsafe entries[Int(slot.rawValue)] = Entry(
            base: UInt64(UInt(bitPattern: base)), byteCount: UInt64(byteCount), isWritable: isWritable)
    }

    /// Lets `slot` stand for nothing.
    public func clear(_ slot: Slot) {
        unsafe entries[Int(slot.rawValue)] = Entry()
    }

    /// The `byteCount` bytes from `address`, or nil where no one region makes them all readable; empty for 0 bytes.
    public func readable(_ address: UInt64, _ byteCount: Int) -> UnsafeRawBufferPointer? {
        guard byteCount >= 0 else { return nil }
        guard byteCount > 0 else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        guard findEntry(address, byteCount, forWriting: false) != nil else { return nil }
        return unsafe UnsafeRawBufferPointer(
            start: UnsafeRawPointer(bitPattern: UInt(address)), count: byteCount)
    }

    /// The `byteCount` bytes from `address`, or nil where no one region makes them all writable; empty for 0 bytes.
    public func writable(_ address: UInt64, _ byteCount: Int) -> UnsafeMutableRawBufferPointer? {
        guard byteCount >= 0 else { return nil }
        guard byteCount > 0 else { return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        guard findEntry(address, byteCount, forWriting: true) != nil else { return nil }
        return unsafe UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(bitPattern: UInt(address)), count: byteCount)
    }
}
