import LinuxABI
import SimulationCore

/// The elements of a hash map: headers with keys that programs can't reach, and values that they can, in chunks of the
/// arena that stay where they are while the map lives.
///
///     header: u32 next element, u32 hash, key
///     value:  one, or one for each CPU, each rounded up to 8 bytes
///
/// A preallocated map has one chunk for all; any other gets chunks as it fills. Elements are numbered from 1, so that
/// zeroed memory holds none.
@safe final class HashElements {
    /// No element.
    static let none: UInt32 = 0

    /// Whether all elements exist from the start (no BPF_F_NO_PREALLOC).
    let isPreallocated: Bool

    @unsafe private struct Chunk {
        let headers: UnsafeMutableRawPointer
        let values: UnsafeMutableRawPointer
    }

    private let memory: MapMemory
    private let headerStride: Int
    private let cpuStride: Int
    private let valueStride: Int
    private let isWritable: Bool
    /// A chunk holds 1 << shift elements.
    private let shift: Int
    private let chunkCapacity: Int
    private let chunks: UnsafeMutablePointer<Chunk>
    private var chunkCount = 0
    private let maximumChunks: Int
    /// Elements freed, the last one first; chained through their next field.
    private var free = HashElements.none
    /// Elements ever taken, and elements there may be.
    private var taken = 0
    private let capacity: Int

    init(_ geometry: MapGeometry, memory: MapMemory) throws(KernelErrno) {
        self.memory = memory
        isPreallocated = !geometry.flags.contains(.noPrealloc)
        isWritable = !geometry.flags.contains(.readOnlyProgram)
        headerStride = 8 + (geometry.keySize + 7) & ~7
        cpuStride = geometry.isPerCPU ? geometry.valueStride : 0
        valueStride = geometry.isPerCPU ? try geometry.valueStride.times(memory.possibleCPUs) : geometry.valueStride
        // A store that replaces takes the new element before it gives back the old one, on each CPU.
        capacity = geometry.maxEntries + (geometry.isPerCPU ? 0 : memory.possibleCPUs)
        let wanted = isPreallocated ? capacity : min(capacity, Self.chunkElements)
        shift = Int.bitWidth - (wanted - 1).leadingZeroBitCount
        chunkCapacity = wanted
        maximumChunks = (capacity - 1) >> shift + 1
        unsafe chunks = .allocate(capacity: maximumChunks)
        if isPreallocated { try addChunk() }
    }

    private static let chunkElements = 1024

    deinit {
        for index in 0..<chunkCount {
            unsafe memory.arena.free(chunks[index].headers, chunkCapacity * headerStride)
            unsafe memory.freeValues(chunks[index].values, chunkCapacity * valueStride)
        }
        unsafe chunks.deallocate()
    }

    private func addChunk() throws(KernelErrno) {
        let headerBytes = try chunkCapacity.times(headerStride)
        let headers = unsafe try memory.allocate(headerBytes)
        do throws(KernelErrno) {
            let values = unsafe try memory.allocateValues(
                try chunkCapacity.times(valueStride), isWritable: isWritable)
            unsafe (chunks + chunkCount).initialize(to: Chunk(headers: headers, values: values))
        } catch {
            unsafe memory.arena.free(headers, headerBytes)
            throw error
        }
        chunkCount += 1
    }

    /// An element that is in no chain.
    ///
    /// - Throws: `E2BIG` where all are taken, `ENOMEM` where the arena is full.
    func take() throws(KernelErrno) -> UInt32 {
        if free != Self.none {
            let element = free
            free = next(of: element)
            return element
        }
        guard taken < capacity else { throw .E2BIG }
        if taken >> shift == chunkCount { try addChunk() }
        taken += 1
        return UInt32(taken)
    }

    /// Takes back an element; its value stays as it is until ``take()`` gives it out again.
    func give(_ element: UInt32) {
        setNext(of: element, to: free)
        free = element
    }

    @inline(__always)
    private func header(of element: UInt32) -> UnsafeMutableRawPointer {
        let index = Int(element - 1)
        return unsafe chunks[index >> shift].headers + (index & (1 << shift - 1)) * headerStride
    }

    @inline(__always)
    func next(of element: UInt32) -> UInt32 { unsafe header(of: element).load(as: UInt32.self) }

    @inline(__always)
    func setNext(of element: UInt32, to next: UInt32) {
        unsafe header(of: element).storeBytes(of: next, as: UInt32.self)
    }

    @inline(__always)
    func hash(of element: UInt32) -> UInt32 { unsafe header(of: element).load(fromByteOffset: 4, as: UInt32.self) }

    @inline(__always)
    func key(of element: UInt32) -> UnsafeRawPointer { unsafe UnsafeRawPointer(header(of: element) + 8) }

    /// Whether the element's key is the one at `key`.
    @inline(__always)
    func holds(_ key: UnsafeRawPointer, _ element: UInt32, _ keySize: Int) -> Bool {
        let own = unsafe self.key(of: element)
        var index = 0
        while index + 8 <= keySize {
            guard
                unsafe own.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    == key.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            else { return false }
            index += 8
        }
        while index < keySize {
            guard
                unsafe own.load(fromByteOffset: index, as: UInt8.self)
                    == key.load(fromByteOffset: index, as: UInt8.self)
            else { return false }
            index += 1
        }
        return true
    }

    /// Writes an element's hash and key.
    func set(_ element: UInt32, key: UnsafeRawPointer, _ keySize: Int, hash: UInt32) {
        let header = unsafe header(of: element)
        unsafe header.storeBytes(of: hash, toByteOffset: 4, as: UInt32.self)
        unsafe (header + 8).copyMemory(from: key, byteCount: keySize)
    }

    @inline(__always)
    func value(of element: UInt32, cpu: Int) -> UnsafeMutableRawPointer {
        let index = Int(element - 1)
        return unsafe chunks[index >> shift].values + ((index & (1 << shift - 1)) * valueStride + cpu * cpuStride)
    }

    /// Zeroes an element's value on all CPUs.
    func clearValue(of element: UInt32) {
        unsafe value(of: element, cpu: 0).initializeMemory(as: UInt8.self, repeating: 0, count: valueStride)
    }
}
