#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A bounded queue of frames between two threads, with real wake-ups: the backlog where softirq is deferred to another
/// thread.
///
/// Frames are copied in and out, since each thread has a simulation of its own. A full queue makes the sender wait, as a
/// socket's send buffer does. One mutex and two condition variables guard all of it.
@safe final class HandoverQueue: @unchecked Sendable {
    /// One frame on its way, and what the receiving side needs to know of it.
    struct Frame {
        /// When its send call began, on the monotonic clock.
        var sentAt: UInt64 = 0
        var length = 0
        /// Where a partial checksum starts, from the frame's start, and its field's distance; nil where it is complete.
        var partialChecksum: (start: Int, offset: Int)?
    }

    static let slotByteCount = 2_048
    private let capacity: Int
    private let slots: UnsafeMutablePointer<Frame>
    private let bytes: UnsafeMutableRawPointer
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let hasFrames: UnsafeMutablePointer<pthread_cond_t>
    private let hasRoom: UnsafeMutablePointer<pthread_cond_t>
    private var head = 0
    private var count = 0
    private var isClosed = false
    private var isReceiverWaiting = false
    private var isSenderWaiting = false
    /// How often a waiting receiver was woken.
    private(set) var wakeUps = 0

    init(capacity: Int) {
        self.capacity = capacity
        unsafe slots = .allocate(capacity: capacity)
        unsafe slots.initialize(repeating: Frame(), count: capacity)
        unsafe bytes = .allocate(byteCount: capacity * Self.slotByteCount, alignment: 64)
        unsafe mutex = .allocate(capacity: 1)
        unsafe hasFrames = .allocate(capacity: 1)
        unsafe hasRoom = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe hasFrames.initialize(to: pthread_cond_t())
        unsafe hasRoom.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(hasFrames, nil)
        unsafe pthread_cond_init(hasRoom, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe pthread_cond_destroy(hasFrames)
        unsafe pthread_cond_destroy(hasRoom)
        unsafe slots.deallocate()
        unsafe bytes.deallocate()
        unsafe mutex.deallocate()
        unsafe hasFrames.deallocate()
        unsafe hasRoom.deallocate()
    }

    /// Appends a frame whose bytes `fill` writes, at most ``slotByteCount``; waits while the queue is full. Once the queue is
    /// closed, frames are let go.
    func send(_ frame: Frame, fill: (UnsafeMutableRawPointer) -> Void) {
        unsafe pthread_mutex_lock(mutex)
        while count == capacity, !isClosed {
            isSenderWaiting = true
            unsafe pthread_cond_wait(hasRoom, mutex)
        }
        if isClosed {
            unsafe pthread_mutex_unlock(mutex)
            return
        }
        let slot = (head + count) % capacity
        unsafe slots[slot] = frame
        unsafe fill(bytes + slot * Self.slotByteCount)
        count += 1
        let wakes = isReceiverWaiting
        isReceiverWaiting = false
        if wakes { wakeUps += 1 }
        unsafe pthread_mutex_unlock(mutex)
        if wakes { unsafe pthread_cond_signal(hasFrames) }
    }

    /// Takes up to `limit` frames, each handed to `take` outside the lock; waits while there are none. False once the
    /// queue is closed and empty.
    func receive(limit: Int, take: (Frame, UnsafeRawPointer) -> Void) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        while count == 0, !isClosed {
            isReceiverWaiting = true
            unsafe pthread_cond_wait(hasFrames, mutex)
        }
        let start = head
        let taken = min(limit, count)
        unsafe pthread_mutex_unlock(mutex)
        guard taken > 0 else { return false }
        // The sender writes behind head + count only, so these slots are ours until the count goes down.
        for index in 0..<taken {
            let slot = (start + index) % capacity
            unsafe take(slots[slot], UnsafeRawPointer(bytes + slot * Self.slotByteCount))
        }
        unsafe pthread_mutex_lock(mutex)
        head = (head + taken) % capacity
        count -= taken
        let wakes = isSenderWaiting
        isSenderWaiting = false
        unsafe pthread_mutex_unlock(mutex)
        if wakes { unsafe pthread_cond_signal(hasRoom) }
        return true
    }

    /// Says that no frame follows.
    func close() {
        unsafe pthread_mutex_lock(mutex)
        isClosed = true
        unsafe pthread_mutex_unlock(mutex)
        unsafe pthread_cond_signal(hasFrames)
        unsafe pthread_cond_signal(hasRoom)
    }
}
