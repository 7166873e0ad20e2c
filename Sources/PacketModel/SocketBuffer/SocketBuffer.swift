public import SimulationCore

/// A packet with its metadata, as the kernel's `struct sk_buff`.
///
///     head        data                tail         end
///      |<headroom>|<---- linear ------>|<-tailroom->|   + fragments
///
/// The metadata that BPF programs reach lies in a native block in the arena, laid out by ``SocketBufferLayout``; what
/// only the network model needs are Swift properties. Packets belong to one simulation and one thread.
@safe public final class SocketBuffer {
    /// The native metadata block, ``SocketBufferLayout/byteCount`` bytes; its address is a program's R1.
    public let native: UnsafeMutableRawPointer
    public let arena: MemoryArena
    /// The linear buffer; shared with clones.
    // Nothing here is accessed twice at once: packets belong to one thread, and accesses are single loads and stores.
    @safe @exclusivity(unchecked) public internal(set) var storage: PacketStorage
    /// Bytes behind the linear part, in order.
    @safe @exclusivity(unchecked) public internal(set) var fragments: [PacketFragment] = []
    /// What the packet counts for in a socket's memory, in bytes (`truesize`).
    @inlinable public var trueSize: Int { size }
    // Other modules would check their accesses to a stored property all the same; what they inline is not checked.
    @usableFromInline @safe @exclusivity(unchecked) var size: Int
    /// Bytes of the linear buffer as the kernel's allocator rounds them up (`skb_end_offset`).
    @safe @exclusivity(unchecked) var headSize: Int
    /// The number that traces know the packet by.
    public let number: PacketNumber
    /// The sending socket, kept until the packet is orphaned (`skb->sk`).
    @inlinable public var socket: (any SocketBufferOwner)? {
        get { owner }
        set { owner = newValue }
    }
    @usableFromInline @safe @exclusivity(unchecked) var owner: (any SocketBufferOwner)?
    /// The route taken (`skb_dst`), known to the network model alone.
    @inlinable public var destination: AnyObject? {
        get { route }
        set { route = newValue }
    }
    @usableFromInline @safe @exclusivity(unchecked) var route: AnyObject?
    /// The device that the packet is at (`skb->dev`), known to the network model alone; ``setDevice(_:native:)``.
    @inlinable public var device: AnyObject? { place }
    @usableFromInline @safe @exclusivity(unchecked) var place: AnyObject?

    /// An empty packet with room for `capacity` bytes, all of it tailroom; nil where the arena is full.
    public init?(arena: MemoryArena, capacity: Int, number: PacketNumber) {
        guard let storage = PacketStorage(arena: arena, capacity: capacity) else { return nil }
        guard let native = unsafe arena.allocate(SocketBufferLayout.byteCount) else { return nil }
        self.arena = arena
        self.storage = storage
        headSize = Self.headSize(capacity: capacity)
        size = headSize + Self.overhead
        unsafe self.native = native
        self.number = number
        unsafe set(UInt64(UInt(bitPattern: storage.base)), at: SocketBufferLayout.head)
        unsafe set(UInt64(UInt(bitPattern: storage.base)), at: SocketBufferLayout.data)
        set(UInt32(capacity), at: SocketBufferLayout.end)
        set(UInt16.max, at: SocketBufferLayout.macHeader)
        set(UInt16.max, at: SocketBufferLayout.transportHeader)
    }

    deinit {
        owner?.release(self)
        unsafe arena.free(native, SocketBufferLayout.byteCount)
    }

    /// Reads a field of the native block.
    @inline(__always) public func get<T: BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
        unsafe native.load(fromByteOffset: offset, as: type)
    }

    /// Writes a field of the native block.
    @inline(__always) public func set<T: BitwiseCopyable>(_ value: T, at offset: Int) {
        unsafe native.storeBytes(of: value, toByteOffset: offset, as: T.self)
    }

    /// Puts the packet at a device; `native` is the address of its native block, whose first u32 is the ifindex.
    public func setDevice(_ device: AnyObject?, native address: UInt64) {
        place = device
        set(address, at: SocketBufferLayout.device)
    }

    /// What the kernel allocates for a linear buffer of `capacity` bytes: with `struct skb_shared_info` behind it, it is
    /// rounded up as the allocator does (`kmalloc_reserve`, x86-64).
    static func headSize(capacity: Int) -> Int {
        let head = (capacity + 63) & ~63 + sharedInfo
        var size = smallHead
        if head > smallHead {
            size = 1024
            while size < head { size <<= 1 }
        }
        return size - sharedInfo
    }

    private static let sharedInfo = 320
    /// What a packet counts for beside its linear buffer: `struct skb_shared_info` and `struct sk_buff`.
    private static let overhead = sharedInfo + 256

    /// SKB_SMALL_HEAD_CACHE_SIZE.
    private static let smallHead = 640

    /// Whether a clone shares the linear bytes (`skb_cloned`).
    public var isCloned: Bool { !isKnownUniquelyReferenced(&storage) }

    /// Lets go of the sender's socket (`skb_orphan`).
    public func orphan() {
        owner?.release(self)
        owner = nil
        set(UInt64(0), at: SocketBufferLayout.socket)
    }

    /// A second packet with the same bytes and metadata and its own number; it has no socket (`skb_clone`).
    public func clone(number: PacketNumber) -> SocketBuffer? {
        SocketBuffer(cloning: self, number: number)
    }

    private init?(cloning other: SocketBuffer, number: PacketNumber) {
        guard let native = unsafe other.arena.allocate(SocketBufferLayout.byteCount) else { return nil }
        unsafe native.copyMemory(from: other.native, byteCount: SocketBufferLayout.byteCount)
        unsafe self.native = native
        arena = other.arena
        storage = other.storage
        size = other.size
        headSize = other.headSize
        fragments = other.fragments
        route = other.route
        place = other.place
        self.number = number
        set(UInt64(0), at: SocketBufferLayout.socket)
    }
}

/// A socket that is charged for the packets it sent until they are orphaned (`skb->destructor`, `sock_wfree`).
public protocol SocketBufferOwner: AnyObject {
    /// Takes back what `packet` was charged with.
    func release(_ packet: SocketBuffer)

    /// Takes on `byteCount` more for a packet that it is already charged for.
    func charge(more byteCount: Int)
}
