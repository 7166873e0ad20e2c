import BPFRuntime
public import KernelControl
import LinuxABI
import NetworkModel

/// tc's legacy filters: rtnetlink's part of attaching programs (net/sched/cls_api.c, cls_bpf.c).
extension SimulatedHost {
    public func addClsact(to device: String, in namespace: NamespaceName) throws(ControlError) {
        try call { () throws(ControlError) in try network.addClsact(device, in: namespace) }
    }

    public func addFilter(
        _ filter: NewFilter, to device: String, in namespace: NamespaceName
    ) throws(ControlError) {
        try call { () throws(ControlError) in
            let clsact = try network.clsact(device, in: namespace)
            let program = programRegistry.installed(try runtime.program(filter.program))
            try Self.control { () throws(KernelErrno) in
                try clsact.add(
                    Clsact.Filter(program: program, priority: filter.priority, handle: filter.handle),
                    isEgress: filter.isEgress)
            }
        }
    }

    public func deleteFilter(
        _ filter: NewFilter, from device: String, in namespace: NamespaceName
    ) throws(ControlError) {
        try call { () throws(ControlError) in
            let clsact = try network.clsact(device, in: namespace)
            try Self.control { () throws(KernelErrno) in
                try clsact.delete(priority: filter.priority, handle: filter.handle, isEgress: filter.isEgress)
            }
        }
    }
}
