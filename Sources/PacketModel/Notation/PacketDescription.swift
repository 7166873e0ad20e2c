/// One line about any bytes, in the notation: `eth(…) / ipv4(…) / udp(1000 > 53) / 'hello'`.
///
/// Reading the line back with ``PacketNotation`` gives the same bytes. Only what differs from what the notation fills in
/// is told, so a right checksum is silent and a wrong one shows. Hostile bytes end as `raw(…)`.
public struct PacketDescription: Hashable, Sendable, CustomStringConvertible {
    public let layers: [PacketLayer]

    /// Describes a packet that starts with an Ethernet or an IP header. Never fails.
    public init(_ bytes: [UInt8], startingAt start: PacketStart = .ethernet) {
        let (layers, encoded) = PacketEncoder.minimised(PacketDecoder.layers(of: bytes, startingAt: start))
        // What the layers cannot hold (a lone bit in a reserved field) must not be lost.
        self.layers = encoded == bytes ? layers : bytes.isEmpty ? [] : [.payload(bytes)]
    }

    /// Describes layers as they are.
    public init(_ layers: [PacketLayer]) { self.layers = layers }

    /// The whole line; empty for no bytes.
    public var description: String { text(payloadLimit: .max) }

    /// The line with payloads of more than `payloadLimit` bytes given by their length only: `1400 bytes`.
    public func text(payloadLimit: Int) -> String {
        layers.map { Self.text($0, payloadLimit) }.joined(separator: " / ")
    }

    private static func text(_ layer: PacketLayer, _ limit: Int) -> String {
        switch layer {
        case .ethernet(let layer):
            call("eth", flow(layer.source, layer.destination), layer.type.map { "type=\(hex($0))" })
        case .vlan(let layer):
            call(
                "vlan", "\(layer.control & 0xFFF)",
                layer.control >> 13 == 0 ? nil : "priority=\(layer.control >> 13)",
                layer.control & 0x1000 == 0 ? nil : "dei", layer.type.map { "type=\(hex($0))" })
        case .arp(let layer): text(layer)
        case .ipv4(let layer): text(layer)
        case .ipv6(let layer):
            call(
                "ipv6", flow(layer.source, layer.destination), named("class", layer.trafficClass, 0),
                named("flow", layer.flowLabel, 0), named("hop", layer.hopLimit, 64),
                layer.nextHeader.map { "next=\($0)" }, layer.payloadLength.map { "length=\($0)" })
        case .udp(let layer):
            call(
                "udp", flow(layer.source, layer.destination), layer.length.map { "length=\($0)" }, text(layer.checksum))
        case .tcp(let layer):
            call(
                "tcp", flow(layer.source, layer.destination),
                layer.flags == .ack ? nil : "flags=\(layer.flags)",
                named("seq", layer.sequence, 0), named("ack", layer.acknowledgement, 0),
                named("window", layer.window, 64240), named("urgent", layer.urgentPointer, 0),
                options(layer.options), text(layer.checksum))
        case .icmp(let layer): text(layer, isVersion6: false)
        case .icmpv6(let layer): text(layer, isVersion6: true)
        case .payload(let bytes): payload(bytes, limit)
        case .padding(let bytes):
            bytes.contains { $0 != 0 } ? "padding(raw=\(hex(bytes)))" : "padding(\(bytes.count))"
        }
    }

    private static func text(_ layer: ARPLayer) -> String {
        let operation =
            switch layer.operation {
            case ARPMessage.request: "request "
            case ARPMessage.reply: "reply "
            default: "op=\(layer.operation) "
            }
        return call(
            "arp", operation + flow(layer.sender, layer.target), layer.senderLink.map { "sender=\($0)" },
            layer.targetLink.map { "target=\($0)" })
    }

