/// The words of the notation for ICMP messages.
enum ICMPNames {
    /// What the four bytes behind the checksum mean.
    enum Rest: Hashable {
        case none
        /// Identifier and sequence number.
        case echo
        /// The lower 16 bits are an MTU; of ICMPv6 all 32.
        case mtu
        /// Router, solicited and override bits.
        case advertisement
    }

    struct Row {
        let name: String
        let type: UInt8
        let code: UInt8
        let rest: Rest
    }

    static let version4 = [
        Row(name: "echo-reply", type: ICMPv4Type.echoReply, code: 0, rest: .echo),
        Row(name: "echo-request", type: ICMPv4Type.echoRequest, code: 0, rest: .echo),
        Row(name: "net-unreachable", type: ICMPv4Type.unreachable, code: 0, rest: .none),
        Row(name: "host-unreachable", type: ICMPv4Type.unreachable, code: 1, rest: .none),
        Row(name: "protocol-unreachable", type: ICMPv4Type.unreachable, code: 2, rest: .none),
        Row(name: "port-unreachable", type: ICMPv4Type.unreachable, code: 3, rest: .none),
        Row(name: "fragmentation-needed", type: ICMPv4Type.unreachable, code: 4, rest: .mtu),
        Row(name: "time-exceeded", type: ICMPv4Type.timeExceeded, code: 0, rest: .none),
    ]

    static let version6 = [
        Row(name: "echo-request", type: ICMPv6Type.echoRequest, code: 0, rest: .echo),
        Row(name: "echo-reply", type: ICMPv6Type.echoReply, code: 0, rest: .echo),
        Row(name: "no-route", type: ICMPv6Type.unreachable, code: 0, rest: .none),
        Row(name: "address-unreachable", type: ICMPv6Type.unreachable, code: 3, rest: .none),
        Row(name: "port-unreachable", type: ICMPv6Type.unreachable, code: 4, rest: .none),
        Row(name: "packet-too-big", type: ICMPv6Type.packetTooBig, code: 0, rest: .mtu),
        Row(name: "time-exceeded", type: ICMPv6Type.timeExceeded, code: 0, rest: .none),
        Row(name: "neighbour-solicitation", type: ICMPv6Type.neighbourSolicitation, code: 0, rest: .none),
        Row(name: "neighbour-advertisement", type: ICMPv6Type.neighbourAdvertisement, code: 0, rest: .advertisement),
    ]

    static func rows(isVersion6: Bool) -> [Row] { isVersion6 ? version6 : version4 }

    static func isNeighbourMessage(_ type: UInt8) -> Bool {
        type == ICMPv6Type.neighbourSolicitation || type == ICMPv6Type.neighbourAdvertisement
    }

    /// Whether messages of the type carry the start of the packet that they are about.
    static func quotesPacket(_ type: UInt8, isVersion6: Bool) -> Bool {
        isVersion6
            ? (1...4).contains(type)
            : [ICMPv4Type.unreachable, ICMPv4Type.redirect, ICMPv4Type.timeExceeded, ICMPv4Type.parameterProblem]
                .contains(type)
    }
}
