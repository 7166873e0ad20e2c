import Datapath
import Foundation
import Histogram
import KernelControl
import PacketModel
import Synchronization

/// veth's pipeline in two threads: the sender's ends at the backlog, the receiver's begins there.
///
/// Each thread has a world of its own, made alike; frames cross between them by ``HandoverQueue`` with real wake-ups.
final class DeferredPipeline: Sendable {
    private let queue: HandoverQueue
    private let make: BenchmarkWorldFactory
    private let packets: Int
    private let latencyPackets: Int
    private let pace: UInt64
    private let shared = Mutex(Shared())
    private let receiverReady = DispatchSemaphore(value: 0)
    private let phaseDone = DispatchSemaphore(value: 0)
    private let senderDone = DispatchSemaphore(value: 0)
    private let receiverDone = DispatchSemaphore(value: 0)

    private struct Shared {
        var failure: (any Error)?
        var wall: UInt64 = 0
        var senderCPU: UInt64 = 0
        var receiverCPU: UInt64 = 0
        var framesOnWire: UInt64 = 0
        var median: UInt64 = 0
        var percentile99: UInt64 = 0
    }

    /// Sends before either phase, so that both threads' code and memory are warm.
    private static let warmUp = 1_000

    init(
        queueCapacity: Int, packets: Int, latencyPackets: Int, pace: UInt64, make: @escaping BenchmarkWorldFactory
    ) {
        queue = HandoverQueue(capacity: queueCapacity)
        self.packets = packets
        self.latencyPackets = latencyPackets
        self.pace = pace
        self.make = make
    }

    /// Runs both threads to their end.
    func run(_ row: PipelineRow, senderCPU: Int, receiverCPU: Int) throws -> PipelineResult {
        let receiver = Thread { [self] in guarded(receiverDone) { try receive(cpu: receiverCPU) } }
        let sender = Thread { [self] in guarded(senderDone) { try send(cpu: senderCPU) } }
        for thread in [receiver, sender] { thread.stackSize = 8 << 20 }
        receiver.start()
        sender.start()
        senderDone.wait()
        queue.close()
        receiverDone.wait()
        return try shared.withLock { shared in
            if let failure = shared.failure { throw failure }
            try checkFrames(shared.framesOnWire, packets + latencyPackets + Self.warmUp, row)
            return PipelineResult(
                row: row, packets: packets, wallNanoseconds: shared.wall,
                cpuNanoseconds: shared.senderCPU + shared.receiverCPU, latencyMedian: shared.median,
                latency99: shared.percentile99, skipped: nil)
        }
    }

    private func guarded(_ done: DispatchSemaphore, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            shared.withLock { $0.failure = $0.failure ?? error }
            // Whoever waits for this thread goes on and finds the failure.
            receiverReady.signal()
            for _ in 0..<2 { phaseDone.signal() }
            queue.close()
        }
        done.signal()
    }

    private var hasFailed: Bool { shared.withLock { $0.failure != nil } }

    private func send(cpu: Int) throws {
        guard ProcessorAffinity.pin(to: cpu) else { throw BenchmarkError("cannot pin a thread to CPU \(cpu)") }
        let world = try make()
        let queue = queue
        let clock = LatencyClock()
        world.host.divertBacklog { packet in
            var frame = HandoverQueue.Frame()
            frame.sentAt = clock.sentAt
            // The link-layer header lies in front of the data.
            let header = -(packet.macHeader ?? 0)
            frame.length = header + packet.length
            if packet.checksumState == .partial {
                frame.partialChecksum = (packet.checksumStart - packet.headroom + header, packet.checksumOffset)
            }
            unsafe queue.send(frame) { target in
                unsafe target.copyMemory(from: packet.data - header, byteCount: header)
                _ = unsafe packet.copyBytes(from: 0, count: packet.length, to: target + header)
            }
        }
        receiverReady.wait()
        for _ in 0..<Self.warmUp where !hasFailed { try world.send() }
        phaseDone.wait()

        let cpuBefore = Clocks.threadCPU()
        let start = Clocks.monotonic()
        for _ in 0..<packets { try world.send() }
        let cpuSpent = Clocks.threadCPU() - cpuBefore
        phaseDone.wait()
        let wall = Clocks.monotonic() - start
        shared.withLock {
            $0.wall = wall
            $0.senderCPU = cpuSpent
        }
        for _ in 0..<latencyPackets where !hasFailed {
            clock.sentAt = Clocks.monotonic()
            try world.send()
            Pace.wait(nanoseconds: pace)
        }
    }

    private func receive(cpu: Int) throws {
        guard ProcessorAffinity.pin(to: cpu) else { throw BenchmarkError("cannot pin a thread to CPU \(cpu)") }
        let world = try make()
        let before = try world.framesOnWire()
        var histogram = Histogram<UInt64>(highestTrackableValue: 10_000_000_000)
        let clock = LatencyClock()
        world.host.whenProgramRuns = { clock.noteProgram() }
        receiverReady.signal()
        var received = 0
        var cpuBefore: UInt64 = 0
        var failure: (any Error)?
        // A poll takes up to a NAPI weight's frames.
        while unsafe queue.receive(
            limit: 64,
            take: { frame, bytes in
                do {
                    clock.sentAt = frame.sentAt
                    unsafe try world.host.receiveFromBacklog(
                        UnsafeRawBufferPointer(start: bytes, count: frame.length),
                        partialChecksum: frame.partialChecksum, at: world.hostSide.device, in: world.hostSide.namespace)
                } catch {
                    failure = error
                }
                received += 1
                if received > Self.warmUp + packets { _ = histogram.record(clock.latency) }
            })
        {
            if let failure { throw failure }
            if received == Self.warmUp, cpuBefore == 0 {
                cpuBefore = Clocks.threadCPU()
                phaseDone.signal()
            }
            if received == Self.warmUp + packets {
                let spent = Clocks.threadCPU() - cpuBefore
                shared.withLock { $0.receiverCPU = $0.receiverCPU == 0 ? spent : $0.receiverCPU }
                phaseDone.signal()
            }
        }
        let frames = try world.framesOnWire() - before
        shared.withLock {
            $0.framesOnWire = frames
            $0.median = histogram.valueAtPercentile(50)
            $0.percentile99 = histogram.valueAtPercentile(99)
        }
    }
}
