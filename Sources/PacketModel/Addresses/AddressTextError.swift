/// Why a text is no address.
public struct AddressTextError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable {
        case ipv4 = "IPv4 address"
        case ipv6 = "IPv6 address"
        case address = "IP address"
        case prefix = "prefix"
        case linkAddress = "MAC address"
    }

    /// What was expected.
    public let kind: Kind
    public let text: String
    /// What is wrong with it.
    public let detail: String

    init(_ kind: Kind, _ text: some StringProtocol, _ detail: String) {
        self.kind = kind
        self.text = String(text)
        self.detail = detail
    }

    /// `'10.0.0' is no IPv4 address: 3 numbers, expected 4`.
    public var description: String { "'\(text)' is no \(kind.rawValue): \(detail)" }
}
