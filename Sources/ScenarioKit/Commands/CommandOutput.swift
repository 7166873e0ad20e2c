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
    /// Called once after the run, however it ended: puts back what the run changed of the machine, and gives the remarks
    /// that a report of it must make.
    public var finish: () throws(ControlError) -> [String]
    /// The release of a real kernel, as `uname -r` has it; nil for the model.
    public var release: String?

    public init(
        control: any KernelControl, trace: (any TraceSource)?, release: String? = nil,
        finish: @escaping () throws(ControlError) -> [String] = { () throws(ControlError) in [] }
    ) {
        self.control = control
        self.trace = trace
        self.release = release
        self.finish = finish
    }
}

/// Makes a fresh kernel for a scenario, with its CPUs, seed and costs, or, for nil, to load programs into and run them alone.
///
/// Throws ``ControlError/unavailable(_:)`` where there is none to be had.
public typealias KernelFactory = (Scenario?) throws(ControlError) -> RunningKernel

/// How results are written.
public enum OutputFormat: Hashable, Sendable {
    case text(coloured: Bool)
    case json
    case prettyJSON
}
