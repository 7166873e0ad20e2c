import CLinux
public import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// The running Linux kernel behind the control interface: namespaces of its own, rtnetlink, bpf(2), sockets.
///
/// It belongs to one thread, which it moves between network namespaces; needs root. Whatever it made is held by
/// descriptors of this process, so the kernel takes all of it away when the process ends, however it ends. What it changed
/// of the machine, ``finish()`` puts back.
public final class LinuxHost {
    /// What a host may use of the machine.
    public struct Options: Sendable {
        /// CPUs that the scenario counts on, from 0.
        public var cpuCount = 2
        /// Interfaces of the machine that stand for a scenario's NICs: those of each wire in a list of its own.
        public var wires: [[String]] = []
        /// Whether state that the whole machine shares may change for the time of the run.
        public var mayChangeMachine = false
        /// How long packets are waited for at most, in nanoseconds.
        public var settleTime: UInt64 = 150_000_000
        /// How long no CPU has handled a packet when they have come to rest: more where a wire is no veth pair.
        public var quietTime: UInt64 { wires.isEmpty ? 25_000_000 : 60_000_000 }

        public init() {}
    }

    public let options: Options
    /// The namespace that the process was started in.
    let home: NetworkNamespaceFile
    var namespaces: [NamespaceName: NetworkNamespaceFile] = [:]
    /// Names of devices that were there when one was deleted, by namespace and index: a drop may be told of one that is gone.
    var formerDevices: [UInt64: [UInt32: String]] = [:]
    var sockets: [Descriptor: OpenSocket] = [:]
    /// Errors that a receive met before somebody asked for them.
    var pendingErrors: [Int32: KernelErrno] = [:]
    var places = NICPlaces()
    /// Files of sysctls that the whole machine shares, as they were.
    var machineSysctls: [String: String] = [:]
    var interruption: Interruption
    /// Whether a device went down since the kernel was last left to itself.
    var awaitsLinkWatch = false
    /// Devices that were set up since; the kernel takes their carrier up later.
    var devicesComingUp: [(name: String, namespace: NamespaceName)] = []
    let bpf = BPFObjects()
    private var isFinished = false

    static let needsRoot = "network namespaces, devices and BPF programs of the real kernel need root"

    /// ``ControlError/unavailable(_:)`` without root, with fewer CPUs than asked for, or on a kernel before 6.7.
    public init(options: Options = Options()) throws(ControlError) {
        guard geteuid() == 0 else { throw .unavailable(Self.needsRoot) }
        try Self.checkKernel()
        try Self.checkProcessors(options.cpuCount)
        self.options = options
        home = try NetworkNamespaceFile.current()
        interruption = Interruption()
    }

    deinit { try? finish() }

    /// Puts back what was changed of the machine, and lets go of everything; once, however the run ended. What went wrong
    /// with it, or the signal that interrupted the run, is thrown.
    public func finish() throws(ControlError) {
        guard !isFinished else { return }
        isFinished = true
        defer { interruption.end() }
        for socket in sockets.values { Glibc.close(socket.number) }
        sockets = [:]
        bpf.closeAll()
        var failure: ControlError?
        do throws(ControlError) {
            try bringInterfacesHome()
        } catch {
            failure = error
        }
        do throws(ControlError) {
            try goHome()
            try restoreMachineSysctls()
        } catch {
            failure = failure ?? error
        }
        namespaces = [:]
        if let failure { throw failure }
        if let reason = interruption.reason { throw .unavailable(reason) }
    }

    /// What a report of a run on this host must say.
    public var remarks: [String] {
        (places.hadPairs ? ["the NICs of this run are ends of veth pairs, which stood in for wires"] : [])
            + (bpf.whyUnwitnessed.map { ["runs of programs, drops and printed lines were not seen: \($0)"] } ?? [])
            + (bpf.whyRunsAreUnseen.map { ["runs of programs were not seen: \($0)"] } ?? [])
    }

    /// Which signal asked the run to end; nil where none did.
    public var interruptionReason: String? { interruption.reason }

    /// Throws once a signal has asked the run to end.
    func checkInterruption() throws(ControlError) {
        guard !isFinished else { return }
        interruption.sleep(nanoseconds: 0)
        if let reason = interruption.reason { throw .unavailable(reason) }
    }
}
