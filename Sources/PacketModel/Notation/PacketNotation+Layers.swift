import Wording

extension PacketNotation {
    /// Builds the layer called `name` from its arguments.
    static func read(
        _ name: String, _ arguments: inout NotationArguments
    ) throws(PacketNotationError) -> PacketLayer {
        switch name {
        case "eth":
            let (source, destination) = try arguments.flow("a MAC address")
            return .ethernet(
                EthernetLayer(
                    source: try NotationArguments.link(source), destination: try NotationArguments.link(destination),
                    type: try arguments.number("type", UInt16.self)))
        case "vlan": return .vlan(try vlan(&arguments))
        case "arp": return .arp(try arp(&arguments))
        case "ipv4": return .ipv4(try ipv4(&arguments))
        case "ipv6": return .ipv6(try ipv6(&arguments))
        case "udp":
            let (source, destination) = try ports(&arguments)
            var layer = UDPLayer(source: source, destination: destination)
            layer.length = try arguments.number("length", UInt16.self)
            layer.checksum = try arguments.checksum()
            return .udp(layer)
        case "tcp": return .tcp(try tcp(&arguments))
        case "icmp": return .icmp(try icmp(&arguments, isVersion6: false))
        case "icmpv6": return .icmpv6(try icmp(&arguments, isVersion6: true))
        case "fill": return .payload(try fill(&arguments))
        case "padding":
            if let bytes = try arguments.bytes("raw") { return .padding(bytes) }
            return .padding(try fill(&arguments))
        default: return .payload(try raw(&arguments))
        }
    }

    /// Hex digits, in groups as one likes.
    private static func raw(_ arguments: inout NotationArguments) throws(PacketNotationError) -> [UInt8] {
        var bytes = try NotationArguments.bytes(try arguments.word("hex digits"))
        while let more = try? arguments.word("") { bytes += try NotationArguments.bytes(more) }
        return bytes
    }

    /// A count, and the byte to repeat, else 0.
    private static func fill(_ arguments: inout NotationArguments) throws(PacketNotationError) -> [UInt8] {
        let count = try NotationArguments.number(try arguments.word("a count of bytes"), UInt32.self, limit: 65535)
        var byte: UInt8 = 0
        if let given = try? arguments.word("") { byte = try NotationArguments.number(given, UInt8.self) }
        return [UInt8](repeating: byte, count: Int(count))
    }

    private static func ports(_ arguments: inout NotationArguments) throws(PacketNotationError) -> (UInt16, UInt16) {
        let (source, destination) = try arguments.flow("a port")
        return (
            try NotationArguments.number(source, UInt16.self), try NotationArguments.number(destination, UInt16.self)
        )
    }

    private static func vlan(_ arguments: inout NotationArguments) throws(PacketNotationError) -> VLANLayer {
        let isDropEligible = arguments.flag("dei")
        let identifier = try NotationArguments.number(
            try arguments.word("an identifier"), UInt16.self, limit: 4095)
        let priority = try arguments.number("priority", UInt16.self, limit: 7) ?? 0
        return VLANLayer(
            control: identifier | (isDropEligible ? 0x1000 : 0) | priority << 13,
            type: try arguments.number("type", UInt16.self))
    }

    private static func arp(_ arguments: inout NotationArguments) throws(PacketNotationError) -> ARPLayer {
        var operation = try arguments.number("op", UInt16.self)
        if arguments.flag("request") { operation = ARPMessage.request }
        if arguments.flag("reply") { operation = ARPMessage.reply }
        guard let operation else {
            throw PacketNotationError(
                column: arguments.column, "arp(…) lacks its operation: request, reply or op=number")
        }
        let (sender, target) = try arguments.flow("an IPv4 address")
        var layer = ARPLayer(
            operation: operation, sender: try NotationArguments.address(sender, isIPv6: false),
            target: try NotationArguments.address(target, isIPv6: false))
        if let link = arguments.value("sender") { layer.senderLink = try NotationArguments.link(link) }
        if let link = arguments.value("target") { layer.targetLink = try NotationArguments.link(link) }
        return layer
    }

    private static func ipv4(_ arguments: inout NotationArguments) throws(PacketNotationError) -> IPv4Layer {
        var word: UInt16 = 0
        if arguments.flag("rf") { word |= 0x8000 }
        if arguments.flag("df") { word |= IPv4Header.dontFragment }
        if arguments.flag("mf") { word |= IPv4Header.moreFragments }
        let (source, destination) = try arguments.flow("an IPv4 address")
        var layer = IPv4Layer(
            source: try NotationArguments.address(source, isIPv6: false),
            destination: try NotationArguments.address(destination, isIPv6: false))
        if let argument = arguments.value("offset") {
            let offset = try NotationArguments.number(argument, UInt16.self, limit: 65528)
            guard offset % 8 == 0 else {
                throw PacketNotationError(
                    column: argument.valueColumn, "an offset of \(offset) bytes, expected a multiple of 8")
            }
            word |= offset / 8
        }
        layer.fragmentWord = word
        layer.typeOfService = try arguments.number("tos", UInt8.self) ?? 0
        layer.identification = try arguments.number("id", UInt16.self) ?? 0
        layer.timeToLive = try arguments.number("ttl", UInt8.self) ?? 64
        layer.protocolNumber = try arguments.number("proto", UInt8.self)
        layer.totalLength = try arguments.number("length", UInt16.self)
        layer.options = try options(&arguments)
        layer.checksum = try arguments.checksum(mayBePartial: false)
        return layer
    }

