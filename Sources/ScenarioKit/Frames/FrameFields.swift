import LinuxABI
import PacketModel

/// A frame's header fields by name, in the order of the wire: what expectations compare and reports show.
///
/// Headers that are cut short, or that nksim has no view for, end the list; the rest is `payload`.
public struct FrameFields: Sendable {
    public private(set) var fields: [(name: String, value: String)] = []

    /// Every name that a field can have.
    public static let names: [String] = [
        "eth.destination", "eth.source", "eth.type", "vlan.id", "vlan.type", "arp.operation", "arp.sender_mac",
        "arp.sender", "arp.target_mac", "arp.target", "ipv4.tos", "ipv4.length", "ipv4.id", "ipv4.df", "ipv4.ttl",
        "ipv4.protocol", "ipv4.checksum", "ipv4.source", "ipv4.destination", "ipv6.traffic_class", "ipv6.flow_label",
        "ipv6.length", "ipv6.next_header", "ipv6.hop_limit", "ipv6.source", "ipv6.destination", "udp.source",
        "udp.destination", "udp.length", "udp.checksum", "tcp.source", "tcp.destination", "tcp.sequence",
        "tcp.acknowledgement", "tcp.flags", "tcp.window", "tcp.checksum", "icmp.type", "icmp.code", "icmp.checksum",
        "icmp.id", "icmp.sequence", "icmpv6.type", "icmpv6.code", "icmpv6.checksum", "icmpv6.id", "icmpv6.sequence",
        "payload", "length",
    ]

    /// Reads a whole frame, link-layer header first; `hasPartialChecksum` where the transport's is left to a device.
    public init(frame: [UInt8], hasPartialChecksum: Bool = false) {
        add("length", frame.count)
        var bytes = frame
        unsafe bytes.withUnsafeMutableBytes { buffer in
            var reader = unsafe FrameReader(buffer, isPartial: hasPartialChecksum)
            reader.readEthernet()
            fields += reader.fields
        }
    }

    /// A field's value; nil where the frame has no such field.
    public subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    private mutating func add(_ name: String, _ value: some CustomStringConvertible) {
        fields.append((name, value.description))
    }
}

/// Walks the headers of one frame.
@safe private struct FrameReader {
    private let buffer: UnsafeMutableRawBufferPointer
    private let isPartial: Bool
    private var offset = 0
    private(set) var fields: [(name: String, value: String)] = []

    init(_ buffer: UnsafeMutableRawBufferPointer, isPartial: Bool) {
        unsafe self.buffer = buffer
        self.isPartial = isPartial
    }

