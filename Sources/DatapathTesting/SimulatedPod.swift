import BPFObjectFile
public import Datapath
public import KernelControl
import LinuxABI
import PacketModel
public import ScenarioKit

/// A pod on a node whose NIC leads to a far host: the world that most egress and ingress programs are written for.
///
///     pod eth0 10.0.1.2 ── netkit or veth ── node pod0, nic0 192.168.7.1 ── wire ── far nic0 192.168.7.2
///
/// Addresses are fixed, the pod's default route leads into its device, the far host knows the way back, and both NICs' MAC
/// addresses are `02:00:00:00:07:01` and `:02`. Neighbours are resolved when first needed. Nothing forwards on the node
/// unless ``SimulatedHost/setSysctl(_:to:in:)`` says so.
public final class SimulatedPod {
    /// What connects the pod.
    public enum Link: Sendable, CaseIterable {
        /// An L3 pair; programs stand at netkit/peer.
        case netkit
        /// Programs stand at tcx/ingress of the node's end.
        case veth
    }

    /// The simulated kernel behind it, for everything that this fixture has no word for.
    public let host: SimulatedHost
    public let link: Link
    private let wire: Descriptor
    private var sockets: [UInt16: Descriptor] = [:]

    public static let pod: NamespaceName = "pod"
    public static let node: NamespaceName = "node"
    public static let far: NamespaceName = "far"

    /// Builds the world.
    ///
    /// - Throws: ``ControlError`` where the simulated kernel refuses a part of it, which would be our mistake.
    public init(_ link: Link, configuration: SimulationConfiguration = SimulationConfiguration()) throws {
        self.link = link
        host = SimulatedHost(configuration: configuration)
        for name in [Self.pod, Self.node, Self.far] { try host.createNamespace(name) }
        for (namespace, last) in [(Self.node, UInt8(1)), (Self.far, 2)] {
            try host.newLink(
                NewLink(
                    kind: .nic(NICAttributes(wire: "lan")), name: "nic0",
                    address: try LinkAddress("02:00:00:00:07:0\(last)")), in: namespace)
            try Self.up(host, "nic0", namespace, "192.168.7.\(last)/24")
        }
        let kind: NewLink.Kind = link == .netkit ? .netkit(NetkitAttributes()) : .veth
        try host.newLink(
            NewLink(kind: kind, name: "pod0", peer: PeerLink(name: "eth0", namespace: Self.pod)), in: Self.node)
        try Self.up(host, "pod0", Self.node, link == .veth ? "10.0.1.1/32" : nil)
        try Self.up(host, "eth0", Self.pod, "10.0.1.2/32")
        try host.addRoute(NewRoute(destination: try NetworkPrefix("10.0.1.2/32"), device: "pod0"), in: Self.node)
        if link == .veth {
            // The pod's next hop is the node's end of the pair.
            try host.addRoute(NewRoute(destination: try NetworkPrefix("10.0.1.1/32"), device: "eth0"), in: Self.pod)
            try host.addRoute(
                NewRoute(
                    destination: try NetworkPrefix("0.0.0.0/0"), gateway: try NetworkAddress("10.0.1.1"), device: "eth0"
                ),
                in: Self.pod)
        } else {
            try host.addRoute(NewRoute(destination: try NetworkPrefix("0.0.0.0/0"), device: "eth0"), in: Self.pod)
        }
        try host.addRoute(
            NewRoute(destination: try NetworkPrefix("10.0.1.0/24"), gateway: try NetworkAddress("192.168.7.1")),
            in: Self.far)
        wire = try host.openCapture(device: "nic0", in: Self.far)
    }

    /// The node's NIC as programs know it.
    public var nicIndex: UInt32 {
        get throws { try host.link("nic0", in: Self.node).index }
    }

    /// Loads a program of a compiled object, its globals set before, and attaches it where the pod's packets pass:
    /// netkit/peer, or tcx/ingress of the node's end of the veth.
    ///
    /// - Throws: ``ObjectFileError``, ``LoadError`` or ``ControlError``, the verifier's refusal among them.
    @discardableResult
    public func load(
        _ object: [UInt8], program: String, setting globals: [String: Int128] = [:]
    ) throws -> LoadedObject {
        var file = try ObjectFile(parsing: object, objectName: "program")
        for (name, value) in globals.sorted(by: { $0.key < $1.key }) { try file.setGlobal(name, .integer(value)) }
        let loaded = try file.load(programs: [program], into: host)
        guard let descriptor = loaded.programs[program] else { throw ControlError.errno(.ENOENT, program) }
        try host.attach(
            descriptor, to: "pod0", in: Self.node, as: link == .netkit ? .netkitPeer : .tcxIngress,
            at: AttachPosition())
        return loaded
    }

    /// Sends a datagram from the pod's port 4000, or another, and lets everything happen that follows.
    ///
    /// - Throws: ``ControlError`` with the errno that the sender sees.
    public func send(_ payload: String, to destination: String, fromPort port: UInt16 = 4000) throws {
        let socket = try socket(port)
        try host.send(Array(payload.utf8), from: socket, to: try Self.socketAddress(destination))
        try host.settle()
    }

    /// Frames that reached the far host's NIC since the last call, ARP included.
    public func framesOnWire() throws -> [[UInt8]] {
        try host.frames(wire).filter { $0.direction == .incoming }.map(\.bytes)
    }

    private func socket(_ port: UInt16) throws -> Descriptor {
        if let socket = sockets[port] { return socket }
        let socket = try host.openSocket(
            SocketRequest(kind: .udp, isIPv6: false, namespace: Self.pod, task: TaskIdentity(name: "pod")))
        try host.bind(socket, to: SocketAddress(address: try NetworkAddress("10.0.1.2"), port: port))
        sockets[port] = socket
        return socket
    }

    private static func up(
        _ host: SimulatedHost, _ device: String, _ namespace: NamespaceName, _ address: String?
    ) throws {
        var change = LinkChange()
        change.isUp = true
        try host.changeLink(device, in: namespace, change)
        if let address { try host.addAddress(try NetworkPrefix(address), to: device, in: namespace) }
    }

    /// `192.168.7.2:9`
    private static func socketAddress(_ text: String) throws -> SocketAddress {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else {
            throw ControlError.errno(.EINVAL, "found '\(text)', expected ADDRESS:PORT")
        }
        return SocketAddress(address: try NetworkAddress(parts[0]), port: port)
    }
}
