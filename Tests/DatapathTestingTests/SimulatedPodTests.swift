import DatapathTesting
import Foundation
import NetkitSimulator
import Testing

@Suite struct SimulatedPodTests {
    static func object(_ scenario: String) throws -> [UInt8] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return Array(
            try Data(contentsOf: root.appending(components: "Scenarios", scenario, "program.bpf.o")))
    }

    /// The README's example, over both kinds of link: the far host cannot tell them apart.
    @Test(arguments: SimulatedPod.Link.allCases) func aDatagramLeavesByTheNIC(link: SimulatedPod.Link) throws {
        let pod = try SimulatedPod(link)
        try pod.load(
            try Self.object("pod-egress-netkit"), program: "from_pod", setting: ["nic_ifindex": Int128(pod.nicIndex)])
        try pod.send("hello", to: "192.168.7.2:9")
        let request = "eth(02:00:00:00:07:01 > ff:ff:ff:ff:ff:ff) / arp(who-has 192.168.7.2 tell 192.168.7.1)"
        let frames = try pod.framesOnWire()
        #expect(frames.count == 2)
        #expect(PacketDescription(try #require(frames.first)).description.hasPrefix(request.prefix(45)))
        expectFrames(
            Array(frames.dropFirst()),
            [
                "eth(02:00:00:00:07:01 > 02:00:00:00:07:02) / ipv4(10.0.1.2 > 192.168.7.2, df) / udp(4000 > 9) / 'hello'"
            ])
    }

    @Test func aMissingAnUnexpectedAndAnUnreadableFrameAreIssues() {
        withKnownIssue { expectFrames([], ["ipv4(10.0.0.1 > 10.0.0.2)"]) }
        withKnownIssue { expectFrames([[1, 2, 3]], []) }
        withKnownIssue { expectFrames([[1, 2, 3]], ["ipv5(1 > 2)"]) }
        withKnownIssue { expectFrames([[1, 2, 3]], ["raw(010204)"]) }
    }

    @Test func whatTheVerifierRefusesIsThrown() throws {
        let pod = try SimulatedPod(.netkit)
        #expect(throws: (any Error).self) { try pod.load([1, 2, 3], program: "from_pod") }
    }
}
