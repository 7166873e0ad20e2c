import PacketModel
import Testing

@Suite struct AddressTextTests {
    /// Text, and what RFC 5952 makes of it; nil where it is refused.
    static let addresses: [(String, String?)] = [
        ("10.0.0.1", "10.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("0.0.0.0", "0.0.0.0"),
        ("10.0.0", nil), ("10.0.0.256", nil), ("10.0.0.01", nil), ("10.0.0.1.", nil), ("10.0.0.-1", nil), ("", nil),
        ("10", nil), ("1.2.3.4.5", nil), ("10.0.0.٣", nil),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("fe80::1", "fe80::1"),
        ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.1"), ("64:ff9b::10.0.0.1", "64:ff9b::a00:1"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("1:2:3:4:5:6:7:8:9", nil), ("1::2::3", nil), (":1::", nil), ("1:", nil), (":::", nil), ("12345::", nil),
        ("1:2:3:4:5:6:7:8::", nil), ("1.2.3.4::", nil), ("g::", nil), ("fe80::1%eth0", nil), ("1:2", nil),
        ("::1.2.3", nil), (":", nil), ("1:2:3:4:5:6:7:1.2.3.4", nil),
    ]

    @Test(arguments: addresses) func address(text: String, formatted: String?) {
        let parsed = try? NetworkAddress(text)
        #expect(parsed?.description == formatted)
        if let parsed { #expect(NetworkAddress(bytes: parsed.bytes) == parsed) }
    }

    static let prefixes: [(String, String?, String?)] = [
        ("10.0.0.1/24", "10.0.0.1/24", "10.0.0.0/24"), ("10.0.0.1", "10.0.0.1/32", "10.0.0.1/32"),
        ("10.1.2.3/0", "10.1.2.3/0", "0.0.0.0/0"), ("fd00::1:2/64", "fd00::1:2/64", "fd00::/64"),
        ("fd00::ff/121", "fd00::ff/121", "fd00::80/121"), ("::1/128", "::1/128", "::1/128"),
        ("10.0.0.1/33", nil, nil), ("10.0.0.1/", nil, nil), ("10.0.0.1/-1", nil, nil), ("::/129", nil, nil),
        ("10.0.0.1/8/8", nil, nil),
    ]

    @Test(arguments: prefixes) func prefix(text: String, formatted: String?, network: String?) {
        let parsed = try? NetworkPrefix(text)
        #expect(parsed?.description == formatted)
        #expect(parsed?.network.description == network)
    }

    static let links: [(String, String?)] = [
        ("02:00:00:00:00:01", "02:00:00:00:00:01"), ("02:..:01", "02:00:00:00:00:01"), ("..", "00:00:00:00:00:00"),
        ("2:0:0:0:0:A", "02:00:00:00:00:0a"), ("ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff"),
        ("02:..:..:01", nil), ("02:00:00:00:00", nil), ("02:00:00:00:00:001", nil), ("02:00:00:00:00:0g", nil),
        ("1:2:3:4:5:6:..", nil), ("", nil),
    ]

    @Test(arguments: links) func link(text: String, formatted: String?) {
        #expect((try? LinkAddress(text))?.description == formatted)
    }

    @Test func errorsSayWhatWasFound() {
        #expect(throws: AddressTextError.self) { try NetworkAddress("10.0.0") }
        do { _ = try NetworkAddress("10.0.300.1") } catch {
            #expect("\(error)" == "'10.0.300.1' is no IPv4 address: '300' is not within 0 to 255")
        }
        do { _ = try LinkAddress("02:zz:00:00:00:01") } catch {
            #expect("\(error)" == "'02:zz:00:00:00:01' is no MAC address: 'zz' is not one or two hex digits")
        }
    }

    @Test func groupsMapToLinkAddresses() throws {
        let group = try NetworkAddress("fd00::12:3456").solicitedNode
        #expect(group.description == "ff02::1:ff12:3456")
        #expect(LinkAddress(forGroup: group).description == "33:33:ff:12:34:56")
        #expect(LinkAddress(forGroup: try NetworkAddress("239.129.2.3")).description == "01:00:5e:01:02:03")
    }
}
