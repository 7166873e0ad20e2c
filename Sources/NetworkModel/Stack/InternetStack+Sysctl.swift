public import KernelControl
import LinuxABI

/// The sysctls of net.ipv4 and net.ipv6 (Documentation/networking/ip-sysctl.rst).
extension InternetStack {
    /// Writes one: ENOENT for a device that is not there, EINVAL for a value that is no number or out of range, "not
    /// modelled" for names, and values of fixed ones, that the stack has no part for.
    public func setSysctl(_ name: String, to value: String) throws(ControlError) {
        let parts = name.split(separator: ".").map { String($0) }
        guard parts.count >= 3, parts[0] == "net" else { throw .errno(.ENOENT) }
        if name == "net.ipv4.ip_local_port_range" { return try setPorts(value) }
        guard let number = UInt64(value) else { throw .errno(.EINVAL) }
        if parts.count == 5, parts[2] == "conf" { return try setConf(parts[1], parts[3], parts[4], number) }
        if parts.count == 5, parts[2] == "neigh" { return try setNeighbour(parts[1], parts[3], parts[4], number) }
        switch name {
        case "net.ipv4.ip_forward": try setConf("ipv4", "all", "forwarding", number)
        case "net.ipv4.ip_default_ttl":
            guard (1...255).contains(number) else { throw .errno(.EINVAL) }
            settings.defaultTTL = UInt8(number)
        case "net.ipv4.icmp_ratelimit": settings.icmpRateLimit = number
        case "net.ipv4.icmp_ratemask": settings.icmpRateMask = UInt32(truncatingIfNeeded: number)
        case "net.ipv4.icmp_msgs_per_sec": settings.icmpMessagesPerSecond = Int(min(number, 1 << 31))
        case "net.ipv4.icmp_msgs_burst": settings.icmpMessagesBurst = Int(min(number, 1 << 31))
        case "net.ipv4.icmp_echo_ignore_all": settings.echoIgnoreAll = number != 0
        case "net.ipv4.ip_forward_update_priority": settings.forwardUpdatesPriority = number != 0
        case "net.ipv6.icmp.ratelimit": settings.icmpv6RateLimit = number
        default: throw .notModelled("sysctl \(name)")
        }
    }

    private func setPorts(_ value: String) throws(ControlError) {
        let bounds = value.split(whereSeparator: { $0 == " " || $0 == "\t" }).compactMap { UInt16($0) }
        guard bounds.count == 2, bounds[0] <= bounds[1], bounds[0] > 0 else { throw .errno(.EINVAL) }
        settings.localPorts = bounds[0]...bounds[1]
    }

    /// What has one modelled value: setting it to that is no change.
    private static let fixed: [String: UInt64] = [
        "ipv4 rp_filter": 0, "ipv4 accept_local": 0, "ipv4 arp_ignore": 0, "ipv4 arp_announce": 0,
        "ipv4 route_localnet": 0, "ipv4 proxy_arp": 0, "ipv4 arp_accept": 0,
        "ipv6 accept_dad": 0, "ipv6 router_solicitations": 0, "ipv6 addr_gen_mode": 1, "ipv6 accept_ra": 0,
        "ipv6 proxy_ndp": 0, "ipv6 dad_transmits": 0,
    ]

    private func setConf(
        _ family: String, _ target: String, _ name: String, _ number: UInt64
    ) throws(ControlError) {
        var states: [InternetDevice] = []
        if target == "all" {
            states = allStates
        } else if target != "default" {
            guard let device = namespace.device(named: target), let state = state(of: device) else {
                throw .errno(.ENOENT)
            }
            states = [state]
        }
        switch (family, name) {
        case ("ipv4", "forwarding"):
            // inet_forward_change: `all` goes for the default and every device too.
            if target != "all", target != "default" {
                states[0].forwardsIPv4 = number != 0
            } else {
                settings.forwardsIPv4Default = number != 0
                if target == "all" { settings.forwardsIPv4All = number != 0 }
                for state in states { state.forwardsIPv4 = number != 0 }
            }
            forgetRoutes()
        case ("ipv4", "arp_ignore") where target != "all" && target != "default" && (number == 0 || number == 8):
            states[0].ignoresARP = number == 8
        case ("ipv4", "send_redirects"):
            switch target {
            case "all": settings.sendsRedirectsAll = number != 0
            case "default": settings.sendsRedirectsDefault = number != 0
            default: states[0].sendsRedirects = number != 0
            }
        case ("ipv6", "forwarding"):
            // Routers join groups of their own, and tell of it (addrconf_forward_change, MLD).
            if states.contains(where: { !$0.ipv6.isEmpty && $0.forwardsIPv6 != (number != 0) }) {
                environment.notModelled(
                    "reports of the groups that a router is in: forwarding of IPv6 changed while devices have addresses"
                )
            }
            if target == "all" { settings.forwardsIPv6All = number != 0 }
            if target == "all" || target == "default" { settings.forwardsIPv6Default = number != 0 }
            for state in states { state.forwardsIPv6 = number != 0 }
        case ("ipv6", "disable_ipv6"):
            if target == "all" { settings.isIPv6DisabledAll = number != 0 }
            if target == "all" || target == "default" { settings.isIPv6DisabledDefault = number != 0 }
            for state in states { setIPv6Disabled(number != 0, state) }
        default:
            guard let value = Self.fixed["\(family) \(name)"], value == number else {
                throw .notModelled("sysctl net.\(family).conf.\(target).\(name) = \(number)")
            }
        }
    }

