import PacketModel

/// A hub that NICs are plugged into: what one sends, all others receive.
public final class Wire {
    public let name: String
    /// Nanoseconds that a frame is under way.
    @safe @exclusivity(unchecked) public var latency: UInt64 = 0
    @safe @exclusivity(unchecked) private var ports: [NIC] = []

    init(name: String) { self.name = name }

    func plugIn(_ nic: NIC) { ports.append(nic) }

    func unplug(_ nic: NIC) { ports.removeAll { $0 === nic } }

    /// Carries a frame to every other port that is up.
    func send(_ frame: SocketBuffer, from sender: NIC, environment: any NetworkEnvironment) {
        // Bytes are copied only where somebody takes them, and at once: what is on the wire no longer changes.
        guard ports.contains(where: { $0 !== sender && $0.isUp }) else { return }
        let receivers = ports.filter { $0 !== sender && $0.isUp }
        let bytes = frame.bytes
        environment.afterHardware(latency) {
            for receiver in receivers { receiver.frameArrived(bytes) }
        }
    }
}
