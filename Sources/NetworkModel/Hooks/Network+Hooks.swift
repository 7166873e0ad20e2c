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

    /// `tcx_run`, and where its programs decide nothing `tc_run`.
    func classifyIngress(_ packet: SocketBuffer, at device: NetworkDevice) -> Int32 {
        let verdict = device.tcxIngress.isEmpty ? Verdict.next : runTCX(device.tcxIngress, packet, at: device)
        guard verdict == Verdict.next, let clsact = device.clsact else { return verdict }
        return run(clsact.ingress, .clsactIngress, packet, at: device)
    }

    /// The same on the way out.
    func classifyEgress(_ packet: SocketBuffer, at device: NetworkDevice) -> Int32 {
        let verdict = device.tcxEgress.isEmpty ? Verdict.next : runTCX(device.tcxEgress, packet, at: device)
        guard verdict == Verdict.next, let clsact = device.clsact else { return verdict }
        return run(clsact.egress, .clsactEgress, packet, at: device)
    }

    /// `tc_run` over `cls_bpf_classify`: the first filter whose answer is one of tc's (`cls_bpf_exec_opcode`).
    private func run(
        _ filters: [Clsact.Filter], _ hook: AttachType, _ packet: SocketBuffer, at device: NetworkDevice
    ) -> Int32 {
        for filter in filters {
            meter.charge(.program)
            packet.set(UInt16(0), at: SocketBufferLayout.tcClassID)
            let verdict = filter.program.run(packet, at: hook)
            if isTracing {
                environment.trace(
                    .program(hook: hook, name: filter.program.name, id: filter.program.id, verdict: verdict), packet,
                    namespace: device.namespace, device: device)
            }
            switch verdict {
            case Verdict.pass:
                packet.set(packet.get(UInt16.self, at: SocketBufferLayout.tcClassID), at: SocketBufferLayout.tcIndex)
                return verdict
            case Verdict.drop, Verdict.stolen, Verdict.trap, Verdict.redirect: return verdict
            default: break
            }
        }
        return Verdict.next
    }
}
