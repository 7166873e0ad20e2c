/// What a checksum in a frame was, as captured.
public struct ChecksumFinding: Hashable, Sendable {
    public enum State: String, Hashable, Sendable {
        case valid
        /// Only the pseudo header is in it; a device completes it.
        case partial
        case wrong
        /// UDP over IPv4 without one.
        case none
        /// Not all that it covers is there: a fragment, a quotation, a frame cut short.
        case unknown
    }

    /// `ipv4`, `udp` …; with `inner.` in front for encapsulated packets and `quoted.` for those in ICMP errors.
    public var header: String
    public var state: State

    public init(_ header: String, _ state: State) {
        self.header = header
        self.state = state
    }
}
