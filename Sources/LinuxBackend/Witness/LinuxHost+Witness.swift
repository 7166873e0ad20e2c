public import KernelControl

/// What tracepoints and the ends of programs told.
extension LinuxHost: WitnessControl {
    /// - Throws: ``ControlError/unavailable(_:)`` where the kernel is not witnessed.
    public func takeProgramRuns() throws(ControlError) -> [ProgramRun] {
        if let why = bpf.whyRunsAreUnseen { throw .unavailable(why) }
        return try witness.takeRuns()
    }

    public func takeDrops() throws(ControlError) -> [PacketDrop] {
        try witness.takeDrops().map { reason, drop in
            let place = deviceAndNamespace(index: drop.device, inode: UInt64(drop.namespace))
            return PacketDrop(reason: reason, device: place.device, namespace: place.namespace)
        }
    }

    private var witness: Witness {
        get throws(ControlError) {
            if let witness = bpf.witness { return witness }
            throw .unavailable(bpf.whyUnwitnessed ?? "there is no namespace yet in which something could be seen")
        }
    }
}
