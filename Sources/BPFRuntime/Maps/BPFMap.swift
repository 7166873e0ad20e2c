import LinuxABI
import SimulationCore

/// A map (`struct bpf_map`): what programs and the control interface share.
///
/// A program knows it by the address of its native block in the arena. Keys and values that come through pointers are of
/// the map's own sizes; that they may be read is the caller's business.
@safe public class BPFMap {
    /// The attributes that it was created with.
    public let geometry: MapGeometry
    /// BPF_OBJ_GET_INFO_BY_FD's id.
    public let id: UInt32
    /// Whether BPF_MAP_FREEZE has closed it to the control interface's writes.
    public internal(set) var isFrozen = false

    /// The geometry's figures again: reading them through it would copy the name with them.
    final let keySize: Int
    final let valueSize: Int
    final let isPerCPU: Bool
    /// The address of the native block: what a program's `LDDW` loads.
    public let address: UInt64
    let memory: MapMemory
    private let native: UnsafeMutableRawPointer
    private var index: UInt32 = 0

    /// The native block's bytes: a u32 index into ``MapMemory``'s table.
    static let nativeByteCount = 64

    init(_ geometry: MapGeometry, id: UInt32, memory: MapMemory) throws(KernelErrno) {
        self.geometry = geometry
        keySize = geometry.keySize
        valueSize = geometry.valueSize
        isPerCPU = geometry.isPerCPU
        self.id = id
        self.memory = memory
        unsafe native = try memory.allocate(Self.nativeByteCount)
        address = unsafe UInt64(UInt(bitPattern: native))
        index = memory.add(self)
        unsafe native.storeBytes(of: index, as: UInt32.self)
    }

    deinit {
        memory.remove(at: index)
        unsafe memory.arena.free(native, Self.nativeByteCount)
    }

    // MARK: Programs

    /// Where the value at `key` is for a program on `cpu`; nil where there is none (`map_lookup_elem`).
    func lookup(_ key: UnsafeRawPointer, cpu: Int) -> UnsafeMutableRawPointer? { nil }

    /// Stores a value for a program on `cpu` (`map_update_elem`).
    func update(_ key: UnsafeRawPointer, _ value: UnsafeRawPointer, flags: UInt64, cpu: Int) throws(KernelErrno) {
        throw .ENOTSUPP
    }

    /// Removes a key (`map_delete_elem`).
    func delete(_ key: UnsafeRawPointer) throws(KernelErrno) { throw .ENOTSUPP }

    // MARK: The control interface

    /// Bytes that the control interface exchanges for one value (`bpf_map_value_size`).
    final var exchangedValueSize: Int {
        isPerCPU ? geometry.valueStride * memory.possibleCPUs : valueSize
    }

    /// Copies the value at `key` to `target` (`bpf_map_copy_value`).
    func copyValue(_ key: UnsafeRawPointer, to target: UnsafeMutableRawPointer) throws(KernelErrno) {
        throw .ENOTSUPP
    }

    /// Stores a value, of per-CPU maps all CPUs' (`bpf_map_update_value`).
    func updateAll(_ key: UnsafeRawPointer, _ value: UnsafeRawPointer, flags: UInt64) throws(KernelErrno) {
        throw .ENOTSUPP
    }

    /// Writes the key after `key`, the first one for nil, to `target` (`map_get_next_key`).
    func nextKey(after key: UnsafeRawPointer?, to target: UnsafeMutableRawPointer) throws(KernelErrno) {
        throw .ENOTSUPP
    }
}
