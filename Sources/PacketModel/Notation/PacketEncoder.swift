import LinuxABI

/// Turns layers into bytes, last layer first, since lengths and checksums need what is behind them.
struct PacketEncoder {
    private(set) var layers: [PacketLayer]
    /// Whether fields that hold what would be filled in are made nil on the way.
    private let minimises: Bool
    private var body: [UInt8] = []
    private var padding: [UInt8] = []

    /// The packet's bytes.
    static func bytes(of layers: [PacketLayer]) -> [UInt8] {
        var encoder = PacketEncoder(layers: layers, minimises: false)
        encoder.run()
        return encoder.body + encoder.padding
    }

    /// The layers with every field left open that would be filled in alike, and their bytes.
    static func minimised(_ layers: [PacketLayer]) -> (layers: [PacketLayer], bytes: [UInt8]) {
        var encoder = PacketEncoder(layers: layers, minimises: true)
        encoder.run()
        return (encoder.layers, encoder.body + encoder.padding)
    }

    private init(layers: [PacketLayer], minimises: Bool) {
        self.layers = layers
        self.minimises = minimises
    }

    private mutating func run() {
        for index in layers.indices.reversed() {
            switch layers[index] {
            case .padding(let bytes): padding = bytes + padding
            case .payload(let bytes): body = bytes + body
            case .ethernet(let layer): encode(layer, at: index)
            case .vlan(let layer): encode(layer, at: index)
            case .arp(let layer): encode(layer, at: index)
            case .ipv4(let layer): encode(layer, at: index)
            case .ipv6(let layer): encode(layer, at: index)
            case .udp(let layer): encode(layer, at: index)
            case .tcp(let layer): encode(layer, at: index)
            case .icmp(let layer): encode(layer, at: index, isVersion6: false)
            case .icmpv6(let layer): encode(layer, at: index, isVersion6: true)
            }
        }
    }

    /// The value to write; the field becomes nil where it is the default and fields are minimised.
    private func settle<Value: Equatable>(_ field: inout Value?, default value: Value) -> Value {
        if minimises, field == value { field = nil }
        return field ?? value
    }

    /// The checksum to write, in memory order.
    private func settle(_ field: inout ChecksumField, computed: UInt16, partial: UInt16?) -> UInt16 {
        if minimises, case .value(let value) = field {
            if value.bigEndian == computed {
                field = .computed
            } else if value.bigEndian == partial {
                field = .partial
            }
        }
        return switch field {
        case .computed: computed
        case .partial: partial ?? 0
        case .value(let value): value.bigEndian
        }
    }

    private func next(after index: Int) -> PacketLayer? {
        index + 1 < layers.count ? layers[index + 1] : nil
    }

    private func defaultType(after index: Int) -> UInt16 {
        switch next(after: index) {
        case .vlan: EtherType.vlan
        case .arp: EtherType.arp
        case .ipv4: EtherType.ipv4
        case .ipv6: EtherType.ipv6
        // IEEE's first type for local experiments.
        default: 0x88B5
        }
    }

    private func defaultProtocol(after index: Int) -> UInt8 {
        switch next(after: index) {
        case .udp: IPProtocol.udp
        case .tcp: IPProtocol.tcp
        case .icmp: IPProtocol.icmp
        case .icmpv6: IPProtocol.icmpv6
        case .ipv4: 4
        case .ipv6: 41
        // The first number for experiments (RFC 3692).
        default: 253
        }
    }

    private mutating func encode(_ given: EthernetLayer, at index: Int) {
        var layer = given
        let type = settle(&layer.type, default: defaultType(after: index))
        layers[index] = .ethernet(layer)
        body = layer.destination.bytes + layer.source.bytes + type.networkBytes + body
    }

    private mutating func encode(_ given: VLANLayer, at index: Int) {
        var layer = given
        let type = settle(&layer.type, default: defaultType(after: index))
        layers[index] = .vlan(layer)
        body = layer.control.networkBytes + type.networkBytes + body
    }

    private mutating func encode(_ given: ARPLayer, at index: Int) {
        var layer = given
        var frame: EthernetLayer?
        for case .ethernet(let found) in layers[0..<index] { frame = found }
        let senderLink = settle(&layer.senderLink, default: frame?.source ?? .zero)
        let targetLink = settle(
            &layer.targetLink, default: layer.operation == ARPMessage.request ? .zero : frame?.destination ?? .zero)
        layers[index] = .arp(layer)
        let start: [UInt8] = [0, 1, 8, 0, 6, 4]
        let sender = senderLink.bytes + layer.sender.bytes
        body = start + layer.operation.networkBytes + sender + targetLink.bytes + layer.target.bytes + body
    }

