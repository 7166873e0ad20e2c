public import BPFRuntime
public import HostModel
public import KernelControl
import LinuxABI
public import NetworkModel
import PacketModel
import SimulationCore
public import Trace

/// A simulated Linux 6.12 host: network, CPUs and BPF joined behind one control interface.
///
/// It may hold several hosts of a scenario, each a namespace with NICs of its own, as one real kernel does in a
/// recording. One simulation, one thread; several simulations run side by side.
public final class SimulatedHost {
    public let configuration: SimulationConfiguration
    /// The stories of all packets; nil where tracing is off.
    public var recorder: TraceRecorder? { environment.recorder }
    public let network: Network
    public let runtime: BPFRuntime
    let environment: HostEnvironment
    let programs: ProgramHost
    let programRegistry: ProgramRegistry
    let linkRegistry = LinkRegistry()
    /// How many events of the trace each witness has told of.
    var witnessed = (runs: 0, drops: 0)

    /// The namespace of whoever calls bpf(2); test runs take place at its loopback device.
    public static let home: NamespaceName = "init"

    /// A machine with CPUs and one namespace, ``home``.
    public init(configuration: SimulationConfiguration = SimulationConfiguration()) {
        self.configuration = configuration
        let arena = MemoryArena()
        let environment = HostEnvironment(configuration: configuration, arena: arena)
        let network = Network(environment: environment) { InternetStack(namespace: $0) }
        let programs = ProgramHost(environment: environment, network: network, seed: configuration.seed)
        self.environment = environment
        self.network = network
        self.programs = programs
        programRegistry = ProgramRegistry(host: programs)
        runtime = BPFRuntime(
            host: programs, arena: arena, possibleCPUs: configuration.cpuCount, seed: configuration.seed)
        environment.connect(to: network)
        // A fresh network has no namespace of that name.
        programs.home = try? network.createNamespace(Self.home)
    }

    /// Sockets, links and captures refer to the network: they go before it does.
    deinit { runtime.descriptors.closeAll() }

    /// The CPUs, with their clocks and statistics.
    public var processors: Processors { environment.processors }

    /// Whether pointer values that programs see repeat from run to run.
    public var hasRepeatablePointers: Bool { environment.arena.isAtPreferredBase }

    /// What was asked for and is not modelled, by name, each once.
    public var notModelled: [String] { environment.notModelled + programs.faults }

    /// Told whenever a program starts at a hook: for measurements, which read a clock of their own.
    public var whenProgramRuns: (() -> Void)? {
        get { programs.whenProgramRuns }
        set { programs.whenProgramRuns = newValue }
    }

    func namespace(_ name: NamespaceName) throws(ControlError) -> NetworkNamespace {
        guard let namespace = network.namespace(name) else { throw .errno(.ENOENT, "no namespace \(name)") }
        return namespace
    }

    /// Runs what came due before a call, then the call.
    func call<Result>(_ body: () throws(ControlError) -> Result) throws(ControlError) -> Result {
        processors.catchUp()
        return try body()
    }
}
