import KernelControl
import LinuxABI
import PacketModel
import Testing

@testable import NetworkModel

@Suite struct RoutingTests {
    /// Recorded on 6.12.117 but for 0.0.0.0. Destination, and type, device, gateway and source as `ip route get` tells them.
    static let lookups: [(String, String)] = [
        ("10.0.0.2", "unicast v0 - 10.0.0.1"), ("10.1.2.3", "unicast v0 10.0.0.2 10.0.0.1"),
        ("10.0.0.1", "local lo - 10.0.0.1"), ("127.1.2.3", "local lo - 127.0.0.1"),
        ("10.0.0.255", "broadcast v0 - 10.0.0.1"), ("192.168.1.1", "ENETUNREACH"), ("0.0.0.0", "local lo - 127.0.0.1"),
        ("10.0.0.130", "unicast v0 - 10.0.0.129"),
    ]

    @Test(arguments: lookups) func `output routes`(destination: String, answer: String) throws {
        let fixture = try StackFixture()
        try fixture.address("10.0.0.129/25", "v0", "a")
        let stack = fixture.stack("a")
        #expect(
            Self.describe { () throws(KernelErrno) in
                try stack.outputRoute4(to: need(try? NetworkAddress(destination)), source: .anyIPv4, device: nil)
            } == answer)
    }

    private static func describe(_ body: () throws(KernelErrno) -> OutputRoute) -> String {
        do throws(KernelErrno) {
            let way = try body()
            let gateway = way.route.gateway?.description ?? "-"
            return "\(way.route.type) \(way.route.device.name) \(gateway) \(way.source)"
        } catch { return error.description }
    }

    /// bpf_redirect_neigh's look-up names the device: what no route reaches by it is on its link (executed:
    /// netkit-datapath.md, 13).
    @Test func `with a device named, a destination without route is on the link`() throws {
        let fixture = try StackFixture()
        let stack = fixture.stack("a")
        let v0 = fixture.environment.device("v0", "a")
        #expect(
            Self.describe { () throws(KernelErrno) in
                try stack.outputRoute4(to: need(try? NetworkAddress("8.8.8.8")), source: .anyIPv4, device: v0)
            } == "unicast v0 - 10.0.0.1")
        #expect(
            Self.describe { () throws(KernelErrno) in
                try stack.outputRoute4(
                    to: need(try? NetworkAddress("8.8.8.8")), source: need(try? NetworkAddress("9.9.9.9")), device: v0)
            } == "EINVAL")
    }

    /// Recorded on 6.12.117.
    static let refusals: [(String, String?, String?, KernelErrno?)] = [
        ("10.5.0.0/16", "10.0.0.2", nil, nil), ("10.5.0.0/16", nil, "v0", nil),
        ("10.5.0.0/16", "10.0.0.1", nil, nil), ("10.5.0.1/16", nil, "v0", .EINVAL),
        ("10.5.0.0/16", "10.77.0.1", nil, .ENETUNREACH),
        ("10.5.0.0/16", nil, "nope", .ENODEV), ("10.5.0.0/16", nil, nil, .ENODEV),
        ("10.0.0.0/24", nil, "v0", .EEXIST), ("10.5.0.0/16", "10.0.0.2", "lo", .ENETUNREACH),
        ("fd01::/64", nil, "v0", .EACCES),
    ]

    @Test(arguments: refusals)
    func `routes that are refused`(destination: String, gateway: String?, device: String?, errno: KernelErrno?) throws {
        let fixture = try StackFixture()
        defer { withExtendedLifetime(fixture) {} }
        let stack = fixture.stack("a")
        let route = NewRoute(
            destination: try NetworkPrefix(destination), gateway: try gateway.map { text in try NetworkAddress(text) },
            device: device)
        #expect(StackFixture.errno { try stack.addRoute(route) } == errno)
    }

    /// Recorded on 6.12.117.
    @Test func `down takes subnets and gateways, up brings the subnets back`() throws {
        let fixture = try StackFixture()
        let stack = fixture.stack("a")
        func types() -> [String] { (stack.routes4.local + stack.routes4.main).map { "\($0.type) \($0.destination)" } }
        let loopback = ["local 127.0.0.1/32", "broadcast 127.255.255.255/32"]
        let before = types()
        #expect(before.contains("unicast 10.1.0.0/16") && before.contains("broadcast 10.0.0.255/32"))
        var change = LinkChange()
        change.isUp = false
        try fixture.environment.network.changeLink("v0", in: "a", change)
        #expect(types() == loopback + ["local 10.0.0.1/32", "local 127.0.0.0/8"])
        change.isUp = true
        try fixture.environment.network.changeLink("v0", in: "a", change)
        #expect(Set(types()) == Set(before).subtracting(["unicast 10.1.0.0/16"]))
    }

    @Test func `packets from our own addresses or to loopback do not come in`() throws {
        let fixture = try StackFixture()
        let stack = fixture.stack("b")
        let v1 = fixture.environment.device("v1", "b")
        func decision(_ source: String, _ destination: String) throws -> String {
            switch stack.inputRoute4(
                source: try NetworkAddress(source), destination: try NetworkAddress(destination), device: v1)
            {
            case .deliver(let route): "deliver \(route.type)"
            case .forward(let route): "forward \(route.device.name)"
            case .unreachable(let errno): "\(errno)"
            case .martian: "martian"
            }
        }
        #expect(try decision("10.0.0.1", "10.0.0.2") == "deliver local")
        #expect(try decision("10.0.0.1", "10.0.0.255") == "deliver broadcast")
        #expect(try decision("10.0.0.1", "255.255.255.255") == "deliver broadcast")
        #expect(try decision("10.0.0.1", "10.1.0.9") == "forward w0")
        #expect(try decision("10.0.0.1", "172.16.0.1") == "ENETUNREACH")
        #expect(try decision("10.0.0.2", "10.0.0.2") == "martian")
        #expect(try decision("10.1.0.1", "10.1.0.9") == "martian")
        #expect(try decision("10.0.0.1", "127.0.0.1") == "martian")
        #expect(try decision("127.0.0.1", "10.0.0.2") == "martian")
        #expect(try decision("224.0.0.1", "10.0.0.2") == "martian")
        #expect(try decision("0.0.0.0", "10.0.0.2") == "martian")
    }
}
