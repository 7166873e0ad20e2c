import PacketModel

/// A hub that NICs are plugged into: what one sends, all others receive.
public final class Wire {
    public let name: String
    /// Nanoseconds that a frame is under way.
    public var latency: UInt64 = 0
    private var ports: [NIC] = []

    init(name: String) { self.name = name }

    func plugIn(_ nic: NIC) { ports.append(nic) }

    func unplug(_ nic: NIC) { ports.removeAll { $0 === nic } }

    /// Carries a frame to every other port.
    func send(_ frame: SocketBuffer, from sender: NIC, environment: any NetworkEnvironment) {
        let receivers = ports.filter { $0 !== sender }
        guard !receivers.isEmpty else { return }
        let bytes = frame.bytes
        environment.afterHardware(latency) {
            for receiver in receivers { receiver.frameArrived(bytes) }
        }
    }
}
