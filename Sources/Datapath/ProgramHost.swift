import BPFRuntime
import HostModel
import LinuxABI
import NetworkModel
import PacketModel
import SimulationCore
import Trace

/// What running programs need of the world, answered by CPUs and network: the joint between BPF and the rest.
@safe final class ProgramHost: RuntimeHost {
    // Whoever owns the host owns these, and lets go of them last.
    private unowned(unsafe) let environmentReference: HostEnvironment
    private unowned(unsafe) let networkReference: Network
    @inline(__always) private var environment: HostEnvironment { unsafe environmentReference }
    @inline(__always) private var network: Network { unsafe networkReference }
    @safe @exclusivity(unchecked) private var random: RandomStream
    private var lines: [String] = []
    @safe @exclusivity(unchecked) private var isTestRun = false
    /// Runs that ended in a fault: holes in the verifier, or in the model. Each once.
    private(set) var faults: [String] = []
    /// Where test runs take place: the namespace of whoever calls bpf(2).
    var home: NetworkNamespace?
    /// Told whenever a program starts, by measurements.
    @safe @exclusivity(unchecked) var whenProgramRuns: (() -> Void)?

    init(environment: HostEnvironment, network: Network, seed: UInt64) {
        unsafe environmentReference = environment
        unsafe networkReference = network
        random = RandomStream(seed: seed, name: "bpf_get_prandom_u32")
    }

    func note(fault: String) {
        if !faults.contains(fault) { faults.append(fault) }
    }

    func takeTracePipe() -> [String] {
        defer { lines = [] }
        return lines
    }

    // MARK: RuntimeHost

    var kernelTime: UInt64 { environment.processors.meter.now.nanoseconds }
    var currentCPU: Int { environment.processors.meter.cpu }

    func random32() -> UInt32 { UInt32(truncatingIfNeeded: random.next() >> 32) }

    func tracePrint(_ text: String) {
        let context = environment.processors.current.context
        // What 6.12 shows at these hooks: netkit in the task, tcx ingress behind the backlog, a test run.
        let flags =
            switch context.kind {
            case .softirq, .ksoftirqd, .hardirq: "..s2."
            case .taskBHOff, .task: isTestRun ? "b..11" : "b..1."
            }
        let line = TracePipeLine(
            task: context.task ?? "<idle>", processID: 0, cpu: context.cpu, flags: flags,
            time: environment.processors.meter.now.nanoseconds, text: text)
        lines.append(line.description)
    }

    func setRedirect(_ request: RedirectRequest) -> Bool {
        let context = network.transmitContext
        guard context.hasRedirectState else { return false }
        context.redirect.targetIndex = request.targetIndex
        context.redirect.flags = request.flags
        context.redirect.next = NextHop(
            family: request.nextHopFamily, low: request.nextHopLow, high: request.nextHopHigh)
        return true
    }

    func cloneRedirect(_ packet: SocketBuffer, index: UInt32, flags: UInt64) -> Int32 {
        network.cloneRedirect(packet, index: index, flags: flags)
    }

    func testDevice(index: UInt32) -> TestDevice? {
        guard let device = home?.device(index: index == 0 ? 1 : index) else { return nil }
        return unsafe TestDevice(
            object: device, native: UInt64(UInt(bitPattern: device.native)), address: device.address,
            broadcast: device.type == HardwareType.loopback ? .zero : .broadcast)
    }

    func nextPacketNumber() -> PacketNumber { environment.nextPacketNumber() }

    func withTestRun(_ body: () -> Void) {
        isTestRun = true
        defer { isTestRun = false }
        environment.disableBottomHalves()
        let context = network.transmitContext
        let opened = context.openRedirectState()
        environment.processors.charge(.program)
        body()
        context.closeRedirectState(opened)
        environment.enableBottomHalves()
    }
}
