import SimulationCore

/// `net.ipv4.neigh.DEV` or `net.ipv6.neigh.DEV`: how one family's neighbours of one device are searched for
/// (`struct neigh_parms`), with Linux's defaults.
///
/// Every device has its own. `neigh.default` is a file of the first namespace only (`neigh_sysctl_register`).
final class NeighbourParameters {
    static let second: UInt64 = 1_000_000_000
    /// What one packet counts in `unres_qlen`: SKB_TRUESIZE(ETH_FRAME_LEN).
    static let frameTrueSize = 2112

    /// Bytes of parked packets per neighbour (`unres_qlen_bytes`).
    @safe @exclusivity(unchecked) var queueBytes = 212_992
    /// Nanoseconds between probes (`retrans_time_ms`).
    @safe @exclusivity(unchecked) var retransmit: UInt64 = second
    @safe @exclusivity(unchecked) var unicastProbes = 3
    @safe @exclusivity(unchecked) var multicastProbes = 3
    /// Nanoseconds (`base_reachable_time_ms`).
    @safe @exclusivity(unchecked) var baseReachable: UInt64 = 30 * second {
        didSet { drawnReachable = 0 }
    }
    /// Nanoseconds (`delay_first_probe_time`).
    @safe @exclusivity(unchecked) var delayFirstProbe: UInt64 = 5 * second
    /// Nanoseconds that an entry resists another address (`locktime`); IPv6 has no such thing.
    @safe @exclusivity(unchecked) var lock: UInt64 = second
    /// Nanoseconds; 0 until drawn (`reachable_time`).
    @safe @exclusivity(unchecked) private var drawnReachable: UInt64 = 0

    /// `neigh_rand_reach_time`: between a half and one and a half of base_reachable_time, drawn once.
    func reachableTime(_ environment: any NetworkEnvironment) -> UInt64 {
        if drawnReachable == 0 {
            drawnReachable = baseReachable / 2 + UInt64(environment.random32()) % max(1, baseReachable)
        }
        return drawnReachable
    }
}
