public import LinuxABI

/// A system call's failure: Linux's errno, with the text that the kernel gave beside it.
public struct KernelFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let errno: KernelErrno
    /// The extended acknowledgement of a netlink request, or the last lines of a verifier's log; empty where there is none.
    public let message: String

    public init(_ errno: KernelErrno, _ message: String = "") {
        self.errno = errno
        self.message = message
    }

    public var description: String { message.isEmpty ? "\(errno)" : "\(errno): \(message)" }
}

/// What a control interface answers to.
public enum ControlError: Error, Sendable, CustomStringConvertible {
    /// The kernel's own refusal.
    case kernel(KernelFailure)
    /// The simulated kernel lacks what a real one has; the text begins with what is missing.
    case notModelled(String)
    /// Nothing can be asked or judged here: no root, a kernel without what is needed, an interrupted run. The text says what.
    case unavailable(String)

    public var description: String {
        switch self {
        case .kernel(let failure): failure.description
        case .notModelled(let what): "not modelled: \(what)"
        case .unavailable(let what): "could not judge: \(what)"
        }
    }

    /// The kernel's refusal with an errno and its text.
    public static func errno(_ errno: KernelErrno, _ message: String = "") -> Self {
        .kernel(KernelFailure(errno, message))
    }
}

/// A file descriptor of the control interface's client: a program, map, link, BTF or socket.
public struct Descriptor: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }
}
