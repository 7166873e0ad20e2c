import ArgumentParser
import KernelControl
import LinuxBackend
import ScenarioKit

/// Which kernel does the work; the same options for every command that needs one.
struct KernelOptions: ParsableArguments {
    enum Kernel: String, ExpressibleByArgument, CaseIterable { case simulation, linux }

    @Option(help: "simulation, or the real kernel of this machine, which needs root.")
    var on = Kernel.simulation

    @Flag(name: .customLong("allow-machine"), help: "On linux: state of the whole machine may change during the run.")
    var allowsMachine = false

    @Option(
        name: .customLong("wire"),
        help: ArgumentHelp(
            "On linux: interfaces on one wire, for the scenario's NICs; once for each wire, else veth pairs stand in.",
            valueName: "eth0,eth1"))
    var wires: [String] = []

    func validate() throws {
        if on == .simulation, allowsMachine || !wires.isEmpty {
            throw ValidationError("--allow-machine and --wire say something of a real kernel; add --on linux")
        }
        if interfaces.contains(where: { $0.contains("") }) {
            throw ValidationError("--wire takes names of interfaces with commas between them, such as eth0,eth1")
        }
        let names = interfaces.flatMap { $0 }
        guard Set(names).count == names.count else { throw ValidationError("an interface is on one wire only") }
        if !names.isEmpty, !allowsMachine {
            throw ValidationError("--wire moves interfaces of the machine between namespaces; add --allow-machine")
        }
    }

    private var interfaces: [[String]] {
        wires.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    /// What makes the kernels of a command.
    var makeKernel: KernelFactory {
        switch on {
        case .simulation: return Simulator.makeKernel
        case .linux:
            var options = LinuxHost.Options()
            options.wires = interfaces
            options.mayChangeMachine = allowsMachine
            return LinuxKernels(options).makeKernel
        }
    }
}

/// Makes hosts of the real kernel, one after the other, until one is interrupted.
private final class LinuxKernels {
    private let options: LinuxHost.Options
    /// Why there are no more.
    private var interruption: String?

    init(_ options: LinuxHost.Options) { self.options = options }

    func makeKernel(_ scenario: Scenario?) throws(ControlError) -> RunningKernel {
        if let interruption { throw .unavailable(interruption) }
        if scenario?.needsMachine == true, !options.mayChangeMachine {
            throw .unavailable("the scenario needs the whole machine (needs: machine), which --allow-machine gives")
        }
        var options = options
        options.cpuCount = scenario?.machine.cpus ?? 1
        let host = try LinuxHost(options: options)
        return RunningKernel(control: host, trace: nil, release: LinuxHost.kernelRelease) {
            [self] () throws(ControlError) in
            defer { interruption = host.interruptionReason }
            try host.finish()
            return host.remarks
        }
    }
}
