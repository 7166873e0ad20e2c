import KernelControl
import PacketModel

/// The body of an RTM_NEWLINK request.
struct LinkRequest {
    var index: UInt32 = 0
    var isUp: Bool?
    var name: String?
    var address: LinkAddress?
    var mtu: UInt32?
    /// A descriptor of the namespace to be born in or moved to.
    var namespace: Int32?
    /// IFLA_NEW_IFINDEX: the index to have there.
    var newIndex: UInt32?
    /// IFLA_INFO_KIND, with netkit's IFLA_INFO_DATA.
    var kind: String?
    var netkit: NetkitAttributes?
    var peer: [UInt8]?

    var bytes: [UInt8] {
        typealias Link = RouteNetlink.Link
        var attributes = AttributeWriter()
        if let name { attributes.append(Link.name, text: name) }
        if let address { attributes.append(Link.address, address.bytes) }
        if let mtu { attributes.append(Link.mtu, word: mtu) }
        if let namespace {
            attributes.append(Link.namespaceDescriptor, word: UInt32(bitPattern: namespace))
        }
        if let newIndex { attributes.append(Link.newIndex, word: newIndex) }
        if let kind {
            attributes.nest(Link.info) { info in
                info.append(RouteNetlink.Info.kind, text: kind)
                info.nest(RouteNetlink.Info.data) { data in
                    if let netkit { append(netkit, to: &data) }
                    if let peer { data.append(RouteNetlink.Netkit.peer, peer) }
                }
            }
        }
        let up = RouteNetlink.interfaceUp
        return RouteNetlink.interface(
            index: index, flags: isUp == true ? up : 0, change: isUp == nil ? 0 : up)
            + attributes.bytes
    }

    private func append(_ netkit: NetkitAttributes, to data: inout AttributeWriter) {
        typealias Netkit = RouteNetlink.Netkit
        if let policy = netkit.policy { data.append(Netkit.policy, word: UInt32(bitPattern: policy)) }
        if let policy = netkit.peerPolicy {
            data.append(Netkit.peerPolicy, word: UInt32(bitPattern: policy))
        }
        if let mode = netkit.mode { data.append(Netkit.mode, word: mode) }
        if let scrub = netkit.scrub { data.append(Netkit.scrub, word: scrub) }
        if let scrub = netkit.peerScrub { data.append(Netkit.peerScrub, word: scrub) }
    }
}
