import PacketModel

/// How often ICMP may speak: a credit for the whole namespace and tokens for each destination
/// (`icmp_global_allow`, `inet_peer_xrlim_allow`). Times are jiffies of 4 ms, as in a kernel with HZ=250.
struct ICMPRateLimits {
    private struct Peer {
        var tokens: UInt64 = 0
        var last: UInt64
    }

    private static let hertz: UInt64 = 250
    private var credit = 0
    private var stamp: UInt64?
    private var peers: [NetworkAddress: Peer] = [:]

    /// `icmp_global_allow`: whether any message may go now.
    mutating func allowsAny(perSecond: Int, burst: Int, now: UInt64) -> Bool {
        if credit > 0 { return true }
        let jiffies = now / 4_000_000
        let elapsed = stamp.map { min(jiffies - $0, Self.hertz) } ?? Self.hertz
        if elapsed < Self.hertz / 50 { return false }
        let added = perSecond * Int(elapsed) / Int(Self.hertz)
        if added == 0 { return false }
        stamp = jiffies
        credit = min(credit + added, burst)
        return true
    }

    /// `icmp_global_consume`: takes 0, 1 or 2.
    mutating func consume(random: UInt32) { credit -= Int(UInt64(random) * 3 >> 32) }

    /// Whether a destination may hear of us again: one message each `interval` milliseconds, six saved up.
    mutating func allows(_ destination: NetworkAddress, interval: UInt64, now: UInt64) -> Bool {
        let cost = interval * Self.hertz / 1000
        return take(destination, cost: cost, burst: 6 * cost, now: now)
    }

    /// `ip_error`: one a second, five saved up, from the same tokens.
    mutating func allowsRouteError(_ destination: NetworkAddress, now: UInt64) -> Bool {
        take(destination, cost: Self.hertz, burst: 5 * Self.hertz, now: now)
    }

    private mutating func take(_ destination: NetworkAddress, cost: UInt64, burst: UInt64, now: UInt64) -> Bool {
        let jiffies = now / 4_000_000
        // A new peer has been silent for a minute.
        var peer = peers[destination] ?? Peer(tokens: 60 * Self.hertz, last: jiffies)
        peer.tokens = min(peer.tokens + (jiffies - peer.last), burst)
        peer.last = jiffies
        let isAllowed = peer.tokens >= cost
        if isAllowed { peer.tokens -= cost }
        peers[destination] = peer
        return isAllowed
    }
}
