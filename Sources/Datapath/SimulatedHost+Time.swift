import HostModel
public import KernelControl
import LinuxABI
import NetworkModel

extension SimulatedHost: KernelControl {
    public func advance(nanoseconds: UInt64) throws(ControlError) {
        processors.advance(nanoseconds: nanoseconds)
    }

    public func settle() throws(ControlError) { processors.settle() }

    public func setSysctl(_ name: String, to value: String, in namespace: NamespaceName) throws(ControlError) {
        if try setMachineSysctl(name, to: value) { return }
        try self.namespace(namespace).stack.setSysctl(name, to: value)
    }

    public func sysctl(_ name: String, in namespace: NamespaceName) throws(ControlError) -> String {
        switch name {
        case "net.core.netdev_max_backlog": "\(processors.limits.maxBacklog)"
        case "net.core.dev_weight": "\(processors.limits.weight)"
        case "net.core.netdev_budget": "\(processors.limits.budget)"
        case "net.core.netdev_budget_usecs": "\(processors.limits.budgetNanoseconds / 1_000)"
        default: try self.namespace(namespace).stack.sysctl(name)
        }
    }

    public func softnetStatistics() throws(ControlError) -> [SoftnetStatistics] {
        processors.all.map { processor in
            var row = SoftnetStatistics()
            let lengths = processors.backlogLengths(cpu: processor.index)
            row.processed = processor.statistics.processed
            row.dropped = processor.statistics.dropped
            row.timeSqueeze = processor.statistics.timeSqueeze
            row.inputQueueLength = UInt32(lengths.input)
            row.processQueueLength = UInt32(lengths.process)
            return row
        }
    }

    /// Writes one of the sysctls that the whole machine shares (net/core/sysctl_net_core.c); false for any other name.
    private func setMachineSysctl(_ name: String, to value: String) throws(ControlError) -> Bool {
        guard name.hasPrefix("net.core.") else { return false }
        guard let number = Int(value), number >= 0, number <= Int(Int32.max) else {
            throw .errno(.EINVAL, "\(name) takes a number, found \(value)")
        }
        switch name {
        case "net.core.netdev_max_backlog": processors.limits.maxBacklog = number
        case "net.core.netdev_budget": processors.limits.budget = number
        case "net.core.netdev_budget_usecs":
            // Two ticks at HZ=250 are the least.
            guard number >= 8_000 else { throw .errno(.EINVAL, "\(name) is at least 8000, found \(value)") }
            processors.limits.budgetNanoseconds = UInt64(number) * 1_000
        case "net.core.dev_weight":
            guard number >= 1 else { throw .errno(.EINVAL, "\(name) is at least 1, found \(value)") }
            processors.limits.weight = number
        default: return false
        }
        return true
    }
}
