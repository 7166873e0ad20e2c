import Datapath
import HostModel
import KernelControl
import ScenarioKit

/// The only place where a simulated kernel is made.
enum Simulator {
    /// A fresh host with a scenario's CPUs, seed and costs, which tells its packets' stories.
    static func makeKernel(_ scenario: Scenario?) -> RunningKernel {
        let machine = scenario?.machine ?? Scenario.Machine()
        var configuration = SimulationConfiguration()
        configuration.cpuCount = machine.cpus
        configuration.seed = machine.seed
        configuration.costs = machine.costs == .zero ? .zero : .instructions612
        let host = SimulatedHost(configuration: configuration)
        return RunningKernel(control: host, trace: host.recorder.map { RecordedTrace($0) })
    }
}
