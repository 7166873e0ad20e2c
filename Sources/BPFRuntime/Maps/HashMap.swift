import LinuxABI
import SimulationCore

/// BPF_MAP_TYPE_HASH and BPF_MAP_TYPE_PERCPU_HASH (kernel/bpf/hashtab.c).
///
/// Buckets are chains of elements, the newest first. As in the kernel a store over an existing key of a plain hash puts a
/// *new* element in its place, so that a pointer to the old value keeps showing the old bytes; a per-CPU hash stores in
/// place. A deleted element's value stays where it is until the element is used again, last freed first.
@safe final class HashMap: BPFMap {
    private let elements: HashElements
    /// u32 for each bucket: its first element.
    private let buckets: UnsafeMutablePointer<UInt32>
    private let bucketCount: Int
    private let seed: UInt32
    /// Elements held back so that a store over an existing key succeeds in a full map, one for each CPU (`extra_elems`).
    private var spares: [UInt32] = []
    private var count = 0

    override init(_ geometry: MapGeometry, id: UInt32, memory: MapMemory) throws(KernelErrno) {
        bucketCount = Int(UInt32(geometry.maxEntries).roundedUpToPowerOfTwo)
        seed = geometry.flags.contains(.zeroSeed) ? 0 : memory.nextSeed()
        let bucketBytes = bucketCount * MemoryLayout<UInt32>.stride
        let block = unsafe try memory.allocate(bucketBytes)
        unsafe buckets = block.bindMemory(to: UInt32.self, capacity: bucketCount)
        do throws(KernelErrno) {
            elements = try HashElements(geometry, memory: memory)
            if elements.isPreallocated, !geometry.isPerCPU {
                for _ in 0..<memory.possibleCPUs { spares.append(try elements.take()) }
            }
            try super.init(geometry, id: id, memory: memory)
        } catch {
            unsafe memory.arena.free(block, bucketBytes)
            throw error
        }
    }

    deinit { unsafe memory.arena.free(UnsafeMutableRawPointer(buckets), bucketCount * MemoryLayout<UInt32>.stride) }

    override func lookup(_ key: UnsafeRawPointer, cpu: Int) -> UnsafeMutableRawPointer? {
        let hash = unsafe JenkinsHash.hash(key, count: keySize, seed: seed)
        let element = unsafe find(key, hash: hash)
        guard element != HashElements.none else { return nil }
        return unsafe elements.value(of: element, cpu: cpu)
    }

    override func update(
        _ key: UnsafeRawPointer, _ value: UnsafeRawPointer, flags: UInt64, cpu: Int
    ) throws(KernelErrno) {
        unsafe try store(key, value, flags: flags, cpu: cpu, isForAllCPUs: false)
    }

    override func updateAll(
        _ key: UnsafeRawPointer, _ value: UnsafeRawPointer, flags: UInt64
    ) throws(KernelErrno) {
        unsafe try store(key, value, flags: flags, cpu: 0, isForAllCPUs: true)
    }

    override func delete(_ key: UnsafeRawPointer) throws(KernelErrno) {
        let hash = unsafe JenkinsHash.hash(key, count: keySize, seed: seed)
        let element = unsafe find(key, hash: hash)
        guard element != HashElements.none else { throw .ENOENT }
        unlink(element, hash: hash)
        elements.give(element)
        count -= 1
    }

    override func copyValue(_ key: UnsafeRawPointer, to target: UnsafeMutableRawPointer) throws(KernelErrno) {
        let hash = unsafe JenkinsHash.hash(key, count: keySize, seed: seed)
        let element = unsafe find(key, hash: hash)
        guard element != HashElements.none else { throw .ENOENT }
        guard isPerCPU else {
            unsafe target.copyMemory(from: elements.value(of: element, cpu: 0), byteCount: valueSize)
            return
        }
        let stride = geometry.valueStride
        for cpu in 0..<memory.possibleCPUs {
            unsafe (target + cpu * stride).copyMemory(from: elements.value(of: element, cpu: cpu), byteCount: stride)
        }
    }

