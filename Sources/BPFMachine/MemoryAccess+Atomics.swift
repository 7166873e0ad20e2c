import BPFInstructionSet

extension MemoryAccess {
    /// One atomic operation. A simulation is one thread, so it need not be atomic towards others.
    @inline(never)
    func atomic32(_ cursor: Cursor, _ registers: Registers) throws(MachineFault) {
        let address = try storeAddress(UInt32.self, cursor, registers)
        let old = Self.read(UInt32.self, address)
        let operand = registers[low: cursor.source]
        let (new, fetched) = update(old, operand, comparand: registers[low: 0], cursor)
        Self.write(new, address)
        if let fetched { registers[low: fetched] = old }
    }

    /// The 64-bit form.
    @inline(never)
    func atomic64(_ cursor: Cursor, _ registers: Registers) throws(MachineFault) {
        let address = try storeAddress(UInt64.self, cursor, registers)
        let old = Self.read(UInt64.self, address)
        let (new, fetched) = update(old, registers[cursor.source], comparand: registers[0], cursor)
        Self.write(new, address)
        if let fetched { registers[fetched] = old }
    }

    /// The value to store, and the register that gets the old one.
    @inline(__always)
    private func update<T: FixedWidthInteger & UnsignedInteger>(
        _ old: T, _ operand: T, comparand: T, _ cursor: Cursor
    ) -> (new: T, fetched: UInt8?) {
        let immediate = UInt8(truncatingIfNeeded: cursor.constant)
        let fetchFlag = UInt8(AtomicOperation.fetchFlag)
        let source = immediate & fetchFlag != 0 ? cursor.source : nil
        // The decoder admits operations of the instruction table only.
        switch AtomicOperation(rawValue: immediate & ~fetchFlag) {
        case .add, nil: return (old &+ operand, source)
        case .or: return (old | operand, source)
        case .and: return (old & operand, source)
        case .xor: return (old ^ operand, source)
        case .exchange: return (operand, source)
        case .compareExchange: return (old == comparand ? operand : old, 0)
        }
    }
}
