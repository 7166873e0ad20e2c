/// One point of the exploration: all frames, and where it stands in the tree of states (`struct bpf_verifier_state`).
final class VerifierState {
    /// From the first function to the one that runs.
    var frames: [FrameState]
    /// The saved state that this one was last equal to; liveness and precision travel along this chain.
    var parent: VerifierState?
    /// Paths from here that are not finished: 0 when all were seen to end or be safe.
    var branches = 1
    /// Where a saved state was saved.
    var instruction = 0
    var firstInstruction = 0
    var lastInstruction = -1
    /// This state's part of the instruction history.
    var historyStart = 0
    var historyEnd = 0

    /// Frames that a call chain may have (MAX_CALL_FRAMES).
    static let frameLimit = 8

    init(first frame: FrameState) {
        frames = [frame]
    }

    /// A copy that shares no frame (`copy_verifier_state`).
    init(copying other: VerifierState) {
        frames = other.frames.map { FrameState(copying: $0) }
        parent = other.parent
        branches = other.branches
        instruction = other.instruction
        firstInstruction = other.firstInstruction
        lastInstruction = other.lastInstruction
        historyStart = other.historyStart
        historyEnd = other.historyEnd
    }

    deinit {
        // The chain can be as long as the program's path: released in a loop, as recursion would use up the stack.
        var next = parent
        parent = nil
        while next != nil, isKnownUniquelyReferenced(&next) {
            let following = next?.parent
            next?.parent = nil
            next = following
        }
    }

    var current: FrameState { frames[frames.count - 1] }

    /// Whether the frames were called from the same places (`same_callsites`).
    func hasSameCallSites(as other: VerifierState) -> Bool {
        guard frames.count == other.frames.count else { return false }
        return zip(frames, other.frames).allSatisfy { $0.callSite == $1.callSite }
    }

    /// Calls `body` for every register and spilled register of every frame.
    @inline(__always)
    func forEachRegister(_ body: (Register) -> Void) {
        for frame in frames { frame.forEachRegister(body) }
    }
}
