public import KernelControl
public import LinuxABI
public import PacketModel

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

    /// A program ran at a hook.
    public struct Run: Hashable, Sendable {
        /// The step that it was seen in, counted from 1.
        public var step: Int
        /// As the scenario calls it; `id N` for programs that the scenario doesn't know.
        public var program: String
        /// What the hook was given, before it made a verdict of it.
        public var returnValue: Int32
        /// Nil once normalised, where a timer chose it.
        public var cpu: Int?

        public init(step: Int, program: String, returnValue: Int32, cpu: Int?) {
            self.step = step
            self.program = program
            self.returnValue = returnValue
            self.cpu = cpu
        }
    }

    /// The kernel freed a packet as dropped.
    public struct Drop: Hashable, Sendable {
        /// The step that it was seen in, counted from 1.
        public var step: Int
        /// The kernel's name, such as `NO_SOCKET`.
        public var reason: String
        /// `DEVICE@NAMESPACE`; nil where the packet named none.
        public var device: String?

        public init(step: Int, reason: String, device: String?) {
            self.step = step
            self.reason = reason
            self.device = device
        }
    }

    /// A frame that a capture saw.
    public struct Frame: Hashable, Sendable {
        /// The step that it was seen in, counted from 1.
        public var step: Int
        /// Nanoseconds; nil once normalised.
        public var time: UInt64?
        public var direction: CapturedFrame.Direction
        public var bytes: [UInt8]
        /// The true length where `bytes` was cut.
        public var length: Int
        /// Whether the transport checksum is left to a device.
        public var hasPartialChecksum: Bool
        /// What the checksums were before the frame was normalised; nil before.
        public var checksums: [ChecksumFinding]?

        public init(_ frame: CapturedFrame, step: Int) {
            self.step = step
            time = frame.time
            direction = frame.direction
            bytes = frame.bytes
            length = frame.length
            hasPartialChecksum = frame.hasPartialChecksum
        }
    }

    public struct Capture: Sendable {
        public var name: String
        public var device: DeviceReference
        public var frames: [Frame] = []
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

    public struct Neighbour: Sendable {
        /// `DEVICE@NAMESPACE`.
        public var device: String
        public var address: NetworkAddress
        public var linkAddress: LinkAddress?
        /// In the words of `ip neigh`; `known` and `unknown` once normalised.
        public var state: String
    }

    public struct Socket: Sendable {
        public var name: String
        /// With the steps that they came in, counted from 1.
        public var datagrams: [(step: Int, datagram: ReceivedDatagram)] = []
        /// With the steps that they came in, counted from 1.
        public var errors: [(step: Int, errno: KernelErrno)] = []
    }

    public struct Map: Sendable {
        public var object: String
        public var name: String
        /// In a per-CPU map each CPU's value, one behind the other.
        public var entries: [(key: [UInt8], value: [UInt8])]
        /// Bytes from one CPU's value to the next; nil for maps with one value for all.
        public var valueStride: Int?
    }

    public var steps: [StepOutcome] = []
    /// In their order; nil where the kernel keeps no account of them.
    public var runs: [Run]?
    /// In their order; nil where the kernel keeps no account of them.
    public var drops: [Drop]?
    public var captures: [Capture] = []
    public var counters: [Counters] = []
    public var chains: [Chain] = []
    /// At the end, those that protocols have made or a user; in the order of namespaces, devices and addresses.
    public var neighbours: [Neighbour] = []
    public var sockets: [Socket] = []
    public var maps: [Map] = []
    /// Changes since the first step, a row for each CPU.
    public var softnet: [[(counter: SoftnetCounter, change: UInt32)]] = []
    /// Lines with the steps that they came in, counted from 1.
    public var tracePipe: [(step: Int, text: String)] = []

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
