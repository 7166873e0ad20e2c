public import KernelControl
public import SimulationCore

/// The BPF half of a simulated kernel: maps and programs, behind descriptors (kernel/bpf/syscall.c).
///
/// It answers bpf(2)'s commands about maps and programs; attaching programs to devices is the joined simulation's part.
public final class BPFRuntime {
    /// Shared with whoever answers the rest of the control interface.
    public let descriptors: DescriptorTable
    public let mapMemory: MapMemory
    var lastMapID: UInt32 = 0

    /// - Parameters:
    ///   - arena: where maps' values and programs' stacks lie.
    ///   - possibleCPUs: CPUs that per-CPU maps have values for.
    ///   - seed: the simulation's.
    public init(
        arena: MemoryArena, possibleCPUs: Int, seed: UInt64, descriptors: DescriptorTable = DescriptorTable()
    ) {
        self.descriptors = descriptors
        mapMemory = MapMemory(arena: arena, possibleCPUs: possibleCPUs, seed: seed)
    }

    /// close(2): the object goes once nothing else refers to it.
    ///
    /// - Throws: `EBADF` where the descriptor is not open.
    public func close(_ descriptor: Descriptor) throws(ControlError) { try descriptors.close(descriptor) }
}
