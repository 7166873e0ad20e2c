import LinuxABI
import PacketModel

/// Puts ordinals where a frame has random numbers, and finds out what its checksums were; see ``Normalisation``.
///
/// One normaliser goes through all frames of a run, so that the same number has the same ordinal everywhere. Encapsulation
/// is followed for IP in IP; what GRE and UDP carry is payload. Behind an Ethernet type that tells nothing, a packet is looked for.
struct FrameNormaliser {
    /// By the identification and the packet that has it: numbers of different flows can be the same by chance, and those of
    /// a segmented datagram run into the next one's (`ip_idents_reserve` is asked for one).
    private var identifications = Ordinals<[UInt8]>()
    private var flowLabels = Ordinals<UInt32>()
    private let addresses: [LinkAddress: LinkAddress]

    private var bytes: [UInt8] = []
    private var findings: [ChecksumFinding] = []
    private var isPartial = false

    init(randomAddresses: [LinkAddress]) {
        var addresses: [LinkAddress: LinkAddress] = [:]
        for (index, address) in randomAddresses.enumerated() where address != .zero {
            addresses[address] = LinkAddress(bits: 0xFE00_0000_0001 + UInt64(index))
        }
        self.addresses = addresses
    }

    /// What stands for a link-layer address.
    func stable(_ address: LinkAddress) -> LinkAddress { addresses[address] ?? address }

    mutating func normalise(_ frame: inout Observations.Frame) {
        bytes = frame.bytes
        findings = []
        isPartial = frame.hasPartialChecksum
        readEthernet()
        frame.time = nil
        frame.bytes = bytes
        frame.checksums = findings
    }

    /// Where a packet lies, and what carries it.
    private struct Layer {
        var start: Int
        var end: Int
        /// `inner.`, `quoted.` or a chain of them; empty for the frame's own packet.
        var prefix = ""
        var depth = 0
        var isQuoted = false

        /// The packet in this one.
        func within(_ prefix: String, from start: Int, to end: Int, isQuoted: Bool) -> Self {
            Layer(
                start: start, end: end, prefix: self.prefix + prefix, depth: depth + 1,
                isQuoted: self.isQuoted || isQuoted)
        }
    }

    // MARK: Link layer

    private mutating func readEthernet() {
        guard bytes.count >= EthernetHeader.byteCount else { return }
        replaceAddress(at: 0)
        replaceAddress(at: 6)
        var offset = EthernetHeader.byteCount
        var type = word(12)
        for _ in 0..<2 where type == EtherType.vlan || type == EtherType.vlanStacked {
            guard bytes.count >= offset + VLANTag.byteCount else { return }
            type = word(offset + 2)
            offset += VLANTag.byteCount
        }
        let packet = Layer(start: offset, end: bytes.count)
        switch type {
        case EtherType.ipv4: readIPv4(packet)
        case EtherType.ipv6: readIPv6(packet)
        case EtherType.arp:
            guard bytes.count >= offset + ARPMessage.byteCount, word(offset) == 1, word(offset + 2) == EtherType.ipv4,
                word(offset + 4) == 0x0604
            else { return }
            replaceAddress(at: offset + 8)
            replaceAddress(at: offset + 18)
        default: readDisplaced(from: offset)
        }
    }

    /// A packet behind a type that isn't its own: a program wrote over the type, or put bytes in front. It is recognised by
    /// a right header checksum, or in IPv6, which has none, by a length that reaches exactly to the end.
    private mutating func readDisplaced(from start: Int) {
        for offset in start..<max(start, bytes.count - IPv4Header.byteCount + 1) {
            let packet = Layer(start: offset, end: bytes.count)
            if bytes[offset] == 0x45, isZero(sum(offset..<offset + IPv4Header.byteCount)),
                offset + Int(word(offset + 2)) <= bytes.count
            {
                return readIPv4(packet)
            }
            if bytes[offset] >> 4 == 6, offset + IPv6Header.byteCount <= bytes.count,
                offset + IPv6Header.byteCount + Int(word(offset + 4)) == bytes.count
            {
                return readIPv6(packet)
            }
        }
    }

    private mutating func replaceAddress(at offset: Int) {
        guard let address = LinkAddress(bytes: Array(bytes[offset..<offset + 6])), let ordinal = addresses[address]
        else { return }
        bytes.replaceSubrange(offset..<offset + 6, with: ordinal.bytes)
    }

    // MARK: Network layer

