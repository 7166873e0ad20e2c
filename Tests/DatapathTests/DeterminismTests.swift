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
        /// Where packet and context lay, counted from the map's value: a program wrote it all into the map. The arena lies
        /// at its preferred base or elsewhere, its blocks always at the same distances.
        var distances: [UInt64]
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
        let value = try host.lookup(map, key: [0, 0, 0, 0])
        let pointers = (1...3).map { slot in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(value[slot * 8 + $1]) << UInt64($1 * 8) }
        }
        return Run(
            story: story, frames: try host.frames(capture).map(\.bytes),
            distances: pointers[..<2].map { $0 &- pointers[2] })
    }

    @Test func theSameSeedTellsTheSameStory() throws {
        let first = try run()
        let second = try run()
        #expect(first.story == second.story)
        #expect(first.frames == second.frames)
        #expect(first.frames.count == 20)
        #expect(first.distances == second.distances)
        #expect(!first.distances.contains(0))
    }
}
