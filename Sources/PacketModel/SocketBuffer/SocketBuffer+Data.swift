extension SocketBuffer {
    /// The packet's first byte (`skb->data`).
    @inline(__always) public var data: UnsafeMutableRawPointer {
        let address = UInt(get(UInt64.self, at: SocketBufferLayout.data))
        // The address is that of our own storage, hence never null.
        return unsafe UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
    }

    /// The linear part.
    public var linearBytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: data, count: linearLength)
    }

    /// Moves the empty packet's start `count` bytes into the buffer (`skb_reserve`).
    public func reserve(_ count: Int) {
        precondition(length == 0 && count <= tailroom, "reserve: \(count) bytes of \(tailroom)")
        moveData(by: count)
        set(get(UInt32.self, at: SocketBufferLayout.tail) + UInt32(count), at: SocketBufferLayout.tail)
    }

    /// Lengthens the linear part by `count` bytes at its end; they hold what lay there (`skb_put`).
    public func put(_ count: Int) {
        precondition(count >= 0 && count <= tailroom, "put: \(count) bytes, \(tailroom) of room")
        set(get(UInt32.self, at: SocketBufferLayout.tail) + UInt32(count), at: SocketBufferLayout.tail)
        changeLength(by: count)
    }

    /// Appends bytes to the linear part.
    public func append(_ bytes: some Collection<UInt8>) {
        let start = linearLength
        put(bytes.count)
        let target = unsafe UnsafeMutableRawBufferPointer(start: data + start, count: bytes.count)
        unsafe target.copyBytes(from: bytes)
    }

    /// Lengthens the packet by `count` bytes at its front; they hold what lay there (`skb_push`).
    public func push(_ count: Int) {
        precondition(count >= 0 && count <= headroom, "push: \(count) bytes, \(headroom) of room")
        moveData(by: -count)
        changeLength(by: count)
    }

    /// Takes `count` bytes off the front; false, and nothing done, where the linear part is shorter (`skb_pull`).
    @discardableResult
    public func pull(_ count: Int) -> Bool {
        guard count >= 0, count <= linearLength else { return false }
        moveData(by: count)
        changeLength(by: -count)
        return true
    }

    /// Shortens the packet to `newLength`, fragments first (`pskb_trim`).
    public func trim(to newLength: Int) {
        precondition(newLength >= 0)
        guard newLength < length else { return }
        var excess = length - newLength
        while excess > 0, let last = fragments.last {
            let cut = min(excess, last.length)
            if cut == last.length { fragments.removeLast() } else { fragments[fragments.count - 1].length -= cut }
            set(get(UInt32.self, at: SocketBufferLayout.dataLength) - UInt32(cut), at: SocketBufferLayout.dataLength)
            changeLength(by: -cut)
            excess -= cut
        }
        if excess > 0 {
            set(get(UInt32.self, at: SocketBufferLayout.tail) - UInt32(excess), at: SocketBufferLayout.tail)
            changeLength(by: -excess)
        }
    }

    /// Appends a fragment (`skb_add_rx_frag`).
    public func append(_ fragment: PacketFragment) {
        fragments.append(fragment)
        size += fragment.length
        set(UInt32(dataLength + fragment.length), at: SocketBufferLayout.dataLength)
        changeLength(by: fragment.length)
    }

    /// Makes at least `count` bytes linear, moving them out of the fragments; false where the packet is shorter, or the
    /// arena is full (`pskb_may_pull`). Packet pointers may move.
    public func pullLinear(_ count: Int) -> Bool {
        if count <= linearLength { return true }
        guard count <= length else { return false }
        let missing = count - linearLength
        let room =
            Int(get(UInt32.self, at: SocketBufferLayout.end)) - Int(get(UInt32.self, at: SocketBufferLayout.tail))
        if isCloned || room < missing {
            guard expand(headroom: 0, tailroom: max(0, missing - room)) else { return false }
        }
        unsafe copyFromFragments(count: missing, to: data + linearLength)
        dropFromFragments(missing)
        set(get(UInt32.self, at: SocketBufferLayout.tail) + UInt32(missing), at: SocketBufferLayout.tail)
        set(UInt32(dataLength - missing), at: SocketBufferLayout.dataLength)
        return true
    }

    /// Makes the first `count` bytes linear and private to this packet; false where that cannot be
    /// (`skb_ensure_writable`).
    public func ensureWritable(_ count: Int) -> Bool {
        guard pullLinear(count) else { return false }
        return isCloned ? expand(headroom: 0, tailroom: 0) : true
    }

    /// Gives the packet a linear buffer of its own with that much more room at both ends (`pskb_expand_head`).
    public func expand(headroom moreHeadroom: Int, tailroom moreTailroom: Int) -> Bool {
        let oldHeadroom = headroom
        let oldEnd = Int(get(UInt32.self, at: SocketBufferLayout.end))
        let linear = linearLength
        guard let fresh = PacketStorage(arena: arena, capacity: oldEnd + moreHeadroom + moreTailroom) else {
            return false
        }
        unsafe (fresh.base + moreHeadroom).copyMemory(from: storage.base, byteCount: oldHeadroom + linear)
        storage = fresh
        let grown = Self.headSize(capacity: headSize + moreHeadroom + moreTailroom)
        // A socket stays charged with what it was charged with.
        if owner == nil { size += grown - headSize }
        headSize = grown
        let base = unsafe UInt64(UInt(bitPattern: fresh.base))
        set(base, at: SocketBufferLayout.head)
        set(base + UInt64(oldHeadroom + moreHeadroom), at: SocketBufferLayout.data)
        set(UInt32(oldHeadroom + moreHeadroom + linear), at: SocketBufferLayout.tail)
        set(UInt32(oldEnd + moreHeadroom + moreTailroom), at: SocketBufferLayout.end)
        for field in [
            SocketBufferLayout.macHeader, SocketBufferLayout.networkHeader, SocketBufferLayout.transportHeader,
        ] {
            let offset = get(UInt16.self, at: field)
            if offset != .max { set(offset &+ UInt16(moreHeadroom), at: field) }
        }
        if checksumState == .partial { checksumStart += moreHeadroom }
        return true
    }

    /// At least `room` bytes of headroom; the socket pays for what the buffer grows by (`skb_expand_head`). False, and
    /// nothing done, where memory is full.
    public func reserveHeadroom(_ room: Int) -> Bool {
        if headroom >= room { return true }
        let before = headSize
        guard expand(headroom: (room - headroom + 63) & ~63, tailroom: 0) else { return false }
        if let owner {
            size += headSize - before
            owner.charge(more: headSize - before)
        }
        return true
    }

    /// Copies `count` bytes from `offset` to `target`, fragments included; false, and nothing done, where the packet does
    /// not hold them (`skb_copy_bits`).
    public func copyBytes(from offset: Int, count: Int, to target: UnsafeMutableRawPointer) -> Bool {
        guard offset >= 0, count >= 0, count <= length - offset else { return false }
        let fromLinear = max(0, min(count, linearLength - offset))
        if fromLinear > 0 { unsafe target.copyMemory(from: data + offset, byteCount: fromLinear) }
        if count > fromLinear {
            unsafe copyFromFragments(
                skipping: max(0, offset - linearLength), count: count - fromLinear, to: target + fromLinear)
        }
        return true
    }

    /// All bytes of the packet, fragments included.
    public var bytes: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            if let target = UnsafeMutableRawPointer(buffer.baseAddress) {
                _ = unsafe copyBytes(from: 0, count: length, to: target)
            }
            count = length
        }
    }

    /// Writes `bytes` at `offset` after making them writable; false where the packet does not hold them.
    public func storeBytes(_ source: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard offset >= 0, ensureWritable(offset + source.count) else { return false }
        if let start = source.baseAddress { unsafe (data + offset).copyMemory(from: start, byteCount: source.count) }
        return true
    }

    private func moveData(by count: Int) {
        set(
            get(UInt64.self, at: SocketBufferLayout.data) &+ UInt64(bitPattern: Int64(count)),
            at: SocketBufferLayout.data)
    }

    private func changeLength(by count: Int) {
        set(UInt32(length + count), at: SocketBufferLayout.length)
    }

    private func copyFromFragments(skipping: Int = 0, count: Int, to target: UnsafeMutableRawPointer) {
        var skip = skipping
        var copied = 0
        for fragment in fragments where copied < count {
            if skip >= fragment.length {
                skip -= fragment.length
                continue
            }
            let part = min(count - copied, fragment.length - skip)
            unsafe (target + copied).copyMemory(from: fragment.storage.base + fragment.offset + skip, byteCount: part)
            copied += part
            skip = 0
        }
    }

    private func dropFromFragments(_ count: Int) {
        var left = count
        while left > 0 {
            let part = min(left, fragments[0].length)
            if part == fragments[0].length {
                fragments.removeFirst()
            } else {
                fragments[0].offset += part
                fragments[0].length -= part
            }
            left -= part
        }
    }
}