    private static func text(_ layer: IPv4Layer) -> String {
        let offset = Int(layer.fragmentWord & 0x1FFF) * 8
        return call(
            "ipv4", flow(layer.source, layer.destination), named("tos", layer.typeOfService, 0),
            named("id", layer.identification, 0),
            layer.fragmentWord & 0x8000 == 0 ? nil : "rf",
            layer.fragmentWord & IPv4Header.dontFragment == 0 ? nil : "df",
            layer.fragmentWord & IPv4Header.moreFragments == 0 ? nil : "mf", named("offset", offset, 0),
            named("ttl", layer.timeToLive, 64), layer.protocolNumber.map { "proto=\($0)" },
            layer.totalLength.map { "length=\($0)" }, options(layer.options), text(layer.checksum))
    }

    private static func text(_ layer: ICMPLayer, isVersion6: Bool) -> String {
        var row = ICMPNames.rows(isVersion6: isVersion6).first { $0.type == layer.type && $0.code == layer.code }
        // A neighbour message cut before its target has no name.
        if isVersion6, ICMPNames.isNeighbourMessage(layer.type), layer.target == nil { row = nil }
        var words = [row?.name ?? "type=\(layer.type) code=\(layer.code)"]
        switch row?.rest ?? ICMPNames.Rest.none {
        case .echo: words.append("id=\(layer.rest >> 16) seq=\(layer.rest & 0xFFFF)")
        case .mtu where isVersion6 || layer.rest >> 16 == 0: words.append("mtu=\(layer.rest)")
        case .advertisement where layer.rest & 0x1FFF_FFFF == 0:
            if layer.rest & NeighbourMessage.router != 0 { words.append("router") }
            if layer.rest & NeighbourMessage.solicited != 0 { words.append("solicited") }
            if layer.rest & NeighbourMessage.override != 0 { words.append("override") }
        case .none, .mtu, .advertisement: if layer.rest != 0 { words.append("rest=0x" + hex(layer.rest.networkBytes)) }
        }
        if let target = layer.target { words.append("target=\(target)") }
        if let link = layer.link { words.append("\(link.type == 1 ? "source" : "target")-link=\(link.address)") }
        if let checksum = text(layer.checksum) { words.append(checksum) }
        return "\(isVersion6 ? "icmpv6" : "icmp")(\(words.joined(separator: " ")))"
    }

    private static func text(_ checksum: ChecksumField) -> String? {
        switch checksum {
        case .computed: nil
        case .partial: "checksum=partial"
        case .value(let value): "checksum=\(hex(value))"
        }
    }

    private static func payload(_ bytes: [UInt8], _ limit: Int) -> String {
        guard bytes.count <= limit else { return "\(bytes.count) bytes" }
        if bytes.count >= 16, let first = bytes.first, bytes.allSatisfy({ $0 == first }) {
            return first == 0 ? "fill(\(bytes.count))" : "fill(\(bytes.count), 0x\(hex([first])))"
        }
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A }) else {
            return "raw(\(hex(bytes)))"
        }
        let characters = bytes.map { byte -> String in
            switch byte {
            case 0x0A: "\\n"
            case 0x27: "\\'"
            case 0x5C: "\\\\"
            default: String(UnicodeScalar(byte))
            }
        }
        return "'\(characters.joined())'"
    }

    private static func call(_ name: String, _ arguments: String?...) -> String {
        "\(name)(\(arguments.compactMap { $0 }.joined(separator: ", ")))"
    }

    private static func flow(_ source: some CustomStringConvertible, _ destination: some CustomStringConvertible)
        -> String
    { "\(source) > \(destination)" }

    private static func named<T: BinaryInteger>(_ name: String, _ value: T, _ usual: T) -> String? {
        value == usual ? nil : "\(name)=\(value)"
    }

    private static func options(_ bytes: [UInt8]) -> String? { bytes.isEmpty ? nil : "options=\(hex(bytes))" }

    private static func hex(_ value: UInt16) -> String { "0x" + hex(value.networkBytes) }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
