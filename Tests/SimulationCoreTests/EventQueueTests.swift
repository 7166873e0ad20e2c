import SimulationCore
import Testing

@Suite struct EventQueueTests {
    @Test func eventsComeByTimeThenByOrderOfScheduling() {
        var queue = EventQueue<() -> Void>()
        var seen: [String] = []
        queue.schedule(at: VirtualTime(nanoseconds: 5)) { seen.append("late") }
        queue.schedule(at: VirtualTime(nanoseconds: 1)) { seen.append("first") }
        queue.schedule(at: VirtualTime(nanoseconds: 1)) { seen.append("second") }
        let cancelled = queue.schedule(at: .zero) { seen.append("cancelled") }
        queue.cancel(cancelled)
        #expect(queue.nextDue == VirtualTime(nanoseconds: 1))
        while let event = queue.next() { event.event() }
        #expect(seen == ["first", "second", "late"])
    }
}

@Suite struct RandomStreamTests {
    @Test func oneSeedGivesOneSequenceAndNamesKeepStreamsApart() {
        var one = RandomStream(seed: 7, name: "a")
        var again = RandomStream(seed: 7, name: "a")
        var other = RandomStream(seed: 7, name: "b")
        let first = (0..<4).map { _ in one.next() }
        #expect(first == (0..<4).map { _ in again.next() })
        #expect(first != (0..<4).map { _ in other.next() })
    }
}

@Suite struct MemoryArenaTests {
    @Test func blocksRepeatAndComeZeroed() throws {
        let arena = MemoryArena(capacity: 1 << 20)
        let block = try unsafe #require(arena.allocate(100))
        unsafe block.storeBytes(of: 0xFF, as: UInt8.self)
        unsafe arena.free(block, 100)
        let again = try unsafe #require(arena.allocate(128))
        #expect(unsafe again == block)
        #expect(unsafe again.load(as: UInt8.self) == 0)
        #expect(arena.bytesInUse == 128)
        #expect(unsafe arena.allocate(1 << 21) == nil)
    }
}