    /// What is left behind `offset`, up to `count` bytes.
    private func rest(_ count: Int? = nil) -> UnsafeMutableRawBufferPointer {
        let available = unsafe max(0, buffer.count - offset)
        let start = unsafe min(offset, buffer.count)
        let taken = max(0, min(count ?? available, available))
        return unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + taken])
    }

    private mutating func add(_ name: String, _ value: some CustomStringConvertible) {
        fields.append((name, value.description))
    }

    mutating func readEthernet() {
        guard let header = unsafe EthernetHeader(rest()) else { return addPayload() }
        add("eth.destination", header.destination)
        add("eth.source", header.source)
        add("eth.type", hex(header.type))
        offset += EthernetHeader.byteCount
        readNetwork(header.type)
    }

    private mutating func readNetwork(_ type: UInt16, depth: Int = 0) {
        switch type {
        case EtherType.vlan, EtherType.vlanStacked:
            guard depth < 2, let tag = unsafe VLANTag(rest()) else { return addPayload() }
            if depth == 0 {
                add("vlan.id", tag.control & 0xFFF)
                add("vlan.type", hex(tag.type))
            }
            offset += VLANTag.byteCount
            readNetwork(tag.type, depth: depth + 1)
        case EtherType.arp: readARP()
        case EtherType.ipv4: readIPv4()
        case EtherType.ipv6: readIPv6()
        default: addPayload()
        }
    }

    private mutating func readARP() {
        guard let message = unsafe ARPMessage(rest()), message.isIPv4OverEthernet else { return addPayload() }
        add("arp.operation", message.operation == ARPMessage.request ? "request" : "reply")
        add("arp.sender_mac", message.senderLink)
        add("arp.sender", message.sender)
        add("arp.target_mac", message.targetLink)
        add("arp.target", message.target)
    }

    private mutating func readIPv4() {
        guard let header = unsafe IPv4Header(rest()) else { return addPayload() }
        add("ipv4.tos", header.typeOfService)
        add("ipv4.length", header.totalLength)
        add("ipv4.id", header.identification)
        add("ipv4.df", header.hasDontFragment)
        add("ipv4.ttl", header.timeToLive)
        add("ipv4.protocol", header.protocolNumber)
        add("ipv4.checksum", header.hasValidChecksum ? "valid" : "wrong")
        add("ipv4.source", header.source)
        add("ipv4.destination", header.destination)
        offset += header.headerLength
        guard !header.isFragment else { return addPayload() }
        readTransport(
            header.protocolNumber, count: header.totalLength - header.headerLength, header.source, header.destination)
    }

    private mutating func readIPv6() {
        guard let header = unsafe IPv6Header(rest()) else { return addPayload() }
        add("ipv6.traffic_class", header.trafficClass)
        add("ipv6.flow_label", header.flowLabel)
        add("ipv6.length", header.payloadLength)
        add("ipv6.next_header", header.nextHeader)
        add("ipv6.hop_limit", header.hopLimit)
        add("ipv6.source", header.source)
        add("ipv6.destination", header.destination)
        offset += IPv6Header.byteCount
        readTransport(header.nextHeader, count: header.payloadLength, header.source, header.destination)
    }

    private mutating func readTransport(
        _ number: UInt8, count: Int, _ source: NetworkAddress, _ destination: NetworkAddress
    ) {
        let segment = unsafe rest(max(0, count))
        let segmentEnd = offset + segment.count
        var checksum = "wrong"
        if isPartial {
            checksum = "partial"
        } else if number == IPProtocol.icmp {
            let sum = unsafe InternetChecksum.sum(UnsafeRawBufferPointer(segment))
            if InternetChecksum.fold(sum) == 0 { checksum = "valid" }
        } else if unsafe InternetChecksum.transportChecksum(
            UnsafeRawBufferPointer(segment), source: source, destination: destination, protocol: number) == 0
        {
            checksum = "valid"
        }
        switch number {
        case IPProtocol.udp:
            guard let header = unsafe UDPHeader(segment) else { return addPayload(segmentEnd - offset) }
            add("udp.source", header.sourcePort)
            add("udp.destination", header.destinationPort)
            add("udp.length", header.length)
            add("udp.checksum", header.checksum == 0 ? "none" : checksum)
            offset += UDPHeader.byteCount
        case IPProtocol.tcp:
            guard let header = unsafe TCPHeader(segment) else { return addPayload(segmentEnd - offset) }
            add("tcp.source", header.sourcePort)
            add("tcp.destination", header.destinationPort)
            add("tcp.sequence", header.sequence)
            add("tcp.acknowledgement", header.acknowledgement)
            add("tcp.flags", header.flags)
            add("tcp.window", header.window)
            add("tcp.checksum", checksum)
            offset += header.headerLength
        case IPProtocol.icmp, IPProtocol.icmpv6:
            guard let header = unsafe ICMPHeader(segment) else { return addPayload(segmentEnd - offset) }
            let name = number == IPProtocol.icmp ? "icmp" : "icmpv6"
            add("\(name).type", header.type)
            add("\(name).code", header.code)
            add("\(name).checksum", checksum)
            if isEcho(number, header.type) {
                add("\(name).id", header.identifier)
                add("\(name).sequence", header.sequence)
            }
            offset += ICMPHeader.byteCount
        default: return addPayload(segmentEnd - offset)
        }
        // Padding behind the datagram is no payload.
        addPayload(segmentEnd - offset)
    }

    private func isEcho(_ number: UInt8, _ type: UInt8) -> Bool {
        number == IPProtocol.icmp
            ? type == ICMPv4Type.echoRequest || type == ICMPv4Type.echoReply
            : type == ICMPv6Type.echoRequest || type == ICMPv6Type.echoReply
    }

    private mutating func addPayload(_ count: Int? = nil) {
        unsafe add("payload", payloadText(rest(count)))
    }

    private func hex(_ value: UInt16) -> String {
        let digits = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// Bytes as text where all are printable ASCII, as hex digits with `0x` otherwise.
func payloadText(_ bytes: some Collection<UInt8>) -> String {
    if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(decoding: bytes, as: UTF8.self) }
    var text = "0x"
    for byte in bytes { text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return text
}
