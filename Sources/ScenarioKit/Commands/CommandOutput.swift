public import KernelControl

/// What a command gives back: its result for standard output, remarks for standard error, and its exit status.
public struct CommandOutput: Sendable {
    public var text: String
    public var remarks: String
    /// 0 held, 1 the thing judged failed, 2 could not judge.
    public var status: Int32

    public init(text: String, remarks: String = "", status: Int32) {
        self.text = text
        self.remarks = remarks
        self.status = status
    }
}

/// A kernel for one run, with its trace where it has one.
public struct RunningKernel {
    public var control: any KernelControl
    public var trace: (any TraceSource)?

    public init(control: any KernelControl, trace: (any TraceSource)?) {
        self.control = control
        self.trace = trace
    }
}

/// Makes a fresh kernel with these CPUs, seed and costs.
public typealias KernelFactory = (Scenario.Machine) -> RunningKernel

/// How results are written.
public enum OutputFormat: Hashable, Sendable {
    case text(coloured: Bool)
    case json
    case prettyJSON
}