    private mutating func readIPv4(_ packet: Layer) {
        let start = packet.start
        guard packet.end - start >= IPv4Header.byteCount, bytes[start] >> 4 == 4, packet.depth < 4 else { return }
        let headerEnd = start + Int(bytes[start] & 15) * 4
        guard headerEnd - start >= IPv4Header.byteCount, headerEnd <= packet.end else {
            findings.append(.init(packet.prefix + "ipv4", .unknown))
            return
        }
        let state: ChecksumFinding.State = isZero(sum(start..<headerEnd)) ? .valid : .wrong
        findings.append(.init(packet.prefix + "ipv4", state))
        keepingChecksum(at: start + 10, state, over: start..<headerEnd) { normaliser in
            let identification = normaliser.word(start + 4)
            guard identification != 0 else { return }
            let key = normaliser.identity(of: start, headerEnd, packet.end)
            normaliser.store(normaliser.identifications[key], at: start + 4)
        }
        let fragment = word(start + 6)
        guard fragment & 0x1FFF == 0 else { return }
        let end = start + Int(word(start + 2))
        guard end >= headerEnd else { return }
        readTransport(
            bytes[start + 9], packet, from: headerEnd, to: min(end, packet.end),
            isWhole: end <= packet.end && fragment & IPv4Header.moreFragments == 0, addresses: start + 12..<start + 20)
    }

    /// What tells an IPv4 packet from others: identification, protocol, and how its payload begins. Addresses, which a program
    /// may translate, and checksums of TCP and UDP, which a device may complete, are the same packet's all the same.
    private func identity(of start: Int, _ headerEnd: Int, _ end: Int) -> [UInt8] {
        let number = bytes[start + 9]
        var beginning = Array(bytes[headerEnd..<min(headerEnd + 64, end)])
        let checksum = [6: 16, 17: 6][number] ?? beginning.count
        for index in beginning.indices.dropFirst(checksum).prefix(2) { beginning[index] = 0 }
        return bytes[start + 4..<start + 6] + [number] + beginning
    }

    private mutating func readIPv6(_ packet: Layer) {
        let start = packet.start
        guard packet.end - start >= IPv6Header.byteCount, bytes[start] >> 4 == 6, packet.depth < 4 else { return }
        let label = UInt32(bytes[start + 1] & 15) << 16 | UInt32(word(start + 2))
        if label != 0 {
            let ordinal = flowLabels[label]
            bytes[start + 1] = bytes[start + 1] & 0xF0 | UInt8(truncatingIfNeeded: ordinal >> 16 & 15)
            store(ordinal, at: start + 2)
        }
        var number = bytes[start + 6]
        var offset = start + IPv6Header.byteCount
        let end = offset + Int(word(start + 4))
        var isWhole = end <= packet.end
        // Hop-by-hop options, routing, fragment, destination options (RFC 8200, section 4.1).
        for _ in 0..<8 where [0, 43, 44, 60].contains(number) {
            guard offset + 8 <= min(end, packet.end) else { return }
            let next = bytes[offset]
            if number == 44 {
                let ordinal = identifications[Array(bytes[offset + 4..<offset + 8] + bytes[start + 8..<start + 40])]
                store(ordinal >> 16, at: offset + 4)
                store(ordinal, at: offset + 6)
                guard word(offset + 2) >> 3 == 0 else { return }
                if word(offset + 2) & 1 != 0 { isWhole = false }
                offset += 8
            } else {
                offset += (Int(bytes[offset + 1]) + 1) * 8
            }
            number = next
        }
        guard offset <= min(end, packet.end) else { return }
        readTransport(
            number, packet, from: offset, to: min(end, packet.end), isWhole: isWhole, addresses: start + 8..<start + 40)
    }

    // MARK: Transport layer