    /// `net.FAMILY.neigh.DEV.NAME`; `default` is a file of the first namespace only, which is none of ours.
    private func setNeighbour(
        _ family: String, _ target: String, _ name: String, _ number: UInt64
    ) throws(ControlError) {
        guard let device = namespace.device(named: target), let state = state(of: device) else {
            throw .errno(.ENOENT)
        }
        let parameters: NeighbourParameters
        switch family {
        case "ipv4": parameters = state.neighbourParameters4
        case "ipv6": parameters = state.neighbourParameters6
        default: throw .errno(.ENOENT)
        }
        // All are integers from 0 up (`neigh_proc_dointvec_zero_intmax`).
        guard number <= UInt64(Int32.max) else { throw .errno(.EINVAL) }
        switch name {
        case "unres_qlen_bytes": parameters.queueBytes = Int(number)
        case "unres_qlen":
            guard number <= UInt64(Int32.max) / UInt64(NeighbourParameters.frameTrueSize) else {
                throw .errno(.EINVAL)
            }
            parameters.queueBytes = Int(number) * NeighbourParameters.frameTrueSize
        case "retrans_time_ms": parameters.retransmit = number * 1_000_000
        case "ucast_solicit": parameters.unicastProbes = Int(number)
        case "mcast_solicit": parameters.multicastProbes = Int(number)
        case "base_reachable_time_ms": parameters.baseReachable = number * 1_000_000
        case "delay_first_probe_time": parameters.delayFirstProbe = number * NeighbourParameters.second
        default: throw .notModelled("sysctl of neighbours \(name)")
        }
    }

    /// Reads one.
    public func sysctl(_ name: String) throws(ControlError) -> String {
        let parts = name.split(separator: ".").map { String($0) }
        if parts.count == 5, parts[2] == "conf" { return try conf(parts[1], parts[3], parts[4]) }
        switch name {
        case "net.ipv4.ip_forward": return settings.forwardsIPv4All ? "1" : "0"
        case "net.ipv4.ip_default_ttl": return "\(settings.defaultTTL)"
        case "net.ipv4.icmp_ratelimit": return "\(settings.icmpRateLimit)"
        case "net.ipv4.icmp_ratemask": return "\(settings.icmpRateMask)"
        case "net.ipv4.icmp_msgs_per_sec": return "\(settings.icmpMessagesPerSecond)"
        case "net.ipv4.icmp_msgs_burst": return "\(settings.icmpMessagesBurst)"
        case "net.ipv4.icmp_echo_ignore_all": return settings.echoIgnoreAll ? "1" : "0"
        case "net.ipv4.ip_forward_update_priority": return settings.forwardUpdatesPriority ? "1" : "0"
        case "net.ipv4.ip_local_port_range":
            return "\(settings.localPorts.lowerBound)\t\(settings.localPorts.upperBound)"
        case "net.ipv6.icmp.ratelimit": return "\(settings.icmpv6RateLimit)"
        default: throw .notModelled("sysctl \(name)")
        }
    }

    private func conf(_ family: String, _ target: String, _ name: String) throws(ControlError) -> String {
        var state: InternetDevice?
        if target != "all", target != "default" {
            guard let device = namespace.device(named: target), let found = self.state(of: device) else {
                throw .errno(.ENOENT)
            }
            state = found
        }
        let isAll = target == "all"
        let value: Bool
        switch (family, name) {
        case ("ipv4", "forwarding"):
            value = state?.forwardsIPv4 ?? (isAll ? settings.forwardsIPv4All : settings.forwardsIPv4Default)
        case ("ipv4", "send_redirects"):
            value = state?.sendsRedirects ?? (isAll ? settings.sendsRedirectsAll : settings.sendsRedirectsDefault)
        case ("ipv4", "arp_ignore") where state?.ignoresARP == true: return "8"
        case ("ipv6", "forwarding"):
            value = state?.forwardsIPv6 ?? (isAll ? settings.forwardsIPv6All : settings.forwardsIPv6Default)
        case ("ipv6", "disable_ipv6"):
            value = state?.isIPv6Disabled ?? (isAll ? settings.isIPv6DisabledAll : settings.isIPv6DisabledDefault)
        default:
            guard let fixed = Self.fixed["\(family) \(name)"] else {
                throw .notModelled("sysctl net.\(family).conf.\(target).\(name)")
            }
            return "\(fixed)"
        }
        return value ? "1" : "0"
    }
}
