extension SocketBuffer {
    /// A packet with this one's metadata, its first `headerLength` bytes, and `count` bytes from `offset` on (one round of
    /// `skb_segment`).
    ///
    /// Headers are copied; of the rest, what is linear here is copied too, and fragments are shared, unless `scatters` is
    /// false, when all is copied. It has no socket and stands for itself alone (no GSO). Nil where the arena is full, or
    /// where this packet does not hold those bytes, the headers in its linear part.
    public func segment(
        headerLength: Int, offset: Int, count: Int, scatters: Bool, number: PacketNumber
    ) -> SocketBuffer? {
        guard headerLength >= 0, headerLength <= linearLength, offset >= 0, count >= 0, count <= length - offset else {
            return nil
        }
        let linear = max(0, linearLength - offset)
        let copied = linear > count || !scatters ? count : linear
        guard
            let segment = SocketBuffer(
                arena: arena, capacity: headroom + headerLength + copied, number: number)
        else { return nil }
        segment.copyMetadata(of: self)
        segment.reserve(headroom)
        segment.put(headerLength + copied)
        unsafe segment.data.copyMemory(from: data, byteCount: headerLength)
        guard unsafe copyBytes(from: offset, count: copied, to: segment.data + headerLength) else { return nil }
        segment.shareFragments(of: self, from: offset + copied - linearLength, count: count - copied)
        return segment
    }

    /// Takes over all but the buffer's own place and lengths, the socket, and what makes a packet stand for several.
    private func copyMetadata(of other: SocketBuffer) {
        let start = SocketBufferLayout.device
        unsafe (native + start).copyMemory(
            from: other.native + start, byteCount: SocketBufferLayout.byteCount - start)
        set(UInt64(0), at: SocketBufferLayout.socket)
        gsoSize = 0
        gsoSegments = 0
        gsoType = 0
        destination = other.destination
        setDevice(other.device, native: other.get(UInt64.self, at: SocketBufferLayout.device))
    }

    /// Appends `count` bytes of another packet's fragments, from their `start`th byte on, without copying them.
    private func shareFragments(of other: SocketBuffer, from start: Int, count: Int) {
        var skip = start
        var left = count
        for fragment in other.fragments where left > 0 {
            if skip >= fragment.length {
                skip -= fragment.length
                continue
            }
            let part = min(left, fragment.length - skip)
            append(PacketFragment(storage: fragment.storage, offset: fragment.offset + skip, length: part))
            left -= part
            skip = 0
        }
    }
}
