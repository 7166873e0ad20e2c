public import KernelControl
public import PacketModel
import SimulationCore
import Trace

/// An AF_PACKET capture of both directions at one device.
public final class Capture: PacketTap {
    private unowned let network: Network
    /// Bytes kept of each frame; nil for all.
    private let limit: Int?
    private var frames: [CapturedFrame] = []
    /// The bytes of the frames from ``firstShared`` on, which their packets share still: as on Linux, a reader sees what was
    /// written into the buffer meanwhile, such as the link-layer header that `bpf_redirect_neigh` puts over the old one.
    private var shared: [SharedPacketBytes] = []
    private var firstShared = 0
    /// The VLAN tags that packets had beside their bytes, by frame: they are shown where they were (PACKET_AUXDATA).
    private var tags: [Int: [UInt8]] = [:]

    /// How many buffers a capture holds on to; frames before these have long left the host.
    private static let mostShared = 256

    public init(network: Network, limit: Int?) {
        self.network = network
        self.limit = limit
    }

    public func packet(_ packet: SocketBuffer, at device: NetworkDevice, isOutgoing: Bool) {
        // A received packet's link-layer header lies before its data (`packet_rcv` pushes it back).
        var preceding = 0
        if !isOutgoing, let header = packet.macHeader, header < 0, -header <= packet.headroom { preceding = -header }
        if shared.count >= Self.mostShared { readShared() }
        let bytes = SharedPacketBytes(packet, preceding: preceding)
        let type = packet.get(UInt16.self, at: SocketBufferLayout.vlanProtocol)
        if type != 0 {
            let tag = packet.get(UInt16.self, at: SocketBufferLayout.vlanTCI)
            tags[frames.count] = [UInt8(type & 255), UInt8(type >> 8), UInt8(tag >> 8), UInt8(tag & 255)]
        }
        shared.append(bytes)
        frames.append(
            CapturedFrame(
                time: network.meter.now.nanoseconds, direction: isOutgoing ? .outgoing : .incoming, bytes: [],
                length: bytes.count + (type != 0 ? 4 : 0), hasPartialChecksum: packet.checksumState == .partial))
    }

    /// What was seen since the last call.
    public func takeFrames() -> [CapturedFrame] {
        readShared()
        defer {
            frames = []
            tags = [:]
            firstShared = 0
        }
        return frames
    }

    /// Reads the shared buffers and lets go of them.
    private func readShared() {
        for (index, bytes) in zip(frames.indices[firstShared...], shared) {
            var bytes = bytes.bytes
            if let tag = tags[index], bytes.count >= 12 { bytes.insert(contentsOf: tag, at: 12) }
            frames[index].bytes = limit.map { Array(bytes.prefix($0)) } ?? bytes
        }
        firstShared = frames.count
        shared = []
    }
}
