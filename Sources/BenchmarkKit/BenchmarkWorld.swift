public import Datapath
public import KernelControl

/// One pod whose datagrams leave a node: a simulated host, ready to send, made anew for each thread that runs one.
public final class BenchmarkWorld {
    public let host: SimulatedHost
    /// A socket in the pod.
    public let socket: Descriptor
    public let destination: SocketAddress
    public let payload: [UInt8]
    /// The device at the node's side of the pod's pair, where a backlog hands packets over; with its namespace.
    public let hostSide: (device: String, namespace: NamespaceName)
    /// The NIC that the datagrams leave by, whose counter says how many did.
    public let wireSide: (device: String, namespace: NamespaceName)

    public init(
        host: SimulatedHost, socket: Descriptor, destination: SocketAddress, payload: [UInt8],
        hostSide: (device: String, namespace: NamespaceName), wireSide: (device: String, namespace: NamespaceName)
    ) {
        self.host = host
        self.socket = socket
        self.destination = destination
        self.payload = payload
        self.hostSide = hostSide
        self.wireSide = wireSide
    }

    /// One send call.
    @inline(__always) func send() throws(ControlError) {
        try host.send(payload, from: socket, to: destination)
    }

    /// Frames that have left by the NIC so far.
    func framesOnWire() throws(ControlError) -> UInt64 {
        try host.link(wireSide.device, in: wireSide.namespace).statistics.transmittedPackets
    }
}

/// Makes a world; called once in each thread that needs one.
public typealias BenchmarkWorldFactory = @Sendable () throws -> BenchmarkWorld
