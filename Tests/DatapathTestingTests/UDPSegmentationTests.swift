import DatapathTesting
import NetkitSimulator
import Testing

@Suite struct UDPSegmentationOnTheWireTests {
    /// A compiled program redirects the whole packet, the NIC's frames are ten. Recorded from 6.12 with the same sizes: the
    /// pod's device counts 1 packet, the NIC 10.
    @Test(arguments: SimulatedPod.Link.allCases) func aPodsSegmentedSendIsTenFrames(link: SimulatedPod.Link) throws {
        let pod = try SimulatedPod(link)
        try pod.load(
            try SimulatedPodTests.object("pod-egress-netkit"), program: "from_pod",
            setting: ["nic_ifindex": Int128(pod.nicIndex)])
        try pod.send("to resolve the neighbour", to: "192.168.7.2:9")
        let before = try pod.host.link("nic0", in: SimulatedPod.node).statistics.transmittedPackets
        let podBefore = try pod.host.link("eth0", in: SimulatedPod.pod).statistics.transmittedPackets
        _ = try pod.framesOnWire()
        var request = SocketRequest(
            kind: .udp, isIPv6: false, namespace: SimulatedPod.pod, task: TaskIdentity(name: "pod"))
        request.segmentSize = 100
        request.discoversMTU = true
        let socket = try pod.host.openSocket(request)
        try pod.host.bind(socket, to: SocketAddress(address: try NetworkAddress("10.0.1.2"), port: 4001))
        let payload = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        try pod.host.send(
            payload, from: socket, to: SocketAddress(address: try NetworkAddress("192.168.7.2"), port: 9))
        try pod.host.settle()
        let frames = try pod.framesOnWire()
        #expect(try pod.host.link("nic0", in: SimulatedPod.node).statistics.transmittedPackets == before + 10)
        #expect(try pod.host.link("eth0", in: SimulatedPod.pod).statistics.transmittedPackets == podBefore + 1)
        #expect(frames.count == 10)
        for (index, frame) in frames.enumerated() {
            // MACs, then IPv4 with identification `index` and DF, UDP, payload; both checksums by hand; port 4001 is 0x0FA1.
            var expected: [UInt8] = [2, 0, 0, 0, 7, 2, 2, 0, 0, 0, 7, 1, 8, 0]
            var ip: [UInt8] = [0x45, 0, 0, 128, 0, UInt8(index), 0x40, 0, 64, 17, 0, 0, 10, 0, 1, 2, 192, 168, 7, 2]
            let ipSum = Self.checksum(ip)
            ip[10] = UInt8(ipSum >> 8)
            ip[11] = UInt8(ipSum & 0xFF)
            var udp: [UInt8] = [0x0F, 0xA1, 0, 9, 0, 108, 0, 0]
            udp += payload[(index * 100)..<(index * 100 + 100)]
            let udpSum = Self.checksum(Array(ip[12...]) + [0, 17, 0, 108] + udp)
            udp[6] = UInt8(udpSum >> 8)
            udp[7] = UInt8(udpSum & 0xFF)
            expected += ip + udp
            #expect(frame == expected, "frame \(index)")
        }
    }

    @Test func onlyUDPSocketsTakeUDPSegment() throws {
        let pod = try SimulatedPod(.netkit)
        for kind: SocketRequest.Kind in [.icmpEcho, .packet(device: "eth0")] {
            var request = SocketRequest(
                kind: kind, isIPv6: false, namespace: SimulatedPod.pod, task: TaskIdentity(name: "pod"))
            request.segmentSize = 100
            do {
                _ = try pod.host.openSocket(request)
                Issue.record("\(kind) was opened")
            } catch ControlError.kernel(let failure) {
                #expect(failure.errno == .ENOPROTOOPT)
            }
        }
    }

    /// RFC 1071, over big-endian words.
    private static func checksum(_ bytes: [UInt8]) -> Int {
        var sum = 0
        for (index, byte) in bytes.enumerated() { sum += Int(byte) << (index & 1 == 0 ? 8 : 0) }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~sum & 0xFFFF
    }
}
