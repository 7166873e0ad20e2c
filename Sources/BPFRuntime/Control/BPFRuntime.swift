public import KernelControl
public import SimulationCore

/// The BPF half of a simulated kernel: maps and programs, behind descriptors (kernel/bpf/syscall.c).
///
/// It answers bpf(2)'s commands about maps and programs; attaching programs to devices is the joined simulation's part.
public final class BPFRuntime {
    /// Shared with whoever answers the rest of the control interface.
    public let descriptors: DescriptorTable
    public let mapMemory: MapMemory
    let runner: ProgramRunner
    unowned let host: any RuntimeHost
    var lastMapID: UInt32 = 0
    var lastProgramID: UInt32 = 0

    /// - Parameters:
    ///   - host: what programs need of the world; it must outlive the runtime.
    ///   - arena: where maps' values and programs' stacks lie.
    ///   - possibleCPUs: CPUs that per-CPU maps have values for.
    ///   - seed: the simulation's.
    public init(
        host: any RuntimeHost, arena: MemoryArena, possibleCPUs: Int, seed: UInt64,
        descriptors: DescriptorTable = DescriptorTable()
    ) {
        self.host = host
        self.descriptors = descriptors
        mapMemory = MapMemory(arena: arena, possibleCPUs: possibleCPUs, seed: seed)
        runner = ProgramRunner(maps: mapMemory, host: host)
    }

    /// close(2): the object goes once nothing else refers to it.
    ///
    /// - Throws: `EBADF` where the descriptor is not open.
    public func close(_ descriptor: Descriptor) throws(ControlError) {
        let array = descriptors.object(descriptor) as? ProgramArrayMap
        try descriptors.close(descriptor)
        array?.dropUser()
    }
}
