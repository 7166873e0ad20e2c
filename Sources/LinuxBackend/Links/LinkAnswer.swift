import KernelControl
import PacketModel

/// What an RTM_NEWLINK message tells of a device.
struct LinkAnswer {
    var info: LinkInfo
    /// The device of a bus that the interface belongs to, such as `virtio0`; nil for virtual ones.
    var parentDevice: String?

    init(_ message: NetlinkMessage) throws(NetlinkFault) {
        guard message.type == RouteNetlink.newLink else {
            throw NetlinkFault("a message of type \(message.type)")
        }
        let body = message.body
        guard let index: UInt32 = body.native(at: 4), let flags: UInt32 = body.native(at: 8),
            body.count >= 16
        else {
            throw NetlinkFault("a link of \(body.count) bytes")
        }
        let attributes = try AttributeReader(body.dropFirst(16))
        guard let name = attributes.text(RouteNetlink.Link.name),
            let mtu: UInt32 = attributes.number(RouteNetlink.Link.mtu)
        else { throw NetlinkFault("a link without name or MTU") }
        let address = attributes.data(RouteNetlink.Link.address).flatMap {
            LinkAddress(bytes: Array($0))
        }
        info = LinkInfo(
            index: index, name: name, flags: flags, mtu: mtu, address: address ?? .zero,
            operationalState: attributes.number(RouteNetlink.Link.operationalState) ?? 0,
            queueingDiscipline: attributes.text(RouteNetlink.Link.discipline) ?? "",
            statistics: LinkStatistics(attributes.data(RouteNetlink.Link.statistics) ?? []))
        parentDevice = attributes.text(RouteNetlink.Link.parentDeviceName)
        guard let kind = try attributes.nested(RouteNetlink.Link.info),
            kind.text(RouteNetlink.Info.kind) == "netkit",
            let data = try kind.nested(RouteNetlink.Info.data)
        else { return }
        info.netkit = NetkitAttributes(
            mode: data.number(RouteNetlink.Netkit.mode), policy: data.number(RouteNetlink.Netkit.policy),
            peerPolicy: data.number(RouteNetlink.Netkit.peerPolicy),
            scrub: data.number(RouteNetlink.Netkit.scrub),
            peerScrub: data.number(RouteNetlink.Netkit.peerScrub))
        info.isNetkitPrimary = data.number(RouteNetlink.Netkit.primary, as: UInt8.self).map { $0 != 0 }
    }
}

extension LinkStatistics {
    /// From `struct rtnl_link_stats64`; what an older kernel lacks stays 0.
    init(_ bytes: ArraySlice<UInt8>) {
        self.init()
        func counter(_ index: Int) -> UInt64 { bytes.native(at: index * 8) ?? 0 }
        receivedPackets = counter(0)
        transmittedPackets = counter(1)
        receivedBytes = counter(2)
        transmittedBytes = counter(3)
        receiveErrors = counter(4)
        receiveDropped = counter(6)
        transmitDropped = counter(7)
        receiveNoHandler = counter(23)
        otherHostDropped = counter(24)
    }
}

extension NeighbourInfo {
    /// From an RTM_NEWNEIGH message; nil for a device that is gone, other families, and addresses that need no neighbour
    /// (NUD_NOARP), such as loopback's.
    init?(_ message: NetlinkMessage, nameOfDevice: (UInt32) -> String?) throws(NetlinkFault) {
        let body = message.body
        guard let index: UInt32 = body.native(at: 4), let state: UInt16 = body.native(at: 8),
            body.count >= 12
        else {
            throw NetlinkFault("a neighbour of \(body.count) bytes")
        }
        let attributes = try AttributeReader(body.dropFirst(12))
        guard let state = NeighbourState(rawValue: state), state != .noARP,
            let device = nameOfDevice(index),
            let address = attributes.data(1).flatMap({ NetworkAddress(bytes: Array($0)) })
        else { return nil }
        self.init(
            address: address, device: device,
            linkAddress: attributes.data(2).flatMap { LinkAddress(bytes: Array($0)) }, state: state)
    }
}
