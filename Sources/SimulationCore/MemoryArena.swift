#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The memory that BPF programs can see: packets, contexts, stacks and map values, at real addresses.
///
/// Blocks are handed out in order from a fixed base, so that even a pointer that a program stores somewhere repeats from
/// run to run. Where the base is taken by something else the arena lies elsewhere, and says so in ``isAtPreferredBase``.
/// Freed blocks go to a list of their size class, last in, first out. Memory is zeroed when handed out. One simulation,
/// one arena, one thread.
@safe public final class MemoryArena {
    /// Where the arena would like to lie: far from anything that loaders and allocators use.
    public static let preferredBase: UInt = 0x2000_0000_0000

    /// Where the arena lies.
    public let base: UnsafeMutableRawPointer
    /// Address space reserved, in bytes; pages are used only once touched.
    public let capacity: Int
    /// Whether pointer values repeat from run to run.
    public let isAtPreferredBase: Bool
    /// Bytes handed out and not yet freed, rounded up to their size classes.
    @safe @exclusivity(unchecked) public private(set) var bytesInUse = 0

    @safe @exclusivity(unchecked) private var top = 0
    /// Offsets of freed blocks by the exponent of their size class.
    @safe @exclusivity(unchecked) private var freeLists = [[Int]](repeating: [], count: Int.bitWidth)

    /// Reserves address space; stops the process where the system refuses, since nothing can run without it.
    public init(capacity: Int = 1 << 36) {
        let protection = PROT_READ | PROT_WRITE
        #if os(Linux)
            let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        #else
            let flags = MAP_PRIVATE | MAP_ANON
        #endif
        let hint = unsafe UnsafeMutableRawPointer(bitPattern: Self.preferredBase)
        // Without MAP_FIXED the kernel honours a free hint and otherwise chooses another place.
        let mapped = unsafe mmap(hint, capacity, protection, flags, -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            preconditionFailure("the system refuses to reserve \(capacity) bytes of address space")
        }
        unsafe base = mapped
        self.capacity = capacity
        isAtPreferredBase = unsafe mapped == hint
    }

    deinit { unsafe munmap(base, capacity) }

    /// A zeroed block of at least `byteCount` bytes, aligned to 64, or nil where the arena is full.
    public func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        let size = Self.sizeClass(byteCount)
        if let offset = freeLists[size.trailingZeroBitCount].popLast() {
            bytesInUse += size
            let block = unsafe base + offset
            unsafe memset(block, 0, size)
            return unsafe block
        }
        guard size <= capacity - top else { return nil }
        let block = unsafe base + top
        top += size
        bytesInUse += size
        return unsafe block
    }

    /// Gives back a block that ``allocate(_:)`` handed out for the same `byteCount`.
    public func free(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
        let size = Self.sizeClass(byteCount)
        precondition(bytesInUse >= size, "a block was given back twice")
        bytesInUse -= size
        freeLists[size.trailingZeroBitCount].append(unsafe block - UnsafeMutableRawPointer(base))
    }

    /// Powers of two from 64, so that a packet's buffer is found again whatever its exact length.
    private static func sizeClass(_ byteCount: Int) -> Int {
        var size = 64
        while size < byteCount { size <<= 1 }
        return size
    }
}
