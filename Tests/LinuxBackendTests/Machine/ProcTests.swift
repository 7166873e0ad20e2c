import KernelControl
import LinuxABI
import Testing

@testable import LinuxBackend

/// Names and texts of /proc.
@Suite struct ProcTests {
    @Test(arguments: [
        ("net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward", true),
        ("net.ipv4.conf.eth0/5.rp_filter", "/proc/sys/net/ipv4/conf/eth0.5/rp_filter", true),
        ("kernel.panic", "/proc/sys/kernel/panic", false),
    ])
    func sysctlsAreFiles(_ name: String, _ path: String, _ isOfNetwork: Bool) throws {
        let found = try SysctlPath(name)
        #expect(found.path == path && found.isOfNetwork == isOfNetwork)
    }

    @Test(arguments: ["", "net", "net..x", "net.//.//.kernel", "net./.x", ".net.x"])
    func namesThatLeadElsewhereAreNone(_ name: String) {
        #expect(throws: ControlError.self) { try SysctlPath(name) }
    }

    @Test func softnetRowsAreFoundByCPU() {
        let table = SoftnetTable(
            """
            0000000a 00000001 00000002 0 0 0 0 0 0 00000003 00000004 00000005 00000000 00000006 00000007
            000000ff 00000000 00000000 0 0 0 0 0 0 00000000 00000000 00000000 00000003
            short 1
            """)
        #expect(table.rows.keys.sorted() == [0, 3])
        #expect(table.rows[0]?.processed == 10 && table.rows[0]?.dropped == 1 && table.rows[0]?.timeSqueeze == 2)
        #expect(table.rows[0]?.receivedRPS == 3 && table.rows[0]?.flowLimit == 4)
        #expect(table.rows[0]?.inputQueueLength == 6 && table.rows[0]?.processQueueLength == 7)
        #expect(table.rows[3]?.processed == 255)
    }
}
