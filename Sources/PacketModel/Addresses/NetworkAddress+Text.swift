extension NetworkAddress: CustomStringConvertible {
    /// Reads `10.0.0.1` or any form of RFC 4291, 2.2.
    ///
    /// Four decimal numbers without leading zeros, as inet_pton(3) wants them; octal and short forms are refused.
    public init(_ text: some StringProtocol) throws(AddressTextError) {
        if text.contains(":") {
            self = try Self.parseIPv6(text)
        } else {
            guard text.contains(".") else {
                throw AddressTextError(.address, text, "neither dots nor colons in it")
            }
            self.init(ipv4: try Self.parseIPv4(text, whole: text))
        }
    }

    /// Dotted decimal, or RFC 5952's text: lower case, the longest run of zeros as `::`.
    public var description: String { isIPv6 ? ipv6Text : Self.ipv4Text(ipv4) }

    private static func ipv4Text(_ value: UInt32) -> String {
        "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    private static func parseIPv4(
        _ text: some StringProtocol, whole: some StringProtocol, kind: AddressTextError.Kind = .ipv4
    ) throws(AddressTextError) -> UInt32 {
        let parts = text.split(separator: ".", maxSplits: 8, omittingEmptySubsequences: false)
        guard parts.count == 4 else {
            throw AddressTextError(kind, whole, "\(parts.count) numbers with dots, expected 4")
        }
        var value: UInt32 = 0
        for part in parts {
            guard part.utf8.count <= 3, part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = UInt32(part),
                number < 256
            else { throw AddressTextError(kind, whole, "'\(part)' is not within 0 to 255") }
            guard part.utf8.count == 1 || part.first != "0" else {
                throw AddressTextError(kind, whole, "'\(part)' has a leading zero")
            }
            value = value << 8 | number
        }
        return value
    }

    private static func parseIPv6(_ text: some StringProtocol) throws(AddressTextError) -> Self {
        func fail(_ detail: String) -> AddressTextError { AddressTextError(.ipv6, text, detail) }
        guard !text.contains("%") else { throw fail("not modelled: a zone behind '%'") }
        var groups: [UInt16] = []
        var gap: Int?
        let parts = text.split(separator: ":", maxSplits: 16, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts.count <= 9 else { throw fail("\(parts.count) groups, expected 8") }
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                // An empty group is the gap, or stands before or behind a gap at either end.
                if index == 0 || index == parts.count - 1 {
                    let neighbour = index == 0 ? parts[1] : parts[index - 1]
                    guard neighbour.isEmpty else { throw fail("a single colon at an end") }
                    continue
                }
                guard gap == nil else { throw fail("two '::'") }
                gap = groups.count
            } else if part.contains(".") {
                guard index == parts.count - 1 else { throw fail("dotted numbers not at the end") }
                let value = try parseIPv4(part, whole: text, kind: .ipv6)
                groups += [UInt16(value >> 16), UInt16(value & 0xFFFF)]
            } else {
                guard part.utf8.count <= 4, part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16) else {
                    throw fail("'\(part)' is not a group of up to 4 hex digits")
                }
                groups.append(group)
            }
        }
        if let gap {
            guard groups.count < 8 else { throw fail("'::' beside 8 groups") }
            groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { throw fail("\(groups.count) groups, expected 8") }
        return Self(
            ipv6High: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
    }

    private var ipv6Text: String {
        // RFC 5952, 5: addresses known to carry an IPv4 address show it.
        if high == 0, low >> 32 == 0xFFFF { return "::ffff:" + Self.ipv4Text(UInt32(truncatingIfNeeded: low)) }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16))
        }
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        // One zero group alone is not shortened.
        return best.count < 2 ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}

extension NetworkPrefix: CustomStringConvertible {
    /// Reads `10.0.0.1/24`; without a slash the whole address.
    public init(_ text: some StringProtocol) throws(AddressTextError) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first else {
            throw AddressTextError(.prefix, text, "more than one '/'")
        }
        let address = try NetworkAddress(first)
        guard parts.count == 2 else {
            self.init(address: address, length: address.bitCount)
            return
        }
        guard parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let length = Int(parts[1]), length <= address.bitCount
        else {
            throw AddressTextError(.prefix, text, "length '\(parts[1])' is not within 0 to \(address.bitCount)")
        }
        self.init(address: address, length: length)
    }

    /// `10.0.0.1/24`
    public var description: String { "\(address)/\(length)" }
}

extension LinkAddress: CustomStringConvertible {
    /// Reads six groups of one or two hex digits with colons; `..` stands for groups of zeros: `02:..:01`.
    public init(_ text: some StringProtocol) throws(AddressTextError) {
        func fail(_ detail: String) -> AddressTextError { AddressTextError(.linkAddress, text, detail) }
        var parts = text.split(separator: ":", maxSplits: 8, omittingEmptySubsequences: false).map { String($0) }
        if let gap = parts.firstIndex(of: "..") {
            guard parts.count <= 6, parts.lastIndex(of: "..") == gap else { throw fail("more than one '..'") }
            parts.replaceSubrange(gap...gap, with: [String](repeating: "00", count: 7 - parts.count))
        }
        guard parts.count == 6 else { throw fail("\(parts.count) groups, expected 6") }
        var bits: UInt64 = 0
        for part in parts {
            guard (1...2).contains(part.utf8.count), part.allSatisfy(\.isHexDigit), let byte = UInt8(part, radix: 16)
            else { throw fail("'\(part)' is not one or two hex digits") }
            bits = bits << 8 | UInt64(byte)
        }
        self.init(bits: bits)
    }

    /// Six bytes with colons: `02:00:00:00:00:01`.
    public var description: String {
        bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined(separator: ":")
    }
}
