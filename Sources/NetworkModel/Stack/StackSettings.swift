/// A namespace's sysctls of net.ipv4 and net.ipv6 that are modelled, with Linux's defaults.
struct StackSettings {
    /// `net.ipv4.ip_forward`, `net.ipv4.conf.all.forwarding`.
    var forwardsIPv4All = false
    var forwardsIPv4Default = false
    var sendsRedirectsAll = true
    var sendsRedirectsDefault = true
    /// `net.ipv6.conf.all.forwarding`.
    var forwardsIPv6All = false
    var forwardsIPv6Default = false
    /// `net.ipv6.conf.all.disable_ipv6`; nksim's namespaces start with IPv6 off.
    var isIPv6DisabledAll = true
    var isIPv6DisabledDefault = true
    var defaultTTL: UInt8 = 64
    /// Milliseconds.
    var icmpRateLimit: UInt64 = 1000
    var icmpRateMask: UInt32 = 0x1818
    var icmpMessagesPerSecond = 1000
    var icmpMessagesBurst = 50
    var echoIgnoreAll = false
    /// Milliseconds.
    var icmpv6RateLimit: UInt64 = 1000
    /// `ip_forward_update_priority`.
    var forwardUpdatesPriority = true
    /// `net.ipv4.ip_local_port_range`.
    var localPorts: ClosedRange<UInt16> = 32768...60999
}
