/// In what a piece of the kernel runs: always some CPU and some current task.
public struct ExecutionContext: Hashable, Sendable {
    /// The kind of context, as Linux has them.
    public enum Kind: String, Hashable, Sendable {
        /// A task, bottom halves on.
        case task
        /// A task inside a section with bottom halves off.
        case taskBHOff
        /// A softirq on top of the current task or of idle.
        case softirq
        /// A softirq run by the CPU's ksoftirqd.
        case ksoftirqd
        /// An interrupt on top of the current task or of idle.
        case hardirq
    }

    public var cpu: Int
    public var kind: Kind
    /// The current task's name; nil where the CPU is idle.
    public var task: String?

    public init(cpu: Int, kind: Kind, task: String?) {
        self.cpu = cpu
        self.kind = kind
        self.task = task
    }
}

extension ExecutionContext: CustomStringConvertible {
    /// The words of a story: `task curl`, `softirq in task curl`, `softirq on idle`, `ksoftirqd/0`.
    public var description: String {
        switch kind {
        case .task, .taskBHOff: "task \(task ?? "idle")"
        case .softirq: task.map { "softirq in task \($0)" } ?? "softirq on idle"
        case .ksoftirqd: "ksoftirqd/\(cpu)"
        case .hardirq: task.map { "hardirq in task \($0)" } ?? "hardirq on idle"
        }
    }
}
