public import SimulationCore

/// A block of packet bytes in the arena, shared by a socket buffer and its clones; the last to go frees it.
@safe public final class PacketStorage {
    public let base: UnsafeMutableRawPointer
    /// Size in bytes.
    public let capacity: Int
    private let arena: MemoryArena

    /// A zeroed block, or nil where the arena is full.
    public init?(arena: MemoryArena, capacity: Int) {
        guard let base = unsafe arena.allocate(capacity) else { return nil }
        unsafe self.base = base
        self.capacity = capacity
        self.arena = arena
    }

    deinit { unsafe arena.free(base, capacity) }
}

/// A run of bytes behind the linear part (`skb_frag_t`).
public struct PacketFragment {
    public var storage: PacketStorage
    /// First byte, from the storage's base.
    public var offset: Int
    public var length: Int

    public init(storage: PacketStorage, offset: Int, length: Int) {
        self.storage = storage
        self.offset = offset
        self.length = length
    }
}