    private static func options(_ arguments: inout NotationArguments) throws(PacketNotationError) -> [UInt8] {
        guard let argument = arguments.value("options") else { return [] }
        let bytes = try NotationArguments.bytes(argument)
        guard bytes.count % 4 == 0, bytes.count <= 40 else {
            throw PacketNotationError(
                column: argument.valueColumn, "\(bytes.count) bytes of options, expected a multiple of 4 up to 40")
        }
        return bytes
    }

    private static func ipv6(_ arguments: inout NotationArguments) throws(PacketNotationError) -> IPv6Layer {
        let (source, destination) = try arguments.flow("an IPv6 address")
        var layer = IPv6Layer(
            source: try NotationArguments.address(source, isIPv6: true),
            destination: try NotationArguments.address(destination, isIPv6: true))
        layer.trafficClass = try arguments.number("class", UInt8.self) ?? 0
        layer.flowLabel = try arguments.number("flow", UInt32.self, limit: 0xFFFFF) ?? 0
        layer.hopLimit = try arguments.number("hop", UInt8.self) ?? 64
        layer.nextHeader = try arguments.number("next", UInt8.self)
        layer.payloadLength = try arguments.number("length", UInt16.self)
        return layer
    }

    private static func tcp(_ arguments: inout NotationArguments) throws(PacketNotationError) -> TCPLayer {
        let (source, destination) = try ports(&arguments)
        var layer = TCPLayer(source: source, destination: destination)
        if let argument = arguments.value("flags") {
            layer.flags = []
            for letter in argument.value where argument.value != "-" {
                guard let bit = TCPFlags.letters.firstIndex(of: letter) else {
                    throw PacketNotationError(
                        column: argument.valueColumn, "'\(letter)' is no TCP flag, expected letters of FSRPAUEC")
                }
                layer.flags.insert(TCPFlags(rawValue: 1 << UInt8(bit)))
            }
        }
        layer.sequence = try arguments.number("seq", UInt32.self) ?? 0
        layer.acknowledgement = try arguments.number("ack", UInt32.self) ?? 0
        layer.window = try arguments.number("window", UInt16.self) ?? 64240
        layer.urgentPointer = try arguments.number("urgent", UInt16.self) ?? 0
        layer.options = try options(&arguments)
        layer.checksum = try arguments.checksum()
        return layer
    }

    private static func icmp(
        _ arguments: inout NotationArguments, isVersion6: Bool
    ) throws(PacketNotationError) -> ICMPLayer {
        let row = ICMPNames.rows(isVersion6: isVersion6).first { arguments.flag($0.name) }
        let type = try arguments.number("type", UInt8.self) ?? row?.type
        guard let type else {
            let names = ICMPNames.rows(isVersion6: isVersion6).map(\.name)
            guard let word = try? arguments.word("") else {
                throw PacketNotationError(
                    column: arguments.column, "\(arguments.layer)(…) lacks its message: a name or type=number")
            }
            throw PacketNotationError(
                column: word.column, "unknown message '\(word.value)' in \(arguments.layer)(…)",
                suggestion: nearestWord(to: word.value, among: names))
        }
        var layer = ICMPLayer(type: type, code: try arguments.number("code", UInt8.self) ?? row?.code ?? 0)
        switch row?.rest ?? ICMPNames.Rest.none {
        case .echo:
            let identifier = try arguments.number("id", UInt16.self) ?? 0
            layer.rest = UInt32(identifier) << 16 | UInt32(try arguments.number("seq", UInt16.self) ?? 0)
        case .mtu: layer.rest = try arguments.number("mtu", UInt32.self, limit: isVersion6 ? .max : 0xFFFF) ?? 0
        case .advertisement:
            if arguments.flag("router") { layer.rest |= NeighbourMessage.router }
            if arguments.flag("solicited") { layer.rest |= NeighbourMessage.solicited }
            if arguments.flag("override") { layer.rest |= NeighbourMessage.override }
        case .none: break
        }
        if let rest = try arguments.number("rest", UInt32.self) { layer.rest = rest }
        if isVersion6, ICMPNames.isNeighbourMessage(type) {
            if let target = arguments.value("target") {
                layer.target = try NotationArguments.address(target, isIPv6: true)
            } else if row != nil {
                throw PacketNotationError(column: arguments.column, "\(row?.name ?? "") lacks target=")
            }
            for (key, option) in [("source-link", UInt8(1)), ("target-link", UInt8(2))] {
                if let link = arguments.value(key) {
                    layer.link = .init(type: option, address: try NotationArguments.link(link))
                }
            }
        }
        layer.checksum = try arguments.checksum(mayBePartial: isVersion6)
        return layer
    }
}
