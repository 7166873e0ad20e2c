public import KernelControl
import PacketModel

/// A device that a scenario names: `nk0@node`.
public struct DeviceReference: Hashable, Sendable, CustomStringConvertible {
    public let device: String
    public let namespace: NamespaceName
    public let place: SourcePlace

    public init(device: String, namespace: NamespaceName, place: SourcePlace) {
        self.device = device
        self.namespace = namespace
        self.place = place
    }

    public var description: String { "\(device)@\(namespace)" }

    public static func == (left: Self, right: Self) -> Bool {
        left.device == right.device && left.namespace == right.namespace
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(device)
        hasher.combine(namespace)
    }
}

extension SourceNode {
    /// `DEVICE@NAMESPACE`; a device's name has 1 to 15 bytes without `/` or spaces (`dev_valid_name`).
    func device() throws(FormatError) -> DeviceReference {
        let what = "DEVICE@NAMESPACE, such as eth0@pod"
        let parts = try text(what).split(separator: "@", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { throw expected(what) }
        let name = String(parts[0])
        guard (1...15).contains(name.utf8.count), name != ".", name != "..",
            !name.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") })
        else { throw FormatError(place, "'\(name)' is no device name: 1 to 15 bytes without '/', ':' or spaces") }
        return DeviceReference(device: name, namespace: NamespaceName(String(parts[1])), place: place)
    }

    /// `10.0.0.1:53` or `[fd00::1]:53`.
    func socketAddress() throws(FormatError) -> SocketAddress {
        try Self.socketAddress(try text("an address with a port"), at: place)
    }

    /// `10.0.0.1:4000 > 10.0.0.2:9`, both of one family.
    func flow() throws(FormatError) -> (source: SocketAddress, destination: SocketAddress) {
        let what = "SOURCE:PORT > DESTINATION:PORT"
        let parts = try text(what).split(separator: ">", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw expected(what) }
        let ends = try parts.map { part throws(FormatError) in
            try Self.socketAddress(part.trimmingSpaces, at: place)
        }
        guard ends[0].address.isIPv6 == ends[1].address.isIPv6 else {
            throw FormatError(place, "source and destination are of different families in \(found)")
        }
        return (ends[0], ends[1])
    }

    private static func socketAddress(_ text: String, at place: SourcePlace) throws(FormatError) -> SocketAddress {
        guard let colon = text.lastIndex(of: ":") else {
            throw FormatError(place, "expected an address with a port, found '\(text.prefix(60))'")
        }
        var address = text[..<colon]
        let portText = text[text.index(after: colon)...]
        guard let port = number(String(portText)).flatMap({ UInt16(exactly: $0) }) else {
            throw FormatError(place, "expected a port from 0 to 65535, found '\(portText.prefix(60))'")
        }
        if address.hasPrefix("[") && address.hasSuffix("]") {
            address = address.dropFirst().dropLast()
        } else if address.contains(":") {
            throw FormatError(place, "an IPv6 address with a port needs brackets: [\(address.prefix(40))]:\(port)")
        }
        do {
            return SocketAddress(address: try NetworkAddress(address), port: port)
        } catch {
            throw FormatError(place, error.description)
        }
    }

    /// `1s`, `20ms`, `5us`, `100ns`, in nanoseconds.
    func duration() throws(FormatError) -> UInt64 {
        let what = "a time such as 1s, 20ms, 5us or 100ns"
        let text = try text(what)
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [String: UInt64] = ["ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000]
        guard let count = UInt64(digits), let unit = units[String(text[digits.endIndex...])] else {
            throw expected(what)
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        // A year is enough, and keeps sums of times from overflowing.
        guard !overflow, product <= 31_536_000_000_000_000 else { throw expected("at most a year") }
        return product
    }
}

extension Optional {
    /// `map` for a function that throws a format error.
    func mapped<Result>(_ transform: (Wrapped) throws(FormatError) -> Result) throws(FormatError) -> Result? {
        guard let self else { return nil }
        return try transform(self)
    }
}

extension Substring {
    /// Without spaces at both ends.
    var trimmingSpaces: String {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
