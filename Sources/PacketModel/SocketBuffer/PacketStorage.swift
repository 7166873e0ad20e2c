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

/// What a packet holds at one moment, shared with it as with a clone: who writes to the packet later copies it first.
public struct PacketContent {
    fileprivate let linear: PacketFragment
    fileprivate let fragments: [PacketFragment]

    /// All bytes, fragments included.
    public var bytes: [UInt8] {
        let count = fragments.reduce(linear.length) { $0 + $1.length }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            for fragment in [linear] + fragments {
                let source = unsafe UnsafeRawBufferPointer(
                    start: fragment.storage.base + fragment.offset, count: fragment.length)
                unsafe UnsafeMutableRawBufferPointer(buffer)[filled...].copyBytes(from: source)
                filled += fragment.length
            }
        }
    }
}

extension SocketBuffer {
    /// What the packet holds now.
    public var content: PacketContent {
        PacketContent(
            linear: PacketFragment(storage: storage, offset: headroom, length: linearLength), fragments: fragments)
    }
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
