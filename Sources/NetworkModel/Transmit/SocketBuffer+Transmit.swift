import LinuxABI
import PacketModel

extension SocketBuffer {
    /// `skb_scrub_packet`: forgets what the sender's side knew.
    @inline(__always) func scrub(crossesNamespaces: Bool) {
        packetType = .host
        inputInterface = 0
        ignoresDontFragment = false
        destination = nil
        if crossesNamespaces {
            mark = 0
            clearTimestamp()
        }
    }

    /// `skb_clear_tstamp`: typed delivery times stay.
    @inline(__always) func clearTimestamp() {
        if timestampType == 0 { timestamp = 0 }
    }

    /// `eth_skb_pkt_type`: data begins at the Ethernet header, of which 14 bytes are linear.
    @inline(__always) func setPacketType(at device: NetworkDevice) {
        setPacketType(destination: linkAddress(at: 0), at: device)
    }

    private func setPacketType(destination: LinkAddress, at device: NetworkDevice) {
        if destination == device.address { return }
        if destination.isMulticast {
            packetType = destination == .broadcast ? .broadcast : .multicast
        } else {
            packetType = .otherHost
        }
    }

    /// Six linear bytes at `offset` from data.
    @inline(__always) func linkAddress(at offset: Int) -> LinkAddress {
        let start = unsafe data + offset
        let high = unsafe UInt64(UInt32(bigEndian: start.loadUnaligned(as: UInt32.self)))
        let low = unsafe UInt64(UInt16(bigEndian: (start + 4).loadUnaligned(as: UInt16.self)))
        return LinkAddress(bits: high << 16 | low)
    }

    /// Takes the Ethernet header off and keeps a complete checksum true (`eth_skb_pull_mac`, `skb_postpull_rcsum`).
    @inline(__always) func pullMAC() {
        if checksumState == .complete { subtractFromChecksum(offset: 0, count: 14) }
        pull(14)
    }

    /// `eth_type_trans`: takes the Ethernet header off and sets device, mac header, packet type and protocol.
    func setEthernetProtocol(at device: NetworkDevice) {
        moveTo(device)
        macHeader = 0
        guard linearLength >= 14 else {
            // The kernel pulls what is not there; a frame that short was refused before.
            pull(linearLength)
            networkProtocol = 0
            return
        }
        let destination = linkAddress(at: 0)
        let type = unsafe UInt16(bigEndian: (data + 12).loadUnaligned(as: UInt16.self))
        pull(14)
        setPacketType(destination: destination, at: device)
        if type >= 0x0600 {
            networkProtocol = type
        } else if linearLength >= 2, unsafe data.loadUnaligned(as: UInt16.self) == 0xFFFF {
            networkProtocol = 0x0001  // ETH_P_802_3, raw IPX
        } else {
            networkProtocol = 0x0004  // ETH_P_802_2
        }
    }

    /// `skb_postpull_rcsum` for bytes that are about to be taken off.
    func subtractFromChecksum(offset: Int, count: Int) {
        checksum = unsafe InternetChecksum.subtract(checksum, InternetChecksum.sum(data + offset, count: count))
    }

    /// `skb_postpush_rcsum` for bytes that were just put on.
    func addToChecksum(offset: Int, count: Int) {
        checksum = unsafe InternetChecksum.add(checksum, InternetChecksum.sum(data + offset, count: count))
    }
}
