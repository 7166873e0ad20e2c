/// A packet's bytes as a clone of it has them: the buffer is shared, and what is written into it without a copy of its own
/// shows here too (`skb_clone`). While this is held, the packet counts as cloned.
public struct SharedPacketBytes {
    private let storage: PacketStorage
    /// First byte, from the storage's base.
    private let offset: Int
    private let linearLength: Int
    private let fragments: [PacketFragment]

    /// The packet's bytes, and `preceding` ones of its headroom before them.
    public init(_ packet: SocketBuffer, preceding: Int = 0) {
        precondition(preceding >= 0 && preceding <= packet.headroom)
        storage = packet.storage
        offset = packet.headroom - preceding
        linearLength = packet.linearLength + preceding
        fragments = packet.fragments
    }

    /// Bytes in all.
    public var count: Int { fragments.reduce(linearLength) { $0 + $1.length } }

    /// What the buffer holds now.
    public var bytes: [UInt8] {
        var bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: storage.base + offset, count: linearLength))
        for fragment in fragments {
            unsafe bytes += UnsafeRawBufferPointer(
                start: fragment.storage.base + fragment.offset, count: fragment.length)
        }
        return bytes
    }
}
