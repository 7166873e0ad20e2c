public import KernelControl
public import PacketModel
import SimulationCore

/// An AF_PACKET capture of both directions at one device.
public final class Capture: PacketTap {
    private unowned let network: Network
    /// Bytes kept of each frame; nil for all.
    private let limit: Int?
    private var frames: [CapturedFrame] = []

    public init(network: Network, limit: Int?) {
        self.network = network
        self.limit = limit
    }

    public func packet(_ packet: SocketBuffer, at device: NetworkDevice, isOutgoing: Bool) {
        var bytes: [UInt8] = []
        // A received packet's link-layer header lies before its data (`packet_rcv` pushes it back).
        if !isOutgoing, let header = packet.macHeader, header < 0, -header <= packet.headroom {
            bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: packet.data + header, count: -header))
        }
        bytes += packet.bytes
        let length = bytes.count
        if let limit, length > limit { bytes.removeLast(length - limit) }
        frames.append(
            CapturedFrame(
                time: network.environment.now.nanoseconds, direction: isOutgoing ? .outgoing : .incoming, bytes: bytes,
                length: length, hasPartialChecksum: packet.checksumState == .partial))
    }

    /// What was seen since the last call.
    public func takeFrames() -> [CapturedFrame] {
        defer { frames = [] }
        return frames
    }
}
