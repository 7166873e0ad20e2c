public import KernelControl
public import LinuxABI

/// What a run of a scenario was seen to do: everything that two kernels are compared by.
public struct Observations: Sendable {
    /// One step: what it asked for, and how the kernel answered.
    public struct StepOutcome: Sendable {
        public var index: Int
        public var name: String?
        /// `send`, `attach` …
        public var verb: String
        /// Nil for success.
        public var failure: KernelFailure?
    }

    public struct Capture: Sendable {
        public var name: String
        public var device: DeviceReference
        public var frames: [CapturedFrame] = []
    }

    public struct Counters: Sendable {
        public var device: DeviceReference
        /// Changes since the first step, in ``CounterName``'s order.
        public var changes: [(counter: CounterName, change: UInt64)]
    }

    public struct Chain: Sendable {
        public var device: DeviceReference
        public var hook: AttachType
        public var revision: UInt64
        /// Names of attachments, `id N` for programs that the scenario doesn't know.
        public var programs: [String]
    }

    public struct Socket: Sendable {
        public var name: String
        public var datagrams: [ReceivedDatagram] = []
        public var errors: [KernelErrno] = []
    }

    public struct Map: Sendable {
        public var object: String
        public var name: String
        public var entries: [(key: [UInt8], value: [UInt8])]
    }

    public var steps: [StepOutcome] = []
    public var captures: [Capture] = []
    public var counters: [Counters] = []
    public var chains: [Chain] = []
    public var sockets: [Socket] = []
    public var maps: [Map] = []
    /// Changes since the first step, a row for each CPU.
    public var softnet: [[(counter: SoftnetCounter, change: UInt32)]] = []
    public var tracePipe: [String] = []

    public init() {}
}

extension CounterName {
    /// The counter's value in a device's statistics.
    public func value(in statistics: LinkStatistics) -> UInt64 {
        switch self {
        case .receivedPackets: statistics.receivedPackets
        case .receivedBytes: statistics.receivedBytes
        case .receiveErrors: statistics.receiveErrors
        case .receiveDropped: statistics.receiveDropped
        case .receiveNoHandler: statistics.receiveNoHandler
        case .otherHostDropped: statistics.otherHostDropped
        case .transmittedPackets: statistics.transmittedPackets
        case .transmittedBytes: statistics.transmittedBytes
        case .transmitDropped: statistics.transmitDropped
        }
    }
}

extension SoftnetCounter {
    /// The counter's value in a CPU's row.
    func value(in row: SoftnetStatistics) -> UInt32 {
        switch self {
        case .processed: row.processed
        case .dropped: row.dropped
        case .timeSqueeze: row.timeSqueeze
        case .receivedRPS: row.receivedRPS
        }
    }
}

extension Step.Action {
    /// The step's key in a scenario file.
    var verb: String {
        switch self {
        case .send: "send"
        case .ping: "ping"
        case .inject: "inject"
        case .attach: "attach"
        case .detach, .detachAt: "detach"
        case .setDevice, .setSysctl, .update: "set"
        case .deleteEntry, .deleteDevice: "delete"
        case .advance: "advance"
        case .expect: "expect"
        }
    }
}
