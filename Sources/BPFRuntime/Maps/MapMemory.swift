import BPFMachine
import LinuxABI
public import SimulationCore

/// Where maps live: the arena, the regions that programs may touch, and the table that finds a map from the pointer that
/// a program holds.
@safe public final class MapMemory {
    public let arena: MemoryArena
    /// CPUs that a per-CPU map has values for (`num_possible_cpus`).
    public let possibleCPUs: Int

    /// Maps by the index that stands in their native block; nil where one has gone. Descriptors, programs and program
    /// arrays keep maps alive, the table doesn't.
    private let table: UnsafeMutablePointer<Table>

    @unsafe private struct Table {
        var maps: UnsafeMutablePointer<Unmanaged<BPFMap>?>
        var count = 0
        var capacity = 64
    }

    private var freeIndices: [Int] = []
    private var seeds: RandomStream

    private struct ValueBlock {
        let byteCount: Int
        let isWritable: Bool
    }

    /// What programs may touch, by address, and the tables that say so: one for each environment.
    private var valueBlocks: [UInt: ValueBlock] = [:]
    private var regionTables: [MemoryRegions] = []

    /// - Parameter seed: the simulation's; hash maps draw their seeds from a stream of it.
    public init(arena: MemoryArena, possibleCPUs: Int, seed: UInt64) {
        precondition(possibleCPUs > 0, "a machine without CPUs")
        self.arena = arena
        self.possibleCPUs = possibleCPUs
        seeds = RandomStream(seed: seed, name: "hash map seeds")
        unsafe table = .allocate(capacity: 1)
        unsafe table.initialize(to: Table(maps: .allocate(capacity: 64)))
    }

    deinit {
        unsafe table.pointee.maps.deallocate()
        unsafe table.deallocate()
    }

    /// What a hash map's keys are hashed with (`hashrnd`).
    func nextSeed() -> UInt32 { UInt32(truncatingIfNeeded: seeds.next()) }

    /// The map whose native block is at `address`; nil where there is none.
    func map(at address: UInt64) -> BPFMap? { unsafe unmanagedMap(at: address)?.takeUnretainedValue() }

    /// The same without a reference of its own, for look-ups: the program that holds the address keeps the map alive.
    @inline(__always)
    func unmanagedMap(at address: UInt64) -> Unmanaged<BPFMap>? {
        let base = unsafe UInt64(UInt(bitPattern: arena.base))
        let offset = address &- base
        guard offset & 63 == 0, offset <= UInt64(arena.capacity - BPFMap.nativeByteCount) else { return nil }
        let index = unsafe Int(arena.base.load(fromByteOffset: Int(offset), as: UInt32.self))
        guard unsafe index < table.pointee.count, let map = unsafe table.pointee.maps[index],
            unsafe map._withUnsafeGuaranteedRef({ $0.address }) == address
        else { return nil }
        return unsafe map
    }

    /// Gives a map its index.
    func add(_ map: BPFMap) -> UInt32 {
        if let index = freeIndices.popLast() {
            unsafe table.pointee.maps[index] = Unmanaged.passUnretained(map)
            return UInt32(index)
        }
        let count = unsafe table.pointee.count
        let capacity = unsafe table.pointee.capacity
        if count == capacity {
            let larger = UnsafeMutablePointer<Unmanaged<BPFMap>?>.allocate(capacity: capacity * 2)
            unsafe larger.moveInitialize(from: table.pointee.maps, count: count)
            unsafe table.pointee.maps.deallocate()
            unsafe table.pointee.maps = larger
            unsafe table.pointee.capacity = capacity * 2
        }
        unsafe (table.pointee.maps + count).initialize(to: Unmanaged.passUnretained(map))
        unsafe table.pointee.count = count + 1
        return UInt32(count)
    }

    /// Takes a map out whose last reference has gone.
    func remove(at index: UInt32) {
        unsafe table.pointee.maps[Int(index)] = nil
        freeIndices.append(Int(index))
    }

    /// A zeroed block that programs may read, and write unless told otherwise.
    ///
    /// - Throws: `ENOMEM` where the arena is full.
    func allocateValues(_ byteCount: Int, isWritable: Bool) throws(KernelErrno) -> UnsafeMutableRawPointer {
        let block = unsafe try allocate(byteCount)
        valueBlocks[UInt(bitPattern: block)] = ValueBlock(byteCount: byteCount, isWritable: isWritable)
        for regions in regionTables {
            unsafe regions.insert(base: block, byteCount: byteCount, isWritable: isWritable)
        }
        return unsafe block
    }

    /// Gives back what ``allocateValues(_:isWritable:)`` gave out.
    func freeValues(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
        valueBlocks[UInt(bitPattern: block)] = nil
        for regions in regionTables { unsafe regions.remove(base: block) }
        unsafe arena.free(block, byteCount)
    }

    /// Lets programs of an environment reach all maps' values, those of later maps too.
    func show(in regions: MemoryRegions) {
        regionTables.append(regions)
        for (address, block) in valueBlocks.sorted(by: { $0.key < $1.key }) {
            guard let base = unsafe UnsafeRawPointer(bitPattern: address) else { continue }
            unsafe regions.insert(base: base, byteCount: block.byteCount, isWritable: block.isWritable)
        }
    }

    /// Forgets an environment that goes away.
    func hide(from regions: MemoryRegions) { regionTables.removeAll { $0 === regions } }

    /// A zeroed block that programs can't touch.
    ///
    /// - Throws: `ENOMEM` where the arena is full.
    func allocate(_ byteCount: Int) throws(KernelErrno) -> UnsafeMutableRawPointer {
        guard byteCount <= arena.capacity, let block = unsafe arena.allocate(byteCount) else { throw .ENOMEM }
        return unsafe block
    }
}

extension Int {
    /// The product.
    ///
    /// - Throws: `ENOMEM` where it overflows: no machine has so much memory.
    func times(_ other: Int) throws(KernelErrno) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        guard !overflow else { throw .ENOMEM }
        return product
    }
}