    /// Keys come bucket by bucket; a key that isn't there starts again at the first (`htab_map_get_next_key`).
    override func nextKey(
        after key: UnsafeRawPointer?, to target: UnsafeMutableRawPointer
    ) throws(KernelErrno) {
        var bucket = 0
        if let key = unsafe key {
            let hash = unsafe JenkinsHash.hash(key, count: keySize, seed: seed)
            let element = unsafe find(key, hash: hash)
            if element != HashElements.none {
                let next = elements.next(of: element)
                if next != HashElements.none {
                    unsafe target.copyMemory(from: elements.key(of: next), byteCount: keySize)
                    return
                }
                bucket = self.bucket(of: hash) + 1
            }
        }
        while bucket < bucketCount {
            let first = unsafe buckets[bucket]
            if first != HashElements.none {
                unsafe target.copyMemory(from: elements.key(of: first), byteCount: keySize)
                return
            }
            bucket += 1
        }
        throw .ENOENT
    }

    @inline(__always)
    private func bucket(of hash: UInt32) -> Int { Int(hash) & (bucketCount - 1) }

    @inline(__always)
    private func find(_ key: UnsafeRawPointer, hash: UInt32) -> UInt32 {
        var element = unsafe buckets[bucket(of: hash)]
        while element != HashElements.none {
            if elements.hash(of: element) == hash, unsafe elements.holds(key, element, keySize) { break }
            element = elements.next(of: element)
        }
        return element
    }

    private func store(
        _ key: UnsafeRawPointer, _ value: UnsafeRawPointer, flags: UInt64, cpu: Int, isForAllCPUs: Bool
    ) throws(KernelErrno) {
        let mode = try MapUpdateMode(checking: flags)
        let hash = unsafe JenkinsHash.hash(key, count: keySize, seed: seed)
        let old = unsafe find(key, hash: hash)
        let isThere = old != HashElements.none
        if isThere, mode == .createOnly { throw .EEXIST }
        if !isThere, mode == .replaceOnly { throw .ENOENT }
        if isPerCPU, isThere {
            unsafe copyPerCPU(value, to: old, cpu: cpu, isForAllCPUs: isForAllCPUs)
            return
        }
        let fresh = try newElement(replacing: isThere ? old : nil, cpu: cpu)
        unsafe elements.set(fresh, key: key, keySize, hash: hash)
        if isPerCPU {
            // The value of an element that was used before still stands in it.
            elements.clearValue(of: fresh)
            unsafe copyPerCPU(value, to: fresh, cpu: cpu, isForAllCPUs: isForAllCPUs)
        } else {
            unsafe elements.value(of: fresh, cpu: 0).copyMemory(from: value, byteCount: valueSize)
        }
        let bucket = bucket(of: hash)
        if isThere { unlink(old, hash: hash) }
        elements.setNext(of: fresh, to: unsafe buckets[bucket])
        unsafe buckets[bucket] = fresh
        if isThere {
            if !elements.isPreallocated { elements.give(old) }
        } else {
            count += 1
        }
    }

    /// An element for a new value (`alloc_htab_elem`): of a preallocated map the CPU's spare, which the old one becomes.
    private func newElement(replacing old: UInt32?, cpu: Int) throws(KernelErrno) -> UInt32 {
        if let old, elements.isPreallocated {
            let fresh = spares[cpu]
            spares[cpu] = old
            return fresh
        }
        if old == nil, count >= geometry.maxEntries { throw .E2BIG }
        return try elements.take()
    }

    private func copyPerCPU(_ value: UnsafeRawPointer, to element: UInt32, cpu: Int, isForAllCPUs: Bool) {
        guard isForAllCPUs else {
            unsafe elements.value(of: element, cpu: cpu).copyMemory(from: value, byteCount: valueSize)
            return
        }
        let stride = geometry.valueStride
        for cpu in 0..<memory.possibleCPUs {
            unsafe elements.value(of: element, cpu: cpu).copyMemory(from: value + cpu * stride, byteCount: stride)
        }
    }

    private func unlink(_ element: UInt32, hash: UInt32) {
        let bucket = bucket(of: hash)
        var previous = unsafe buckets[bucket]
        if previous == element {
            unsafe buckets[bucket] = elements.next(of: element)
            return
        }
        while elements.next(of: previous) != element { previous = elements.next(of: previous) }
        elements.setNext(of: previous, to: elements.next(of: element))
    }
}
