import LinuxABI
import PacketModel

extension PacketSnapshot {
    /// What differs from the step before, in words; with nil the packet's whole state, as on its first step.
    public func changes(since before: PacketSnapshot?) -> [String] {
        guard let before else { return summary }
        var changes: [String] = []
        if macs != before.macs { changes += macChanges(before.macs) }
        if length != before.length { changes.append("length \(before.length) → \(length)") }
        if linearLength != before.linearLength { changes.append("linear \(before.linearLength) → \(linearLength)") }
        if mark != before.mark { changes.append("mark \(before.mark) → \(mark)") }
        if priority != before.priority { changes.append("priority \(before.priority) → \(priority)") }
        if checksumState != before.checksumState {
            changes.append("checksum \(before.checksumState.word) → \(checksumState.word)")
        }
        if packetType != before.packetType { changes.append("type \(before.packetType.word) → \(packetType.word)") }
        if networkProtocol != before.networkProtocol {
            changes.append("protocol \(hex(before.networkProtocol)) → \(hex(networkProtocol))")
        }
        if hasSocket != before.hasSocket { changes.append(hasSocket ? "socket attached" : "socket orphaned") }
        return changes
    }

    private var summary: [String] {
        var words = macs.map { [Self.flow($0)] } ?? []
        words.append("length \(length)")
        words.append("linear \(linearLength)")
        if mark != 0 { words.append("mark \(mark)") }
        if priority != 0 { words.append("priority \(priority)") }
        words.append("checksum \(checksumState.word)")
        if packetType != .host { words.append("type \(packetType.word)") }
        words.append(hasSocket ? "socket attached" : "no socket")
        return words
    }

    private func macChanges(_ before: [UInt8]?) -> [String] {
        guard let macs else { return ["link-layer header gone"] }
        guard let before else { return [Self.flow(macs)] }
        var changes: [String] = []
        for (name, range) in [("source", 6..<12), ("destination", 0..<6)] where macs[range] != before[range] {
            changes.append("\(name) \(Self.address(before[range])) → \(Self.address(macs[range]))")
        }
        return changes
    }

    private static func flow(_ macs: [UInt8]) -> String { "\(address(macs[6..<12])) > \(address(macs[0..<6]))" }

    private static func address(_ bytes: ArraySlice<UInt8>) -> String {
        LinkAddress(bytes: Array(bytes))?.description ?? ""
    }

    private func hex(_ value: UInt16) -> String {
        let digits = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension ChecksumState {
    /// The kernel's word for `ip_summed`, in lower case.
    var word: String {
        switch self {
        case .none: "none"
        case .unnecessary: "unnecessary"
        case .complete: "complete"
        case .partial: "partial"
        }
    }
}

extension PacketType {
    /// The kernel's word for `pkt_type`, in lower case.
    var word: String {
        switch self {
        case .host: "host"
        case .broadcast: "broadcast"
        case .multicast: "multicast"
        case .otherHost: "otherhost"
        }
    }
}
