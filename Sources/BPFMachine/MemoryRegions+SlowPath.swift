extension MemoryRegions {
    /// Adds a region that stays until ``remove(base:)``: a map's values, say. Logarithmic to find, linear to add.
    ///
    /// Regions added this way must not overlap one another.
    public func insert(base: UnsafeRawPointer, byteCount: Int, isWritable: Bool) {
        precondition(byteCount >= 0, "a region of \(byteCount) bytes")
        let entry = Entry(
            base: UInt64(UInt(bitPattern: base)), byteCount: UInt64(byteCount), isWritable: isWritable)
        let place = firstPosition(after: entry.base)
        if place > 0 {
            let before = inserted[place - 1].entry
            precondition(entry.base - before.base >= max(1, before.byteCount), "regions overlap")
        }
        if place < inserted.count {
            precondition(inserted[place].entry.base - entry.base >= entry.byteCount, "regions overlap")
        }
        let index = freeIndices.popLast()
        if let index { unsafe entries[Int(index)] = entry }
        inserted.insert(Inserted(entry: entry, index: index), at: place)
    }

    /// Removes the region that was added with this `base`; accesses to it fault from now on.
    public func remove(base: UnsafeRawPointer) {
        let address = UInt64(UInt(bitPattern: base))
        let place = firstPosition(after: address) - 1
        precondition(place >= 0 && inserted[place].entry.base == address, "no region was added at \(address)")
        if let index = inserted.remove(at: place).index {
            unsafe entries[Int(index)] = Entry()
            freeIndices.append(index)
        }
        if unsafe entries[Int(Self.recentIndex)].base == address {
            unsafe entries[Int(Self.recentIndex)] = Entry()
        }
    }

    /// The table entry to try first for this access from now on, or nil where no region allows the access.
    @inline(never)
    func findEntry(_ address: UInt64, _ byteCount: Int, forWriting: Bool) -> UInt8? {
        let count = UInt64(byteCount)
        for index in 0...Self.recentIndex {
            let entry = unsafe entries[Int(index)]
            if entry.holds(address, count), entry.isWritable || !forWriting { return index }
        }
        let place = firstPosition(after: address) - 1
        guard place >= 0 else { return nil }
        let region = inserted[place]
        guard region.entry.holds(address, count), region.entry.isWritable || !forWriting else { return nil }
        if let index = region.index { return index }
        unsafe entries[Int(Self.recentIndex)] = region.entry
        return Self.recentIndex
    }

    /// The position of the first added region whose base lies after `address`.
    private func firstPosition(after address: UInt64) -> Int {
        var low = 0
        var high = inserted.count
        while low < high {
            let middle = (low + high) / 2
            if inserted[middle].entry.base <= address { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