    private mutating func readTransport(
        _ number: UInt8, _ packet: Layer, from start: Int, to end: Int, isWhole: Bool, addresses: Range<Int>
    ) {
        let isIPv6 = addresses.count > 8
        let place: Int
        let name: String
        switch number {
        case IPProtocol.udp: (name, place) = ("udp", start + 6)
        case IPProtocol.tcp: (name, place) = ("tcp", start + 16)
        case IPProtocol.icmp where !isIPv6: (name, place) = ("icmp", start + ICMPHeader.checksumOffset)
        case IPProtocol.icmpv6 where isIPv6: (name, place) = ("icmpv6", start + ICMPHeader.checksumOffset)
        case Self.ipInIP: return readIPv4(packet.within("inner.", from: start, to: end, isQuoted: false))
        case Self.ipv6InIP: return readIPv6(packet.within("inner.", from: start, to: end, isQuoted: false))
        default: return
        }
        guard place + 2 <= end else { return }
        let pseudoHeader =
            number == IPProtocol.icmp ? 0 : sum(addresses) + UInt64(end - start) + UInt64(number)
        let state: ChecksumFinding.State =
            if isPartial, !packet.isQuoted {
                .partial
            } else if number == IPProtocol.udp, word(place) == 0 {
                .none
            } else if !isWhole {
                .unknown
            } else {
                isZero(sum(start..<end) + pseudoHeader) ? .valid : .wrong
            }
        findings.append(.init(packet.prefix + name, state))
        guard number == IPProtocol.icmp || number == IPProtocol.icmpv6 else { return }
        keepingChecksum(at: place, state, over: start..<end, pseudoHeader: pseudoHeader) { normaliser in
            normaliser.readICMP(packet, from: start, to: end, isIPv6: isIPv6)
        }
    }

    private static let ipInIP: UInt8 = 4
    private static let ipv6InIP: UInt8 = 41

    private mutating func readICMP(_ packet: Layer, from start: Int, to end: Int, isIPv6: Bool) {
        let rest = start + ICMPHeader.byteCount
        guard rest <= end else { return }
        let quoted = packet.within("quoted.", from: rest, to: end, isQuoted: true)
        switch (isIPv6, bytes[start]) {
        case (false, 3), (false, 4), (false, 5), (false, 11), (false, 12): readIPv4(quoted)
        case (true, 1...4): readIPv6(quoted)
        case (true, 133): replaceOptions(from: rest, to: end)
        case (true, 134): replaceOptions(from: rest + 8, to: end)
        case (true, 135), (true, 136): replaceOptions(from: rest + 16, to: end)
        case (true, 137): replaceOptions(from: rest + 32, to: end)
        default: break
        }
    }

    /// Link-layer addresses in options of neighbour discovery (RFC 4861, section 4.6.1).
    private mutating func replaceOptions(from start: Int, to end: Int) {
        var offset = start
        while offset + 8 <= end {
            let length = Int(bytes[offset + 1]) * 8
            guard length > 0 else { return }
            let type = bytes[offset]
            if length == 8, type == NeighbourMessage.sourceLinkOption || type == NeighbourMessage.targetLinkOption {
                replaceAddress(at: offset + 2)
            }
            offset += length
        }
    }

    // MARK: Checksums

    /// Changes bytes under a checksum, and lets it follow: a valid one stays valid, any other keeps its distance (RFC 1624,
    /// equation 3). A partial one holds nothing of them.
    private mutating func keepingChecksum(
        at place: Int, _ state: ChecksumFinding.State, over range: Range<Int>, pseudoHeader: UInt64 = 0,
        _ change: (inout Self) -> Void
    ) {
        let before = bytes[range]
        let old = sum(range)
        change(&self)
        guard bytes[range] != before else { return }
        switch state {
        case .valid:
            store(0, at: place)
            store(Int(~folded(sum(range) + pseudoHeader)), at: place)
        case .wrong, .unknown:
            let kept = UInt64(~word(place)) + UInt64(~folded(old)) + sum(range)
            store(Int(~folded(kept)), at: place)
        case .partial, .none: break
        }
    }

    /// The sum of 16-bit words in network order; an odd last byte counts as followed by zero.
    private func sum(_ range: Range<Int>) -> UInt64 {
        var total: UInt64 = 0
        for (index, byte) in bytes[range].enumerated() { total += UInt64(byte) << (index & 1 == 0 ? 8 : 0) }
        return total
    }

    private func folded(_ sum: UInt64) -> UInt16 {
        var sum = sum
        while sum >> 16 != 0 { sum = (sum & 0xFFFF) + (sum >> 16) }
        return UInt16(sum)
    }

    /// Whether a sum over everything, the checksum included, says that it is right.
    private func isZero(_ sum: UInt64) -> Bool { folded(sum) == 0xFFFF }

    private func word(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]) }

    private mutating func store(_ value: Int, at offset: Int) {
        bytes[offset] = UInt8(truncatingIfNeeded: value >> 8)
        bytes[offset + 1] = UInt8(truncatingIfNeeded: value)
    }
}
