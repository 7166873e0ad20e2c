import CLinux
import KernelControl
import LinuxABI

#if canImport(Glibc)
    import Glibc
#endif

/// A device's features by the names that `ethtool -k` gives them, of the thread's namespace (ioctl SIOCETHTOOL).
struct DeviceFeatures {
    let device: String
    /// Names by bit.
    let names: [String]
    private(set) var blocks: [FeatureBlock]
    private let socket: OpenFile

    init(of device: String) throws(ControlError) {
        self.device = device
        socket = OpenFile(
            try SystemCall.libc(Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)))
        let size = try Self.call(EthtoolRequest.featureCount, device, socket)
        guard let count = EthtoolRequest.featureCount(in: size) else {
            throw .unavailable("ethtool does not count the features of \(device)")
        }
        names = EthtoolRequest.names(in: try Self.call(EthtoolRequest.featureNames(count: count), device, socket))
        blocks = []
        try read()
    }

    private mutating func read() throws(ControlError) {
        blocks = EthtoolRequest.blocks(in: try Self.call(EthtoolRequest.features(count: names.count), device, socket))
    }

    /// Whether a feature is on.
    func isActive(_ name: String) -> Bool {
        guard let (block, bit) = place(name), block < blocks.count else { return false }
        return blocks[block].active & bit != 0
    }

    private func place(_ name: String) -> (block: Int, bit: UInt32)? {
        names.firstIndex(of: name).map { ($0 / 32, 1 << UInt32($0 % 32)) }
    }

    /// Switches features on or off; one that then is not as asked for is refused by name.
    mutating func set(_ wanted: [(name: String, isOn: Bool)]) throws(ControlError) {
        let changes = wanted.filter { isActive($0.name) != $0.isOn }
        guard !changes.isEmpty else { return }
        var settings = [FeatureSetting](repeating: FeatureSetting(), count: blocks.count)
        for change in changes {
            guard let (block, bit) = place(change.name), block < settings.count else { continue }
            settings[block].valid |= bit
            if change.isOn { settings[block].requested |= bit }
        }
        _ = try Self.call(EthtoolRequest.change(settings), device, socket)
        try read()
        for change in changes where isActive(change.name) != change.isOn {
            throw .unavailable(
                "the interface that stands for \(device) \(change.isOn ? "has no" : "cannot do without") \(change.name)"
            )
        }
    }

    /// SIOCETHTOOL: the structure as the kernel left it.
    private static func call(
        _ request: [UInt8], _ device: String, _ socket: OpenFile
    ) throws(ControlError) -> [UInt8] {
        var structure = request
        let result = unsafe structure.withUnsafeMutableBytes { structure in
            var interface = Array(device.utf8.prefix(15))
            interface.pad(to: 16)
            interface.append(native: UInt(bitPattern: structure.baseAddress))
            interface += [UInt8](repeating: 0, count: 16)
            return unsafe linux_ioctl(socket.number, 0x8946, &interface)
        }
        try SystemCall.checked(result, "ethtool")
        return structure
    }
}

/// `struct ethtool_get_features_block`: 32 features.
struct FeatureBlock: Hashable {
    var available: UInt32
    var requested: UInt32
    var active: UInt32
    var neverChanged: UInt32
}

/// `struct ethtool_set_features_block`.
struct FeatureSetting: Hashable {
    var valid: UInt32 = 0
    var requested: UInt32 = 0
}

/// The structures of include/uapi/linux/ethtool.h that features take.
enum EthtoolRequest {
    /// ETHTOOL_GSSET_INFO for ETH_SS_FEATURES.
    static var featureCount: [UInt8] {
        var bytes = words([0x37, 0])
        bytes.append(native: UInt64(1 << 4))
        bytes.append(native: UInt32(0))
        return bytes
    }

    /// The answer's count; nil where the set is unknown, or beyond reason.
    static func featureCount(in bytes: [UInt8]) -> Int? {
        guard let mask: UInt64 = bytes.native(at: 8), mask != 0, let count: UInt32 = bytes.native(at: 16), count < 4096
        else { return nil }
        return Int(count)
    }

    /// ETHTOOL_GSTRINGS.
    static func featureNames(count: Int) -> [UInt8] {
        words([0x1B, 4, UInt32(count)]) + [UInt8](repeating: 0, count: count * 32)
    }

    static func names(in bytes: [UInt8]) -> [String] {
        stride(from: 12, to: bytes.count, by: 32).map { start in
            String(decoding: bytes[start..<min(start + 32, bytes.count)].prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// ETHTOOL_GFEATURES.
    static func features(count: Int) -> [UInt8] {
        let blocks = (count + 31) / 32
        return words([0x3A, UInt32(blocks)]) + [UInt8](repeating: 0, count: blocks * 16)
    }

    static func blocks(in bytes: [UInt8]) -> [FeatureBlock] {
        stride(from: 8, to: bytes.count, by: 16).compactMap { start in
            guard let available: UInt32 = bytes.native(at: start), let requested: UInt32 = bytes.native(at: start + 4),
                let active: UInt32 = bytes.native(at: start + 8), let fixed: UInt32 = bytes.native(at: start + 12)
            else { return nil }
            return FeatureBlock(available: available, requested: requested, active: active, neverChanged: fixed)
        }
    }

    /// ETHTOOL_SFEATURES.
    static func change(_ settings: [FeatureSetting]) -> [UInt8] {
        words([0x3B, UInt32(settings.count)] + settings.flatMap { [$0.valid, $0.requested] })
    }

    private static func words(_ words: [UInt32]) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words { bytes.append(native: word) }
        return bytes
    }
}
