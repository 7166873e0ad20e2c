import KernelControl
import PacketModel

/// Socket addresses as system calls take and give them.
enum SocketAddressBytes {
    /// `struct sockaddr_in`, 16 bytes, or `sockaddr_in6`, 28 bytes, by the address's family.
    static func internet(_ address: SocketAddress) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(native: UInt16(RouteNetlink.family(address.address)))
        bytes.append(native: address.port.bigEndian)
        if address.address.isIPv6 { bytes.append(native: UInt32(0)) }
        bytes += address.address.bytes
        bytes += [UInt8](repeating: 0, count: address.address.isIPv6 ? 4 : 8)
        return bytes
    }

    /// Reads either; nil for other families and for what is too short.
    static func internet(_ bytes: ArraySlice<UInt8>) -> SocketAddress? {
        guard let family: UInt16 = bytes.native(at: 0), let port: UInt16 = bytes.native(at: 2) else { return nil }
        let range: Range<Int>
        switch family {
        case 2: range = 4..<8
        case 10: range = 8..<24
        default: return nil
        }
        guard range.upperBound <= bytes.count else { return nil }
        let address = NetworkAddress(bytes: Array(bytes.dropFirst(range.lowerBound).prefix(range.count)))
        return address.map { SocketAddress(address: $0, port: UInt16(bigEndian: port)) }
    }

    /// `struct sockaddr_ll`, 20 bytes: an EtherType, 0 for none to be received, and a device.
    static func packet(etherType: UInt16, index: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(native: UInt16(17))
        bytes.append(native: etherType.bigEndian)
        bytes.append(native: index)
        return bytes + [UInt8](repeating: 0, count: 12)
    }

    /// `sll_pkttype` of a `struct sockaddr_ll`.
    static func packetType(_ bytes: ArraySlice<UInt8>) -> UInt8? { bytes.native(at: 10) }
}
