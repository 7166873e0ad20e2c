public import KernelControl
public import LinuxABI
public import PacketModel
import SimulationCore
public import Trace

/// The modelled network of one machine: namespaces, devices, wires, and the paths that packets take among them.
///
/// Links are made, changed and deleted by the `…Link` methods (rtnetlink's half), packets enter by ``transmit(_:)``
/// (`dev_queue_xmit`) and, in softirq, by ``receive(_:)`` (`__netif_receive_skb`).
@safe public final class Network {
    // The environment owns the network, so that it outlives it.
    private unowned(unsafe) let environmentReference: any NetworkEnvironment
    /// The clock of the CPU that runs at the moment, which work is charged to.
    public let meter: WorkMeter
    /// Whether somebody listens to ``NetworkEnvironment/trace(_:_:namespace:device:)``; ask before building a step.
    public let isTracing: Bool
    /// One for each CPU.
    private let transmitStates: UnsafeMutablePointer<TransmitState>
    private let makeStack: (NetworkNamespace) -> any ProtocolStack
    /// Namespaces in the order of their making.
    public private(set) var namespaces: [NetworkNamespace] = []
    private var wires: [String: Wire] = [:]
    private var deleted: [NetworkNamespace] = []
    private var nicCount: UInt32 = 0
    /// The socket cookie given out last; unlike Linux's, cookies exist from a socket's birth.
    var lastSocketCookie: UInt64 = 0
    /// Of the hashes of flows (`hashrnd`), which are the machine's: all namespaces have the same. 0 before the first one.
    var flowSeed: UInt32 = 0

    /// A network without namespaces. `environment` must own it; `makeStack` gives each new namespace its protocols.
    public init(
        environment: any NetworkEnvironment, makeStack: @escaping (NetworkNamespace) -> any ProtocolStack
    ) {
        unsafe environmentReference = environment
        self.makeStack = makeStack
        meter = environment.meter
        isTracing = environment.isTracing
        unsafe transmitStates = .allocate(capacity: environment.cpuCount)
        unsafe transmitStates.initialize(repeating: TransmitState(), count: environment.cpuCount)
    }

    deinit { unsafe transmitStates.deallocate() }

    /// The current CPU's transmit state (`softnet_data.xmit` and `current->bpf_net_context`).
    @inline(__always) public var transmitContext: TransmitContext {
        unsafe TransmitContext(transmitStates + meter.cpu)
    }

    @inline(__always) public var environment: any NetworkEnvironment { unsafe environmentReference }

    /// The namespace with a name.
    public func namespace(_ name: NamespaceName) -> NetworkNamespace? {
        namespaces.first { $0.name == name }
    }

    /// Makes a namespace with a loopback device that is down; EEXIST where the name is taken.
    @discardableResult
    public func createNamespace(_ name: NamespaceName) throws(ControlError) -> NetworkNamespace {
        if namespace(name) != nil { throw .errno(.EEXIST, "namespace \(name) exists") }
        let namespace = NetworkNamespace(name: name, network: self)
        namespace.stack = makeStack(namespace)
        namespaces.append(namespace)
        let loopback = Loopback(network: self, namespace: namespace)
        try register(loopback, name: "lo", index: nil)
        namespace.loopback = loopback
        return namespace
    }

    /// Takes a deleted namespace off the list. It stays alive: packets under way may still be at its devices.
    func forget(_ namespace: NetworkNamespace) {
        namespaces.removeAll { $0 === namespace }
        deleted.append(namespace)
    }

    /// The wire with a name, made when first asked for.
    public func wire(_ name: String) -> Wire {
        if let wire = wires[name] { return wire }
        let wire = Wire(name: name)
        wires[name] = wire
        return wire
    }

    /// Captures that are open: while there is one, every received packet is given a time stamp, which programs see
    /// (`netstamp_needed_key`).
    public var captureCount = 0

    /// `net_timestamp_check`.
    @inline(__always) func stamp(_ packet: SocketBuffer) {
        if captureCount > 0, packet.timestamp == 0 {
            packet.timestamp = meter.now.nanoseconds
            packet.timestampType = 0
        }
    }

    /// The number of a new NIC, from 0.
    func takeNICNumber() -> UInt32 {
        defer { nicCount += 1 }
        return nicCount
    }

    // MARK: What happens to packets

    /// Ends a packet's way (`kfree_skb_reason`); `place` is the kernel function that does. Its last reference frees it.
    @inline(__always)
    public func drop(
        _ packet: SocketBuffer, _ reason: DropReason, at place: StaticString, in namespace: NetworkNamespace,
        device: NetworkDevice?
    ) {
        if isTracing {
            environment.trace(
                .drop(reason: reason, place: place.description), packet, namespace: namespace, device: device)
        }
    }

    /// Records a step at a device.
    @inline(__always)
    public func trace(_ step: @autoclosure () -> TraceStep, _ packet: SocketBuffer?, at device: NetworkDevice) {
        if isTracing {
            environment.trace(step(), packet, namespace: device.namespace, device: device)
        }
    }

    /// A clone with a number of its own (`skb_clone`); nil where the arena is full.
    public func clone(_ packet: SocketBuffer) -> SocketBuffer? {
        guard let clone = packet.clone(number: environment.nextPacketNumber()) else { return nil }
        if isTracing { environment.noteClone(clone, of: packet) }
        return clone
    }
}
