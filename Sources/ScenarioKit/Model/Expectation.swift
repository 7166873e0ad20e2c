public import KernelControl
public import LinuxABI
public import PacketModel

/// What must hold at a point of a scenario; counts and counters are those since the first step began.
public struct Expectation: Sendable {
    public enum Subject: Sendable {
        case frames(Frames)
        case counters(DeviceReference, [(counter: CounterName, change: UInt64)])
        case received(Received)
        case entry(Entry)
        case chain(Chain)
        case program(Run)
        case drops(Drops)
        case softnet(cpu: Int, [(counter: SoftnetCounter, change: UInt32)])
        case neighbour(Neighbour)
        /// Texts that lines hold, in this order.
        case tracePipe([String])
    }

    public struct Frames: Sendable {
        public var capture: String
        public var count: Int?
        public var direction: CapturedFrame.Direction?
        /// The frame that `fields` and `bytes` are about; nil for the last.
        public var index: Int?
        public var fields: [(name: String, value: String)]
        public var bytes: [UInt8]?
    }

    public struct Received: Sendable {
        public var socket: String
        public var count: Int?
        public var payload: [UInt8]?
        public var source: SocketAddress?
        public var error: KernelErrno?
    }

    public struct Entry: Sendable {
        public var map: String
        public var key: ValueLiteral
        /// Nil for "no such entry", or for any value.
        public var value: ValueLiteral?
        public var isAbsent: Bool
        public var cpu: Int?
    }

    public struct Chain: Sendable {
        public var device: DeviceReference
        public var hook: AttachType
        public var programs: [String]?
        public var revision: UInt64?
    }

    public struct Run: Sendable {
        public var program: String
        public var count: Int?
        public var hook: AttachType?
        public var device: DeviceReference?
        public var verdict: String?
        public var context: String?
        public var cpu: Int?
    }

    public struct Drops: Sendable {
        public var count: Int?
        public var device: DeviceReference?
        public var reason: String?
        public var place: String?
    }

    public struct Neighbour: Sendable {
        public var device: DeviceReference
        public var address: NetworkAddress
        public var mac: LinkAddress?
        public var state: NeighbourWord?
    }

    public var subject: Subject
    public var place: SourcePlace
}

/// A column of softnet_stat that scenarios name.
public enum SoftnetCounter: String, CaseIterable, Sendable {
    case processed, dropped
    case timeSqueeze = "time_squeeze"
    case receivedRPS = "received_rps"

    /// Whether two kernels can be compared by it; the others hang on the wall clock.
    var isComparable: Bool { self == .processed || self == .dropped }
}
