import KernelControl
import PacketModel

/// Numbers and fixed parts of rtnetlink's messages (include/uapi/linux/rtnetlink.h, if_link.h, if_addr.h, neighbour.h).
enum RouteNetlink {
    static let newLink: UInt16 = 16
    static let deleteLink: UInt16 = 17
    static let getLink: UInt16 = 18
    static let newAddress: UInt16 = 20
    static let newRoute: UInt16 = 24
    static let newNeighbour: UInt16 = 28
    static let getNeighbour: UInt16 = 30
    static let newDiscipline: UInt16 = 36
    static let newFilter: UInt16 = 44
    static let deleteFilter: UInt16 = 45

    /// Flags of a request that makes something which must not be there yet.
    static let create =
        NetlinkMessage.Flag.acknowledge | NetlinkMessage.Flag.create | NetlinkMessage.Flag.exclusive

    /// IFLA_* of a link's attributes.
    enum Link {
        static let address: UInt16 = 1
        static let name: UInt16 = 3
        static let mtu: UInt16 = 4
        static let discipline: UInt16 = 6
        static let operationalState: UInt16 = 16
        static let info: UInt16 = 18
        static let statistics: UInt16 = 23
        static let namespaceDescriptor: UInt16 = 28
        static let newIndex: UInt16 = 49
        static let parentDeviceName: UInt16 = 56
    }

    /// IFLA_INFO_*.
    enum Info {
        static let kind: UInt16 = 1
        static let data: UInt16 = 2
    }

    /// IFLA_NETKIT_*; the first is VETH_INFO_PEER's number too.
    enum Netkit {
        static let peer: UInt16 = 1
        static let primary: UInt16 = 2
        static let policy: UInt16 = 3
        static let peerPolicy: UInt16 = 4
        static let mode: UInt16 = 5
        static let scrub: UInt16 = 6
        static let peerScrub: UInt16 = 7
    }

    static let interfaceUp: UInt32 = 1

    /// `struct ifinfomsg`, 16 bytes; `change` says which of the flags are meant.
    static func interface(index: UInt32 = 0, flags: UInt32 = 0, change: UInt32 = 0) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        bytes.append(native: index)
        bytes.append(native: flags)
        bytes.append(native: change)
        return bytes
    }

    /// `struct ndmsg`, 12 bytes.
    static func neighbour(family: UInt8, index: UInt32 = 0, state: UInt16 = 0) -> [UInt8] {
        var bytes: [UInt8] = [family, 0, 0, 0]
        bytes.append(native: index)
        bytes.append(native: state)
        return bytes + [0, 0]
    }

    /// AF_INET or AF_INET6.
    static func family(_ address: NetworkAddress) -> UInt8 { address.isIPv6 ? 10 : 2 }

    // MARK: Requests

    /// RTM_NEWLINK of an address on a device: `struct ifaddrmsg`, IFA_ADDRESS, IFA_LOCAL.
    static func address(_ prefix: NetworkPrefix, index: UInt32) -> [UInt8] {
        var body: [UInt8] = [family(prefix.address), UInt8(clamping: prefix.length), 0, 0]
        body.append(native: index)
        var attributes = AttributeWriter()
        attributes.append(2, prefix.address.bytes)
        attributes.append(1, prefix.address.bytes)
        return body + attributes.bytes
    }

    /// RTM_NEWROUTE as `ip route add` makes it: `struct rtmsg` for the main table, scope link without a gateway.
    static func route(_ route: NewRoute, index: UInt32?) -> [UInt8] {
        let (mainTable, scopeLink, staticProtocol, unicast): (UInt8, UInt8, UInt8, UInt8) = (
            254, 253, 4, 1
        )
        let destination = route.destination
        var body: [UInt8] = [
            family(destination.address), UInt8(clamping: destination.length), 0, 0, mainTable,
            staticProtocol,
            route.gateway == nil ? scopeLink : 0, unicast,
        ]
        body.append(native: UInt32(0))
        var attributes = AttributeWriter()
        if destination.length > 0 { attributes.append(1, destination.address.bytes) }
        if let gateway = route.gateway {
            if gateway.isIPv6 == destination.address.isIPv6 {
                attributes.append(5, gateway.bytes)
            } else {
                // RTA_VIA: the family, then the address.
                attributes.append(18, [family(gateway), 0] + gateway.bytes)
            }
        }
        if let index { attributes.append(4, word: index) }
        if let source = route.source { attributes.append(7, source.bytes) }
        return body + attributes.bytes
    }

    /// RTM_NEWNEIGH: NDA_DST, NDA_LLADDR.
    static func neighbour(_ neighbour: NeighbourInfo, index: UInt32) -> [UInt8] {
        var attributes = AttributeWriter()
        attributes.append(1, neighbour.address.bytes)
        if let address = neighbour.linkAddress { attributes.append(2, address.bytes) }
        return self.neighbour(
            family: family(neighbour.address), index: index, state: neighbour.state.rawValue)
            + attributes.bytes
    }
}
