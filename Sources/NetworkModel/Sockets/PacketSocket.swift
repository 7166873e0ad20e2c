public import KernelControl
import LinuxABI
import PacketModel
import Trace

/// An AF_PACKET raw socket bound to a device: sends whole frames (net/packet/af_packet.c, `packet_snd`).
public final class PacketSocket: NetworkSocket {
    /// The device; nil once it is gone.
    public private(set) weak var device: NetworkDevice?

    public init(stack: InternetStack, device: NetworkDevice) {
        self.device = device
        super.init(stack: stack, family: .packet, type: 3, protocolNumber: 0)
        set(device.index, SocketLayout.boundDevice)
    }

    /// sendto(2) of a frame. ENXIO without a device, ENETDOWN where it is down, EINVAL for less than a header, EMSGSIZE
    /// beyond the MTU (and a VLAN tag), ENOBUFS where the frame was dropped on the way.
    public func send(_ frame: [UInt8]) throws(ControlError) {
        guard let device, device.isRegistered else { throw .errno(.ENXIO) }
        stack.meter.charge(.socketSend)
        guard device.isUp else { throw .errno(.ENETDOWN) }
        if frame.count > Int(device.mtu) + 14 + 4 { throw .errno(.EMSGSIZE) }
        try checkSend()
        let room = device.linkLayerReservedSpace
        // packet_alloc_skb: header and frame in one linear buffer, its start such that the header ends aligned.
        guard let packet = stack.makePacket(headroom: room, count: 0, room: frame.count) else {
            throw .errno(.ENOBUFS)
        }
        packet.append(frame)
        // Refused once it is a packet, which has no device yet.
        if frame.count < 14 { throw refuse(packet, .EINVAL) }
        let type = UInt16(frame[12]) << 8 | UInt16(frame[13])
        // Only a tagged frame may be four bytes longer.
        if frame.count > Int(device.mtu) + 14, type != EtherType.vlan { throw refuse(packet, .EMSGSIZE) }
        packet.networkHeader = 14
        // eth_header_parse_protocol: what stands there, also where it is the length of an 802.3 frame.
        packet.networkProtocol = type
        packet.mark = mark
        packet.priority = priority
        packet.moveTo(device)
        setTransportHeader(packet)
        charge(packet)
        stack.trace(.socketSend(flow: "packet on \(device.name)"), packet)
        // packet_xmit, with net_xmit_errno.
        switch stack.network.transmit(packet) {
        case .success, .congestion: return
        case .drop: throw .errno(.ENOBUFS)
        case .failure(let errno): throw .errno(errno)
        }
    }

    private func refuse(_ packet: SocketBuffer, _ errno: KernelErrno) -> ControlError {
        stack.network.drop(packet, .notSpecified, at: "packet_snd", in: stack.namespace, device: nil)
        return .errno(errno)
    }

    /// `skb_probe_transport_header`: behind an IPv4 or IPv6 header, else unset.
    private func setTransportHeader(_ packet: SocketBuffer) {
        if packet.networkProtocol == EtherType.ipv4, let header = packet.header(IPv4Header.self, at: 14) {
            packet.transportHeader = 14 + header.headerLength
        } else if packet.networkProtocol == EtherType.ipv6, packet.header(IPv6Header.self, at: 14) != nil {
            packet.transportHeader = 14 + IPv6Header.byteCount
        }
    }
}
