import LinuxABI
import SimulationCore

/// BPF_MAP_TYPE_PROG_ARRAY (kernel/bpf/arraymap.c): what a tail call jumps into.
final class ProgramArrayMap: BPFMap {
    private var slots: [LoadedProgram?]

    override init(_ geometry: MapGeometry, id: UInt32, memory: MapMemory) throws(KernelErrno) {
        // One machine word for each slot, as in the kernel: more than the arena has is more than there is.
        guard try geometry.maxEntries.times(8) <= memory.arena.capacity else { throw .ENOMEM }
        slots = []
        try super.init(geometry, id: id, memory: memory)
    }

    /// Descriptors that are open on it (`usercnt`).
    private var users = 1

    /// A descriptor was closed: with the last one all slots become empty, whatever still refers to the map
    /// (`bpf_map_put_uref`), so that a program and the array it stands in don't keep each other alive.
    func dropUser() {
        users -= 1
        if users == 0 { slots = [] }
    }

    /// The program at `index`; nil for an empty slot or an index beyond the end.
    func program(at index: UInt32) -> LoadedProgram? {
        Int(index) < slots.count ? slots[Int(index)] : nil
    }

    /// Puts a program into the slot (`bpf_fd_array_map_update_elem`): `find` is asked for it once flags and index are right.
    func set(
        _ key: UnsafeRawPointer, flags: UInt64, find: () throws(KernelErrno) -> LoadedProgram
    ) throws(KernelErrno) {
        guard flags == MapUpdateMode.any.rawValue else { throw .EINVAL }
        let index = unsafe Int(key.loadUnaligned(as: UInt32.self))
        guard index < geometry.maxEntries else { throw .E2BIG }
        let program = try find()
        if index >= slots.count { slots += [LoadedProgram?](repeating: nil, count: index + 1 - slots.count) }
        slots[index] = program
    }

    override func delete(_ key: UnsafeRawPointer) throws(KernelErrno) {
        let index = unsafe key.loadUnaligned(as: UInt32.self)
        guard index < geometry.maxEntries else { throw .E2BIG }
        guard program(at: index) != nil else { throw .ENOENT }
        slots[Int(index)] = nil
    }

    override func copyValue(_ key: UnsafeRawPointer, to target: UnsafeMutableRawPointer) throws(KernelErrno) {
        guard let program = unsafe program(at: key.loadUnaligned(as: UInt32.self)) else { throw .ENOENT }
        unsafe target.storeBytes(of: program.id, as: UInt32.self)
    }

    override func nextKey(
        after key: UnsafeRawPointer?, to target: UnsafeMutableRawPointer
    ) throws(KernelErrno) {
        unsafe try ArrayMap.nextIndex(after: key, count: UInt32(geometry.maxEntries), to: target)
    }
}
