import KernelControl
import LinuxABI
import PacketModel

@testable import NetworkModel

/// Two hosts on a veth, the second one a router to a link with a small MTU: the topology of the recorded runs.
///
///     a: v0 10.0.0.1/24 ── v1 10.0.0.2/24 :b: w0 10.1.0.1/24, MTU 1000 ── w1 (no address)
final class StackFixture {
    let environment = TestEnvironment { InternetStack(namespace: $0) }
    let tap = FrameTap()
    static let second: UInt64 = 1_000_000_000

    init(forwards: Bool = true) throws {
        for name: NamespaceName in ["a", "b", "far"] { try environment.network.createNamespace(name) }
        try pair("v0", "a", "02:..:01", "v1", "b", "02:..:02")
        try pair("w0", "b", "02:..:03", "w1", "far", "02:..:04", mtu: 1000)
        try up("lo", "a")
        try up("v0", "a")
        try up("v1", "b")
        try up("w0", "b")
        try up("w1", "far")
        try address("10.0.0.1/24", "v0", "a")
        try address("10.0.0.2/24", "v1", "b")
        try address("10.1.0.1/24", "w0", "b")
        try stack("a").addRoute(
            NewRoute(destination: NetworkPrefix("10.1.0.0/16"), gateway: NetworkAddress("10.0.0.2")))
        if forwards { try stack("b").setSysctl("net.ipv4.ip_forward", to: "1") }
        environment.device("v0", "a").add(tap)
    }

    func pair(
        _ name: String, _ namespace: NamespaceName, _ link: String, _ other: String, _ otherNamespace: NamespaceName,
        _ otherLink: String, mtu: UInt32? = nil
    ) throws {
        try environment.make(
            NewLink(
                kind: .veth, name: name, address: LinkAddress(link), mtu: mtu,
                peer: PeerLink(name: other, address: LinkAddress(otherLink), mtu: mtu, namespace: otherNamespace)),
            in: namespace)
    }

    func up(_ name: String, _ namespace: NamespaceName) throws { try environment.up((name, namespace)) }

    func stack(_ namespace: NamespaceName) -> InternetStack {
        need(environment.namespace(namespace).stack as? InternetStack)
    }

    func address(_ text: String, _ device: String, _ namespace: NamespaceName) throws {
        try stack(namespace).addAddress(NetworkPrefix(text), to: environment.device(device, namespace))
    }

    /// A UDP socket of `a`, at port 4000.
    func socket(_ namespace: NamespaceName = "a", _ address: String = "0.0.0.0", port: UInt16 = 4000) throws
        -> UDPSocket
    {
        let address = try NetworkAddress(address)
        let socket = UDPSocket(stack: stack(namespace), isIPv6: address.isIPv6)
        try socket.bind(to: SocketAddress(address: address, port: port))
        return socket
    }

    func enableIPv6() throws {
        for name: NamespaceName in ["a", "b"] {
            try stack(name).setSysctl("net.ipv6.conf.all.disable_ipv6", to: "0")
        }
        try address("fd00::1/64", "v0", "a")
        try address("fd00::2/64", "v1", "b")
    }

    /// What passed at v0 since the last call, without what the kernel draws at random.
    func lines() -> [String] {
        defer { tap.frames = [] }
        return tap.frames.map { frame in
            let text = PacketDescription(frame.bytes).text(payloadLimit: 600)
            return (frame.isOutgoing ? "> " : "< ") + Self.withoutRandom(text)
        }
    }

    /// Drops IPv4 identifications and IPv6 flow labels.
    static func withoutRandom(_ text: String) -> String {
        text.replacing(/, (id|flow)=[0-9]+/, with: "").replacing(
            "eth(02:00:00:00:00:01 > 02:00:00:00:00:02) / ", with: "eth(a > b) / "
        ).replacing("eth(02:00:00:00:00:02 > 02:00:00:00:00:01) / ", with: "eth(b > a) / ")
    }

    /// The errno of a control call; nil where it succeeds.
    static func errno(_ body: () throws -> Void) -> KernelErrno? {
        do { try body() } catch ControlError.kernel(let failure) { return failure.errno } catch {
            return KernelErrno(rawValue: 9999)
        }
        return nil
    }
}

/// Keeps the frames that pass a device, from the link-layer header on.
final class FrameTap: PacketTap {
    var frames: [(isOutgoing: Bool, bytes: [UInt8])] = []
    var headrooms: [Int] = []
    /// Mark, priority, bytes outside the linear part, and checksum state of what went out.
    var metadata: [[Int]] = []

    func packet(_ packet: SocketBuffer, at device: NetworkDevice, isOutgoing: Bool) {
        if isOutgoing {
            frames.append((true, packet.bytes))
            headrooms.append(packet.headroom)
            metadata.append([
                Int(packet.mark), Int(packet.priority), packet.dataLength, Int(packet.checksumState.rawValue),
            ])
        } else {
            packet.push(packet.macLength)
            frames.append((false, packet.bytes))
            packet.pull(packet.macLength)
        }
    }
}
