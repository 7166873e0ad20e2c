import LinuxABI
import PacketModel
import Trace

extension Network {
    /// Runs a hook's programs up to the first that does not answer ``Verdict/next``, and gives that raw answer
    /// (`netkit_run`, the loop of `tcx_run`). Data begins at the link-layer header.
    func run(_ hook: DeviceHook, _ packet: SocketBuffer, at device: NetworkDevice) -> Int32 {
        var verdict = Verdict.next
        // A copy: a program that is detached meanwhile still ends its round, as RCU has it.
        for program in hook.programs {
            meter.charge(.program)
            verdict = program.run(packet, at: hook.type)
            if isTracing {
                environment.trace(
                    .program(hook: hook.type, name: program.name, id: program.id, verdict: verdict), packet,
                    namespace: device.namespace, device: device)
            }
            if verdict != Verdict.next { break }
        }
        return verdict
    }

    /// `tcx_run` with `tcx_action_code`: unknown answers end the chain and count as ``Verdict/next``.
    func runTCX(_ hook: DeviceHook, _ packet: SocketBuffer, at device: NetworkDevice) -> Int32 {
        meter.charge(.tcxHook)
        switch run(hook, packet, at: device) {
        case Verdict.pass:
            packet.set(packet.get(UInt16.self, at: SocketBufferLayout.tcClassID), at: SocketBufferLayout.tcIndex)
            return Verdict.pass
        case Verdict.drop: return Verdict.drop
        case Verdict.redirect: return Verdict.redirect
        default: return Verdict.next
        }
    }
}
