import Datapath
import KernelControl
import LinuxABI
import Testing
import Trace

/// Same seed, same bytes: the stories, and even the pointers that programs see.
@Suite struct DeterminismTests {
    struct Run: Equatable {
        var story: String
        /// As a capture has them, IPv4's random identification included.
        var frames: [[UInt8]]
        /// The addresses of packet, context and map value that a program wrote into its map.
        var pointers: [UInt8]
        var hasRepeatablePointers: Bool
    }

    private func run() throws -> Run {
        let host = SimulatedHost()
        let world = WorldBuilder(kernel: host)
        try world.netkitPod()
        let map = try world.observations()
        try world.attach(
            ContextCases.counting(
                in: map,
                """
                r1 = *(u32 *)(r6 + 76)
                *(u64 *)(r0 + 8) = r1
                *(u64 *)(r0 + 16) = r6
                *(u64 *)(r0 + 24) = r0
                r0 = 0
                exit
                """), to: "nk0@node", .netkitPeer)
        let capture = try host.openCapture(device: "nk0", in: "node")
        let server = try world.socket(in: "node", "10.0.1.1", 9)
        let client = try world.socket(in: "pod", "10.0.1.2", 4000)
        for number in 0..<20 { try world.send([UInt8(number)], from: client, to: "10.0.1.1", 9) }
        #expect(try host.receive(server).count == 20)
        let story = JSONValue.array((host.recorder?.events ?? []).map(\.json)).text
        return Run(
            story: story, frames: try host.frames(capture).map(\.bytes),
            pointers: try host.lookup(map, key: [0, 0, 0, 0]),
            hasRepeatablePointers: host.hasRepeatablePointers)
    }

    @Test func theSameSeedTellsTheSameStory() throws {
        let first = try run()
        let second = try run()
        #expect(first.story == second.story)
        #expect(first.frames == second.frames)
        #expect(first.frames.count == 20)
        #expect(first.pointers[8...].contains { $0 != 0 })
        if first.hasRepeatablePointers && second.hasRepeatablePointers {
            #expect(first.pointers == second.pointers)
        }
    }
}
