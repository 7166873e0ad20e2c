public import LinuxABI

/// A device's clsact queueing discipline: cls_bpf filters in direct-action mode that see packets after tcx's programs
/// (net/sched/sch_ingress.c, cls_bpf.c).
public final class Clsact {
    /// One filter.
    public struct Filter {
        public let program: any HookProgram
        public let priority: UInt16
        public let handle: UInt32

        public init(program: any HookProgram, priority: UInt16, handle: UInt32) {
            self.program = program
            self.priority = priority
            self.handle = handle
        }
    }

    /// In the order in which they run: by priority, and of one priority the newest first (`cls_bpf_change` adds in front).
    public private(set) var ingress: [Filter] = []
    public private(set) var egress: [Filter] = []

    public init() {}

    /// Adds a filter; EEXIST where one of its side, priority and handle is there.
    public func add(_ filter: Filter, isEgress: Bool) throws(KernelErrno) {
        var filters = isEgress ? egress : ingress
        if filters.contains(where: { $0.priority == filter.priority && $0.handle == filter.handle }) { throw .EEXIST }
        let place = filters.firstIndex { $0.priority >= filter.priority } ?? filters.count
        filters.insert(filter, at: place)
        set(filters, isEgress: isEgress)
    }

    /// Removes a filter; ENOENT where there is none.
    public func delete(priority: UInt16, handle: UInt32, isEgress: Bool) throws(KernelErrno) {
        var filters = isEgress ? egress : ingress
        guard let place = filters.firstIndex(where: { $0.priority == priority && $0.handle == handle }) else {
            throw .ENOENT
        }
        filters.remove(at: place)
        set(filters, isEgress: isEgress)
    }

    private func set(_ filters: [Filter], isEgress: Bool) {
        if isEgress { egress = filters } else { ingress = filters }
    }
}