    private mutating func encode(_ given: IPv4Layer, at index: Int) {
        var layer = given
        let headerLength = 20 + layer.options.count
        let number = settle(&layer.protocolNumber, default: defaultProtocol(after: index))
        let length = settle(&layer.totalLength, default: UInt16(truncatingIfNeeded: headerLength + body.count))
        var header: [UInt8] = [0x40 | UInt8(headerLength / 4 & 15), layer.typeOfService]
        header += length.networkBytes + layer.identification.networkBytes + layer.fragmentWord.networkBytes
        header += [layer.timeToLive, number, 0, 0]
        header += layer.source.bytes + layer.destination.bytes + layer.options
        let computed = InternetChecksum.fold(InternetChecksum.sum(header))
        header.setRaw(settle(&layer.checksum, computed: computed, partial: nil), at: 10)
        layers[index] = .ipv4(layer)
        body = header + body
    }

    private mutating func encode(_ given: IPv6Layer, at index: Int) {
        var layer = given
        let number = settle(&layer.nextHeader, default: defaultProtocol(after: index))
        let length = settle(&layer.payloadLength, default: UInt16(truncatingIfNeeded: body.count))
        layers[index] = .ipv6(layer)
        let word = 0x6000_0000 | UInt32(layer.trafficClass) << 20 | layer.flowLabel & 0xFFFFF
        body =
            word.networkBytes + length.networkBytes + [number, layer.hopLimit] + layer.source.bytes
            + layer.destination.bytes + body
    }

    private mutating func encode(_ given: UDPLayer, at index: Int) {
        var layer = given
        let length = settle(&layer.length, default: UInt16(truncatingIfNeeded: 8 + body.count))
        var header = layer.source.networkBytes + layer.destination.networkBytes + length.networkBytes
        header += [0, 0]
        var (computed, partial) = transportChecksums(header, IPProtocol.udp, at: index)
        if computed == 0 { computed = 0xFFFF }
        header.setRaw(settle(&layer.checksum, computed: computed, partial: partial), at: UDPHeader.checksumOffset)
        layers[index] = .udp(layer)
        body = header + body
    }

    private mutating func encode(_ given: TCPLayer, at index: Int) {
        var layer = given
        var header = layer.source.networkBytes + layer.destination.networkBytes
        header += layer.sequence.networkBytes + layer.acknowledgement.networkBytes
        header += [UInt8((20 + layer.options.count) / 4 & 15) << 4, layer.flags.rawValue]
        header += layer.window.networkBytes + [0, 0] + layer.urgentPointer.networkBytes + layer.options
        let (computed, partial) = transportChecksums(header, IPProtocol.tcp, at: index)
        header.setRaw(settle(&layer.checksum, computed: computed, partial: partial), at: TCPHeader.checksumOffset)
        layers[index] = .tcp(layer)
        body = header + body
    }

    private mutating func encode(_ given: ICMPLayer, at index: Int, isVersion6: Bool) {
        var layer = given
        var header: [UInt8] = [layer.type, layer.code, 0, 0] + layer.rest.networkBytes
        if let target = layer.target { header += target.bytes }
        if let link = layer.link { header += [link.type, 1] + link.address.bytes }
        var partial: UInt16?
        var computed = InternetChecksum.fold(InternetChecksum.sum(header + body))
        if isVersion6 { (computed, partial) = transportChecksums(header, IPProtocol.icmpv6, at: index) }
        header.setRaw(settle(&layer.checksum, computed: computed, partial: partial), at: ICMPHeader.checksumOffset)
        layers[index] = isVersion6 ? .icmpv6(layer) : .icmp(layer)
        body = header + body
    }

    /// The checksum of `header` and the body behind it, over the pseudo header of the IP layer around; and that header's
    /// sum alone, as a partial checksum has it.
    private func transportChecksums(_ header: [UInt8], _ number: UInt8, at index: Int) -> (UInt16, UInt16?) {
        var pseudo: UInt32?
        let length = header.count + body.count
        for layer in layers[0..<index] {
            switch layer {
            case .ipv4(let ip):
                pseudo = InternetChecksum.pseudoHeaderSum(
                    source: ip.source, destination: ip.destination, protocol: number, length: length)
            case .ipv6(let ip):
                pseudo = InternetChecksum.pseudoHeaderSum(
                    source: ip.source, destination: ip.destination, protocol: number, length: length)
            default: break
            }
        }
        let sum = InternetChecksum.sum(header + body, initial: pseudo ?? 0)
        return (InternetChecksum.fold(sum), pseudo.map { ~InternetChecksum.fold($0) })
    }
}

extension FixedWidthInteger {
    /// The number's bytes in network order.
    var networkBytes: [UInt8] {
        (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> Self(Self.bitWidth - 8 - $0 * 8)) }
    }
}

extension [UInt8] {
    /// Stores 16 bits in memory order.
    fileprivate mutating func setRaw(_ value: UInt16, at offset: Int) {
        self[offset] = UInt8(truncatingIfNeeded: value)
        self[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
    }
}
