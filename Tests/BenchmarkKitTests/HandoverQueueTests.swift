import Foundation
import Testing

@testable import BenchmarkKit

@Suite struct HandoverQueueTests {
    /// More frames than slots: the sender waits, nothing is lost, and the order stays.
    @Test func framesKeepTheirOrderAcrossThreads() {
        let queue = HandoverQueue(capacity: 3)
        let sender = Thread {
            for number in 0..<1_000 {
                unsafe queue.send(HandoverQueue.Frame(sentAt: UInt64(number), length: 8)) { target in
                    unsafe target.storeBytes(of: UInt64(number) * 3, as: UInt64.self)
                }
            }
            queue.close()
        }
        sender.start()
        var seen: [UInt64] = []
        var payloads: [UInt64] = []
        while unsafe queue.receive(
            limit: 2,
            take: { frame, bytes in
                seen.append(frame.sentAt)
                payloads.append(unsafe bytes.load(as: UInt64.self))
            })
        {}
        #expect(seen == Array(0..<1_000))
        #expect(payloads == seen.map { $0 * 3 })
    }
}
