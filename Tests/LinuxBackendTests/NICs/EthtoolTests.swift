import Testing

@testable import LinuxBackend

/// The structures of include/uapi/linux/ethtool.h that features take, and lines of /proc.
@Suite struct EthtoolTests {
    @Test func requestsHaveTheKernelsLayout() {
        #expect(EthtoolRequest.featureCount == [0x37, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        let names = EthtoolRequest.featureNames(count: 2)
        #expect(names.count == 12 + 64 && names.prefix(12) == [0x1B, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0])
        let features = EthtoolRequest.features(count: 33)
        #expect(features.count == 8 + 32 && features.prefix(8) == [0x3A, 0, 0, 0, 2, 0, 0, 0])
        #expect(
            EthtoolRequest.change([FeatureSetting(valid: 3, requested: 1)]) == [
                0x3B, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0,
            ])
    }

    @Test func answersAreRead() {
        var count = EthtoolRequest.featureCount
        #expect(EthtoolRequest.featureCount(in: count) == 0)
        count[16] = 60
        #expect(EthtoolRequest.featureCount(in: count) == 60)
        count[8] = 0
        #expect(EthtoolRequest.featureCount(in: count) == nil)
        var names = EthtoolRequest.featureNames(count: 2)
        names.replaceSubrange(12..<15, with: Array("tso".utf8))
        names.replaceSubrange(44..<76, with: [UInt8](repeating: 0x61, count: 32))
        #expect(EthtoolRequest.names(in: names) == ["tso", String(repeating: "a", count: 32)])
        let blocks = EthtoolRequest.features(count: 1).prefix(8) + [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]
        #expect(
            EthtoolRequest.blocks(in: Array(blocks)) == [
                FeatureBlock(available: 1, requested: 2, active: 3, neverChanged: 4)
            ])
        #expect(EthtoolRequest.blocks(in: Array(blocks.dropLast())).isEmpty)
    }

    @Test func interruptsOfADevicesQueuesAreFound() {
        let text = """
                       CPU0       CPU1
              1:         9          0   IO-APIC   1-edge      i8042
             24:         0          0   PCI-MSIX-0000:00:02.0   0-edge      virtio0-config
             25:         7          0   PCI-MSIX-0000:00:02.0   1-edge      virtio0-input.0
             26:         1          0   PCI-MSIX-0000:00:02.0   2-edge      virtio0-output.0
             28:         1          0   PCI-MSIX-0000:00:03.0   2-edge      virtio01-input.0
            NMI:         0          0   Non-maskable interrupts
            """
        let lines = InterruptLine.lines(of: "virtio0", in: text)
        #expect(lines.map(\.number) == [25, 26] && lines.map(\.isInput) == [true, false])
        #expect(lines.first?.affinityPath == "/proc/irq/25/smp_affinity_list")
        #expect(InterruptLine.lines(of: "virtio1", in: text).isEmpty)
    }
}
