/// Loads and stores of the interpreter loop, each checked against the region table.
@safe struct MemoryAccess {
    let entries: UnsafeMutablePointer<MemoryRegions.Entry>
    let environment: ExecutionEnvironment

    /// The value at `address` in memory that ``checkLoad(_:_:_:)`` or the decoder has checked.
    @inline(__always)
    static func read<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type, _ address: UInt64) -> T {
        unsafe UnsafeRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped.loadUnaligned(as: T.self)
    }

    /// Writes to memory that ``checkStore(_:_:_:)`` or the decoder has checked.
    @inline(__always)
    static func write<T: FixedWidthInteger & UnsignedInteger>(_ value: T, _ address: UInt64) {
        unsafe UnsafeMutableRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped.storeBytes(of: value, as: T.self)
    }

    /// The value that the instruction at `cursor` loads.
    @inline(__always)
    func load<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type, _ cursor: Cursor, _ registers: Registers
    ) throws(MachineFault) -> T {
        let address = registers[cursor.source] &+ cursor.displacement
        let entry = unsafe entries + Int(cursor.regionHint)
        let limit =
            switch MemoryLayout<T>.size {
            case 1: unsafe entry.pointee.readLimit1
            case 2: unsafe entry.pointee.readLimit2
            case 4: unsafe entry.pointee.readLimit4
            default: unsafe entry.pointee.readLimit8
            }
        if unsafe address &- entry.pointee.base >= UInt64(limit) {
            try findReadable(address, MemoryLayout<T>.size, cursor)
        }
        return Self.read(T.self, address)
    }

    /// The address that the instruction at `cursor` may write a `T` to.
    @inline(__always)
    func storeAddress<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type, _ cursor: Cursor, _ registers: Registers
    ) throws(MachineFault) -> UInt64 {
        let address = registers[cursor.destination] &+ cursor.displacement
        let entry = unsafe entries + Int(cursor.regionHint)
        let limit =
            switch MemoryLayout<T>.size {
            case 1: unsafe entry.pointee.writeLimit1
            case 2: unsafe entry.pointee.writeLimit2
            case 4: unsafe entry.pointee.writeLimit4
            default: unsafe entry.pointee.writeLimit8
            }
        if unsafe address &- entry.pointee.base >= UInt64(limit) {
            try findWritable(address, MemoryLayout<T>.size, cursor)
        }
        return address
    }

    /// Stores `value` where the instruction at `cursor` says.
    @inline(__always)
    func store<T: FixedWidthInteger & UnsignedInteger>(
        _ value: T, _ cursor: Cursor, _ registers: Registers
    ) throws(MachineFault) {
        Self.write(value, try storeAddress(T.self, cursor, registers))
    }

    /// Looks for the region the long way and notes it in the instruction.
    @inline(never)
    private func findReadable(_ address: UInt64, _ byteCount: Int, _ cursor: Cursor) throws(MachineFault) {
        guard let index = environment.regions.findEntry(address, byteCount, forWriting: false) else {
            throw environment.fault(.loadOutOfBounds(address: address, byteCount: byteCount), cursor)
        }
        unsafe cursor.instruction.pointee.regionHint = index
    }

    /// Looks for the region the long way and notes it in the instruction.
    @inline(never)
    private func findWritable(_ address: UInt64, _ byteCount: Int, _ cursor: Cursor) throws(MachineFault) {
        guard let index = environment.regions.findEntry(address, byteCount, forWriting: true) else {
            throw environment.fault(.storeOutOfBounds(address: address, byteCount: byteCount), cursor)
        }
        unsafe cursor.instruction.pointee.regionHint = index
    }
}
