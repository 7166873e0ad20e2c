import LinuxABI
import Wording

/// The notation for packets in scenarios and expectations.
///
///     eth(02:..:01 > 02:..:02) / ipv4(10.0.0.1 > 10.0.0.2, ttl=64) / udp(1000 > 53) / 'hello'
///
/// | layer | arguments |
/// |---|---|
/// | `eth` | source > destination; `type=` |
/// | `vlan` | identifier; `priority=`, `dei`, `type=` |
/// | `arp` | `request`, `reply` or `op=`; sender > target; `sender=`, `target=` (MAC addresses) |
/// | `ipv4` | source > destination; `tos=`, `id=`, `df`, `mf`, `rf`, `offset=` (bytes), `ttl=`, `proto=`, `length=`, `options=`, `checksum=` |
/// | `ipv6` | source > destination; `class=`, `flow=`, `hop=`, `next=`, `length=` |
/// | `udp` | source > destination port; `length=`, `checksum=` |
/// | `tcp` | source > destination port; `flags=` (letters of FSRPAUEC, `-` for none), `seq=`, `ack=`, `window=`, `urgent=`, `options=`, `checksum=` |
/// | `icmp`, `icmpv6` | a message's name or `type=` and `code=`; `id=`, `seq=`, `mtu=`, `rest=`, `checksum=`; of neighbours `target=`, `source-link=`, `target-link=`, `router`, `solicited`, `override` |
/// | `'text'`, `raw(hex)`, `fill(count, byte)` | payload |
/// | `padding(count)`, `padding(raw=hex)` | bytes that no length counts |
///
/// Arguments are separated by commas or spaces. What is left out is filled in: types from the next layer, lengths, and
/// checksums, which may also be `partial`.
public struct PacketNotation: Hashable, Sendable {
    public let layers: [PacketLayer]

    /// Reads a packet's text.
    public init(_ text: String) throws(PacketNotationError) {
        guard text.utf8.count <= 1 << 20 else {
            throw PacketNotationError(column: 1, "\(text.utf8.count) bytes of notation, expected at most \(1 << 20)")
        }
        var scanner = NotationScanner(text)
        var layers: [PacketLayer] = []
        repeat {
            scanner.skipSpace()
            guard layers.count < 64 else { throw scanner.fail("more than 64 layers") }
            if case .padding = layers.last { throw scanner.fail("a layer behind padding(…)") }
            layers.append(try Self.layer(&scanner))
            scanner.skipSpace()
        } while scanner.take("/")
        guard scanner.isAtEnd else { throw scanner.fail("found \(scanner.found), expected '/' or the end") }
        self.layers = layers
        guard bytes.count <= 1 << 17 else {
            throw PacketNotationError(column: 1, "a packet of \(bytes.count) bytes, expected at most \(1 << 17)")
        }
    }

    /// The packet, with open fields filled in.
    public var bytes: [UInt8] { PacketEncoder.bytes(of: layers) }

    private static let names = [
        "eth", "vlan", "arp", "ipv4", "ipv6", "udp", "tcp", "icmp", "icmpv6", "raw", "fill", "padding",
    ]

    private static func layer(_ scanner: inout NotationScanner) throws(PacketNotationError) -> PacketLayer {
        if scanner.current == 0x27 { return .payload(try scanner.quoted()) }
        let column = scanner.column
        let name = scanner.word()
        guard !name.isEmpty else { throw scanner.fail("found \(scanner.found), expected a layer such as eth(…)") }
        guard names.contains(name) else {
            throw PacketNotationError(
                column: column, "unknown layer '\(name)'",
                suggestion: nearestWord(to: name, among: names))
        }
        guard scanner.take("(") else { throw scanner.fail("found \(scanner.found), expected '(' behind \(name)") }
        var list: [NotationArgument] = []
        while true {
            scanner.skipSpace()
            let start = scanner.column
            if scanner.take(",") { continue }
            if scanner.take(")") {
                var arguments = NotationArguments(layer: name, column: column, end: start, list)
                let layer = try read(name, &arguments)
                try arguments.finish()
                return layer
            }
            if scanner.take(">") {
                list.append(NotationArgument(value: ">", column: start, valueColumn: start))
                continue
            }
            let word = scanner.word()
            guard !word.isEmpty else { throw scanner.fail("found \(scanner.found), expected ')' of \(name)(…)") }
            if scanner.take("=") {
                let valueColumn = scanner.column
                let value = scanner.word()
                guard !value.isEmpty else { throw scanner.fail("found \(scanner.found), expected a value of \(word)=") }
                list.append(NotationArgument(key: word, value: value, column: start, valueColumn: valueColumn))
            } else {
                list.append(NotationArgument(value: word, column: start, valueColumn: start))
            }
        }
    }
}
