public import KernelControl

/// What tracepoints and the ends of programs told.
extension LinuxHost: WitnessControl {
    public func takeProgramRuns() throws(ControlError) -> [ProgramRun] { try bpf.witness?.takeRuns() ?? [] }

    public func takeDrops() throws(ControlError) -> [PacketDrop] {
        try (bpf.witness?.takeDrops() ?? []).map { reason, drop in
            let place = deviceAndNamespace(index: drop.device, inode: UInt64(drop.namespace))
            return PacketDrop(reason: reason, device: place.device, namespace: place.namespace)
        }
    }
}
