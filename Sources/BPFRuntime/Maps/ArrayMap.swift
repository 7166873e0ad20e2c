import LinuxABI
import SimulationCore

/// BPF_MAP_TYPE_ARRAY and BPF_MAP_TYPE_PERCPU_ARRAY (kernel/bpf/arraymap.c): all elements exist from the start.
///
///     array:          value 0, value 1, …
///     per-CPU array:  CPU 0: value 0, value 1, …  CPU 1: value 0, …
@safe final class ArrayMap: BPFMap {
    /// The first value; the others follow at ``MapGeometry/valueStride``.
    let values: UnsafeMutableRawPointer
    private let stride: Int
    private let count: UInt32
    /// From one CPU's value to the next one's; 0 where all share.
    private let cpuStride: Int
    private let byteCount: Int

    override init(_ geometry: MapGeometry, id: UInt32, memory: MapMemory) throws(KernelErrno) {
        stride = geometry.valueStride
        count = UInt32(geometry.maxEntries)
        let oneCPU = try geometry.maxEntries.times(stride)
        cpuStride = geometry.isPerCPU ? oneCPU : 0
        let byteCount = geometry.isPerCPU ? try oneCPU.times(memory.possibleCPUs) : oneCPU
        let values = unsafe try memory.allocateValues(
            byteCount, isWritable: !geometry.flags.contains(.readOnlyProgram))
        self.byteCount = byteCount
        unsafe self.values = values
        do throws(KernelErrno) {
            try super.init(geometry, id: id, memory: memory)
        } catch {
            unsafe memory.freeValues(values, byteCount)
            throw error
        }
    }

    deinit { unsafe memory.freeValues(values, byteCount) }

    @inline(__always)
    private func value(at index: UInt32, cpu: Int) -> UnsafeMutableRawPointer {
        unsafe values + (Int(index) * stride + cpu * cpuStride)
    }

    override func lookup(_ key: UnsafeRawPointer, cpu: Int) -> UnsafeMutableRawPointer? {
        let index = unsafe key.loadUnaligned(as: UInt32.self)
        return index < count ? unsafe value(at: index, cpu: cpu) : nil
    }

    override func update(
        _ key: UnsafeRawPointer, _ value: UnsafeRawPointer, flags: UInt64, cpu: Int
    ) throws(KernelErrno) {
        let index = unsafe try checkedIndex(key, flags: flags)
        unsafe self.value(at: index, cpu: cpu).copyMemory(from: value, byteCount: valueSize)
    }

    override func delete(_ key: UnsafeRawPointer) throws(KernelErrno) { throw .EINVAL }

    override func copyValue(_ key: UnsafeRawPointer, to target: UnsafeMutableRawPointer) throws(KernelErrno) {
        let index = unsafe key.loadUnaligned(as: UInt32.self)
        guard index < count else { throw .ENOENT }
        guard isPerCPU else {
            unsafe target.copyMemory(from: value(at: index, cpu: 0), byteCount: valueSize)
            return
        }
        for cpu in 0..<memory.possibleCPUs {
            unsafe (target + cpu * stride).copyMemory(from: value(at: index, cpu: cpu), byteCount: stride)
        }
    }

    override func updateAll(
        _ key: UnsafeRawPointer, _ value: UnsafeRawPointer, flags: UInt64
    ) throws(KernelErrno) {
        let index = unsafe try checkedIndex(key, flags: flags)
        guard isPerCPU else {
            unsafe self.value(at: index, cpu: 0).copyMemory(from: value, byteCount: valueSize)
            return
        }
        for cpu in 0..<memory.possibleCPUs {
            unsafe self.value(at: index, cpu: cpu).copyMemory(from: value + cpu * stride, byteCount: stride)
        }
    }

    override func nextKey(
        after key: UnsafeRawPointer?, to target: UnsafeMutableRawPointer
    ) throws(KernelErrno) {
        unsafe try Self.nextIndex(after: key, count: count, to: target)
    }

    /// The index that a store goes to. The bounds come before BPF_NOEXIST, which no array can do, and that before BPF_F_LOCK,
    /// which needs a spin lock in the value.
    private func checkedIndex(_ key: UnsafeRawPointer, flags: UInt64) throws(KernelErrno) -> UInt32 {
        let mode = try MapUpdateMode(checking: flags & ~MapUpdateMode.lockFlag)
        let index = unsafe key.loadUnaligned(as: UInt32.self)
        guard index < count else { throw .E2BIG }
        guard mode != .createOnly else { throw .EEXIST }
        guard flags & MapUpdateMode.lockFlag == 0 else { throw .EINVAL }
        return index
    }

    /// The index after the one at `key`: 0 where there is none or it lies beyond the end (`array_map_get_next_key`).
    static func nextIndex(
        after key: UnsafeRawPointer?, count: UInt32, to target: UnsafeMutableRawPointer
    ) throws(KernelErrno) {
        let index = unsafe key.map { unsafe $0.loadUnaligned(as: UInt32.self) } ?? .max
        guard index != count - 1 else { throw .ENOENT }
        unsafe target.storeBytes(of: index >= count ? 0 : index + 1, as: UInt32.self)
    }
}
