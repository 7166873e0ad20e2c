import SimulationCore
public import Trace

/// How a scenario ended, with all that is needed to tell why.
public struct ScenarioResult: Sendable {
    public enum Outcome: String, Sendable, CaseIterable {
        /// Every step and expectation held.
        case held
        /// Something was judged, and did not hold.
        case failed
        /// The scenario asks for something that nksim lacks.
        case notModelled = "not_modelled"
        /// The kernel that was asked for cannot be had here.
        case unavailable
        /// Nothing could be judged: unreadable input.
        case unreadable
    }

    public var file: String
    public var title: String?
    public var kernel: String
    public var seed: UInt64
    public var failures: [ScenarioFailure] = []
    /// What ended the run before its last step; nil where all steps were taken.
    public var error: ScenarioError?
    public var expectationCount = 0
    /// Expected values that this kernel has no way to show, such as a context where there is no trace.
    public var notJudgedCount = 0
    public var observations = Observations()
    public var events: [TraceEvent] = []
    /// How many events there were at the end of each step, counted from 1.
    var eventCounts: [Int: Int] = [:]
    /// The release of the kernel that it ran on, such as `6.12.90+deb13-cloud-amd64`; nil for the model.
    public var release: String?
    /// What a reader must know of the kernel that it ran on.
    public var remarks: [String] = []
    /// What another kernel may see differently; nil where nothing was observed.
    public var normalisation: Normalisation?

    /// The observations as two kernels are compared by them; nil where nothing was observed.
    public var normalisedObservations: Observations? { normalisation?.normalised(observations) }

    public var outcome: Outcome {
        switch error?.kind {
        case .input: .unreadable
        case .notModelled: .notModelled
        case .unavailable: .unavailable
        case .kernel: .failed
        case nil: failures.isEmpty ? .held : .failed
        }
    }

    /// Virtual nanoseconds from the first event to the last; nil without a trace.
    public var duration: UInt64? {
        guard let first = events.first, let last = events.last else { return nil }
        return last.time.nanoseconds - first.time.nanoseconds
    }
}

/// One thing that was expected and did not come.
public struct ScenarioFailure: Sendable {
    /// One compared value.
    public struct Row: Sendable {
        public var field: String
        public var expected: String
        public var found: String

        public init(_ field: String, expected: String, found: String) {
            self.field = field
            self.expected = expected
            self.found = found
        }

        public var holds: Bool { expected == found }
    }

    public var place: SourcePlace
    /// `frames of capture wire`, `step 3, attach` …
    public var subject: String
    public var rows: [Row]
    /// The way up to there of the packets that the expectation is about.
    public var path: [TraceEvent] = []
}
