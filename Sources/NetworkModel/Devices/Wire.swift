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

    /// Carries a frame to every other port.
    func send(_ frame: SocketBuffer, from sender: NIC, environment: any NetworkEnvironment) {
        let ports = ports
        guard ports.count > 1 else { return }
        let content = frame.content
        environment.afterHardware(latency) {
            // Bytes are copied only where somebody is up to take them.
            var bytes: [UInt8]?
            for receiver in ports where receiver !== sender && receiver.isUp {
                let frame = bytes ?? content.bytes
                bytes = frame
                receiver.frameArrived(frame)
            }
        }
    }
}
