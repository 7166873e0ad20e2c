import LinuxABI

/// Where a description begins to read.
public enum PacketStart: Hashable, Sendable {
    case ethernet
    /// The version nibble says which.
    case ip
}

/// Splits bytes into layers; what it cannot follow becomes payload, so every byte string has layers.
struct PacketDecoder {
    /// Deeper nesting than this is payload: a hostile packet may nest IP in IP without end.
    static let maximumLayers = 24

    private let bytes: [UInt8]
    private var layers: [PacketLayer] = []
    private var trailer: [UInt8] = []

    /// The layers with all their fields given.
    static func layers(of bytes: [UInt8], startingAt start: PacketStart) -> [PacketLayer] {
        var decoder = PacketDecoder(bytes: bytes)
        switch start {
        case .ethernet: decoder.ethernet()
        case .ip: decoder.ip(0..<bytes.count)
        }
        if !decoder.trailer.isEmpty { decoder.layers.append(.padding(decoder.trailer)) }
        return decoder.layers
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func payload(_ range: Range<Int>) {
        if !range.isEmpty { layers.append(.payload(Array(bytes[range]))) }
    }

    private func number<T: FixedWidthInteger>(_ type: T.Type, _ offset: Int) -> T {
        bytes[offset..<offset + T.bitWidth / 8].reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }

    private func link(_ offset: Int) -> LinkAddress {
        LinkAddress(bits: UInt64(number(UInt16.self, offset)) << 32 | UInt64(number(UInt32.self, offset + 2)))
    }

    private func ipv4Address(_ offset: Int) -> NetworkAddress { NetworkAddress(ipv4: number(UInt32.self, offset)) }

    private func ipv6Address(_ offset: Int) -> NetworkAddress {
        NetworkAddress(ipv6High: number(UInt64.self, offset), low: number(UInt64.self, offset + 8))
    }

    private mutating func ethernet() {
        guard bytes.count >= EthernetHeader.byteCount else { return payload(0..<bytes.count) }
        let type = number(UInt16.self, 12)
        layers.append(.ethernet(EthernetLayer(source: link(6), destination: link(0), type: type)))
        typed(type, 14..<bytes.count)
    }

    private mutating func typed(_ type: UInt16, _ range: Range<Int>) {
        guard layers.count < Self.maximumLayers else { return payload(range) }
        switch type {
        case EtherType.vlan where range.count >= VLANTag.byteCount:
            let inner = number(UInt16.self, range.lowerBound + 2)
            layers.append(.vlan(VLANLayer(control: number(UInt16.self, range.lowerBound), type: inner)))
            typed(inner, range.dropFirst(VLANTag.byteCount))
        case EtherType.arp: arp(range)
        case EtherType.ipv4 where range.first.map { bytes[$0] >> 4 } == 4: ip(range)
        case EtherType.ipv6 where range.first.map { bytes[$0] >> 4 } == 6: ip(range)
        default: payload(range)
        }
    }

    private mutating func arp(_ range: Range<Int>) {
        let start = range.lowerBound
        guard range.count >= ARPMessage.byteCount, bytes[start..<start + 6].elementsEqual([0, 1, 8, 0, 6, 4]) else {
            return payload(range)
        }
        var layer = ARPLayer(
            operation: number(UInt16.self, start + 6), sender: ipv4Address(start + 14), target: ipv4Address(start + 24))
        layer.senderLink = link(start + 8)
        layer.targetLink = link(start + 18)
        layers.append(.arp(layer))
        trailer = Array(bytes[(start + ARPMessage.byteCount)..<range.upperBound])
    }

    private mutating func ip(_ range: Range<Int>) {
        guard layers.count < Self.maximumLayers, let first = range.first else { return payload(range) }
        switch bytes[first] >> 4 {
        case 4: ipv4(range)
        case 6: ipv6(range)
        default: payload(range)
        }
    }

    /// What belongs to an IP packet of `length` bytes at the start of `range`. Behind the outermost one lies padding; in an
    /// inner one everything counts, and the length is told.
    private mutating func body(of range: Range<Int>, length: Int, header: Int) -> Range<Int> {
        var isOutermost = true
        for layer in layers {
            switch layer {
            case .ipv4, .ipv6: isOutermost = false
            default: break
            }
        }
        guard isOutermost, length >= header, length < range.count else { return range.dropFirst(header) }
        let end = range.lowerBound + length
        trailer = Array(bytes[end..<range.upperBound])
        return range.lowerBound + header..<end
    }

    private mutating func ipv4(_ range: Range<Int>) {
        let start = range.lowerBound
        let headerLength = Int(bytes[start] & 15) * 4
        guard headerLength >= 20, headerLength <= range.count else { return payload(range) }
        var layer = IPv4Layer(source: ipv4Address(start + 12), destination: ipv4Address(start + 16))
        layer.typeOfService = bytes[start + 1]
        layer.identification = number(UInt16.self, start + 4)
        layer.fragmentWord = number(UInt16.self, start + 6)
        layer.timeToLive = bytes[start + 8]
        layer.options = Array(bytes[(start + 20)..<(start + headerLength)])
        layer.protocolNumber = bytes[start + 9]
        layer.totalLength = number(UInt16.self, start + 2)
        layer.checksum = .value(number(UInt16.self, start + 10))
        let inner = body(of: range, length: Int(number(UInt16.self, start + 2)), header: headerLength)
        layers.append(.ipv4(layer))
        // Only the first fragment begins with a transport header.
        guard layer.fragmentWord & 0x1FFF == 0 else { return payload(inner) }
        transport(bytes[start + 9], inner, icmp: IPProtocol.icmp)
    }

    private mutating func ipv6(_ range: Range<Int>) {
        let start = range.lowerBound
        guard range.count >= IPv6Header.byteCount else { return payload(range) }
        var layer = IPv6Layer(source: ipv6Address(start + 8), destination: ipv6Address(start + 24))
        let word = number(UInt32.self, start)
        layer.trafficClass = UInt8(truncatingIfNeeded: word >> 20)
        layer.flowLabel = word & 0xFFFFF
        layer.payloadLength = number(UInt16.self, start + 4)
        layer.nextHeader = bytes[start + 6]
        layer.hopLimit = bytes[start + 7]
        let inner = body(of: range, length: Int(number(UInt16.self, start + 4)) + 40, header: 40)
        layers.append(.ipv6(layer))
        transport(bytes[start + 6], inner, icmp: IPProtocol.icmpv6)
    }

    private mutating func transport(_ protocolNumber: UInt8, _ range: Range<Int>, icmp: UInt8) {
        guard layers.count < Self.maximumLayers else { return payload(range) }
        switch protocolNumber {
        case IPProtocol.udp: udp(range)
        case IPProtocol.tcp: tcp(range)
        case icmp: self.icmp(range, isVersion6: icmp == IPProtocol.icmpv6)
        case 4 where range.first.map { bytes[$0] >> 4 } == 4: ip(range)
        case 41 where range.first.map { bytes[$0] >> 4 } == 6: ip(range)
        default: payload(range)
        }
    }

    private mutating func udp(_ range: Range<Int>) {
        let start = range.lowerBound
        guard range.count >= UDPHeader.byteCount else { return payload(range) }
        var layer = UDPLayer(source: number(UInt16.self, start), destination: number(UInt16.self, start + 2))
        layer.length = number(UInt16.self, start + 4)
        layer.checksum = .value(number(UInt16.self, start + 6))
        layers.append(.udp(layer))
        payload(range.dropFirst(UDPHeader.byteCount))
    }

    private mutating func tcp(_ range: Range<Int>) {
        let start = range.lowerBound
        guard range.count >= TCPHeader.byteCount, bytes[start + 12] & 15 == 0 else { return payload(range) }
        let headerLength = Int(bytes[start + 12] >> 4) * 4
        guard headerLength >= 20, headerLength <= range.count else { return payload(range) }
        var layer = TCPLayer(source: number(UInt16.self, start), destination: number(UInt16.self, start + 2))
        layer.sequence = number(UInt32.self, start + 4)
        layer.acknowledgement = number(UInt32.self, start + 8)
        layer.flags = TCPFlags(rawValue: bytes[start + 13])
        layer.window = number(UInt16.self, start + 14)
        layer.checksum = .value(number(UInt16.self, start + 16))
        layer.urgentPointer = number(UInt16.self, start + 18)
        layer.options = Array(bytes[(start + 20)..<(start + headerLength)])
        layers.append(.tcp(layer))
        payload(range.dropFirst(headerLength))
    }

    private mutating func icmp(_ range: Range<Int>, isVersion6: Bool) {
        let start = range.lowerBound
        guard range.count >= ICMPHeader.byteCount else { return payload(range) }
        var layer = ICMPLayer(type: bytes[start], code: bytes[start + 1])
        layer.checksum = .value(number(UInt16.self, start + 2))
        layer.rest = number(UInt32.self, start + 4)
        var rest = range.dropFirst(ICMPHeader.byteCount)
        if isVersion6, ICMPNames.isNeighbourMessage(layer.type), rest.count >= 16 {
            layer.target = ipv6Address(rest.lowerBound)
            rest = rest.dropFirst(16)
            if rest.count == 8, (1...2).contains(bytes[rest.lowerBound]), bytes[rest.lowerBound + 1] == 1 {
                layer.link = .init(type: bytes[rest.lowerBound], address: link(rest.lowerBound + 2))
                rest = rest.dropFirst(8)
            }
        }
        layers.append(isVersion6 ? .icmpv6(layer) : .icmp(layer))
        if ICMPNames.quotesPacket(layer.type, isVersion6: isVersion6),
            rest.first.map({ bytes[$0] >> 4 }) == (isVersion6 ? 6 : 4)
        {
            ip(rest)
        } else {
            payload(rest)
        }
    }
}
