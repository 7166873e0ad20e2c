import KernelControl
import LinuxABI
import PacketModel
import Testing
import Trace

@testable import NetworkModel

/// A pod behind netkit, its host's NIC, and another host on the wire, with the real protocols.
@Suite struct WholePathTests {
    private func topology() throws -> TestEnvironment {
        let environment = TestEnvironment { InternetStack(namespace: $0) }
        for name: NamespaceName in ["pod", "host", "far"] { try environment.network.createNamespace(name) }
        try environment.make(
            NewLink(
                kind: .netkit(NetkitAttributes()), name: "nk", peer: PeerLink(name: "eth0", namespace: "pod")),
            in: "host")
        for name: NamespaceName in ["host", "far"] {
            try environment.make(NewLink(kind: .nic(NICAttributes(wire: "lan")), name: "nic"), in: name)
        }
        for (device, name) in [("nk", "host"), ("eth0", "pod"), ("nic", "host"), ("nic", "far")]
            as [(String, NamespaceName)]
        {
            try environment.up((device, name))
        }
        return environment
    }

    private func stack(_ environment: TestEnvironment, _ name: NamespaceName) -> InternetStack {
        need(environment.namespace(name).stack as? InternetStack)
    }

    private func address(
        _ environment: TestEnvironment, _ text: String, _ device: String, _ name: NamespaceName
    ) throws {
        try stack(environment, name).addAddress(NetworkPrefix(text), to: environment.device(device, name))
    }

    @Test(arguments: [false, true])
    func
        `pod to wire by redirect_neigh: the program runs in the sender's context, the neighbour is found over the wire`(
            _ isIPv6: Bool
        ) throws
    {
        let environment = try topology()
        for name: NamespaceName in ["pod", "host", "far"] where isIPv6 {
            try stack(environment, name).setSysctl("net.ipv6.conf.all.disable_ipv6", to: "0")
        }
        let (pod, host, far) = isIPv6 ? ("fd01::2", "fd00::1", "fd00::9") : ("10.1.0.2", "192.168.7.1", "192.168.7.9")
        try address(environment, isIPv6 ? "\(pod)/128" : "\(pod)/32", "eth0", "pod")
        try address(environment, isIPv6 ? "\(host)/64" : "\(host)/24", "nic", "host")
        // A solicitation for another's packet leaves from the link-local address (ndisc_send_ns), or not at all.
        if isIPv6 { try address(environment, "fe80::1/64", "nic", "host") }
        try address(environment, isIPv6 ? "\(far)/64" : "\(far)/24", "nic", "far")
        try stack(environment, "pod").addRoute(
            NewRoute(destination: NetworkPrefix(isIPv6 ? "::/0" : "0.0.0.0/0"), device: "eth0"))
        let nic = environment.device("nic", "host")
        try environment.network.hook(.netkitPeer, device: "nk", in: "host").attach(
            TestProgram(1, environment) { _, context in TestHelper.redirectNeighbour(context, nic.index) })
        let socket = UDPSocket(stack: stack(environment, "pod"), isIPv6: isIPv6)
        let receiver = UDPSocket(stack: stack(environment, "far"), isIPv6: isIPv6)
        try receiver.bind(to: SocketAddress(address: NetworkAddress(far), port: 9))
        for byte: UInt8 in [1, 2] {
            try socket.send([byte], to: SocketAddress(address: NetworkAddress(far), port: 9))
            environment.settle()
            #expect(receiver.receiveAll().map(\.payload) == [[byte]])
        }
        // One crossing of a backlog would be a stage; there is none on this way.
        #expect(environment.backlogOffers == 0)
        #expect(environment.device("eth0", "pod").statistics.transmittedPackets == 2)
        #expect(environment.device("nk", "host").statistics == LinkStatistics())
    }
}
