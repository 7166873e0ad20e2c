import LinuxABI
import PacketModel

/// What a NIC's driver and generic receive offload make of one frame before anyone sees it.
///
/// Observed of virtio_net under 6.12.117: frames up to 1204 bytes are linear; of larger ones only the Ethernet header is,
/// and the headers that GRO looks at (IP, and TCP's) are pulled behind it. GRO verifies the checksum of UDP and TCP:
/// a right one makes the packet CHECKSUM_UNNECESSARY.
struct ReceiveOffload {
    /// Bytes from the frame's start that are linear.
    private(set) var linearLength = 14
    /// Where GRO has found the transport header, from the frame's start; nil where it did not look.
    private(set) var transportOffset: Int?
    /// Whether the transport checksum was found right.
    private(set) var hasValidChecksum = false
    /// What names the flow of a TCP segment, which GRO may merge with the next; nil for other frames.
    private(set) var segmentFlow: ArraySlice<UInt8>?

    /// Frames up to this length are linear as they are: a receive buffer of 1536 bytes less its 12 of virtio header and
    /// 320 of `skb_shared_info`.
    static let linearLimit = 1204

    /// `dev_gro_receive` of a frame of at least 14 bytes.
    init(_ frame: [UInt8]) {
        switch Self.word(frame, 12) {
        case EtherType.ipv4: receiveIPv4(frame)
        case EtherType.ipv6: receiveIPv6(frame)
        default: break
        }
        if frame.count <= Self.linearLimit { linearLength = frame.count }
    }

    /// `inet_gro_receive`: a plain header without options or fragments.
    private mutating func receiveIPv4(_ frame: [UInt8]) {
        guard frame.count >= 34, frame[14] == 0x45, Self.hasReceiver(frame[23]) else { return }
        let fragment = Self.word(frame, 20)
        guard fragment & 0x3FFF == 0, InternetChecksum.fold(InternetChecksum.sum(Array(frame[14..<34]))) == 0 else {
            return
        }
        linearLength = 34
        transportOffset = 34
        let isPlain = Int(Self.word(frame, 16)) == frame.count - 14 && fragment & ~0x4000 == 0
        receiveTransport(frame, at: 34, protocol: frame[23], addresses: 26..<34, isPlain: isPlain)
    }

    /// `ipv6_gro_receive`: extension headers that it knows are pulled too.
    private mutating func receiveIPv6(_ frame: [UInt8]) {
        guard frame.count >= 54 else { return }
        var offset = 54
        var next = frame[20]
        // Hop-by-hop options, routing, destination options.
        while [0, 43, 60].contains(next), frame.count >= offset + 8 {
            let length = (Int(frame[offset + 1]) + 1) * 8
            guard frame.count >= offset + length else { break }
            next = frame[offset]
            offset += length
        }
        linearLength = offset
        transportOffset = offset
        guard Self.hasReceiver(next) else { return }
        let isPlain = Int(Self.word(frame, 18)) == frame.count - 54
        receiveTransport(frame, at: offset, protocol: next, addresses: 22..<54, isPlain: isPlain)
    }

    /// `tcp4_gro_receive`, `udp4_gro_receive` and their kin for IPv6. A frame that is not plain is flushed unverified.
    private mutating func receiveTransport(
        _ frame: [UInt8], at offset: Int, protocol number: UInt8, addresses: Range<Int>, isPlain: Bool
    ) {
        let isTCP = number == IPProtocol.tcp
        guard frame.count >= offset + (isTCP ? 20 : 8) else { return }
        if isPlain {
            let isUnchecked = !isTCP && frame[offset + 6] == 0 && frame[offset + 7] == 0
            hasValidChecksum =
                isUnchecked
                || Self.isRight(frame, from: offset, protocol: number, addresses: addresses)
        }
        guard isTCP, hasValidChecksum || !isPlain else { return }
        let length = Int(frame[offset + 12] >> 4) * 4
        guard length >= 20, frame.count >= offset + length else { return }
        linearLength = offset + length
        if isPlain { segmentFlow = frame[addresses] + frame[offset..<offset + 4] }
    }

    private static func isRight(
        _ frame: [UInt8], from offset: Int, protocol number: UInt8, addresses: Range<Int>
    ) -> Bool {
        let length = frame.count - offset
        let pseudo =
            Array(frame[addresses]) + [
                UInt8(truncatingIfNeeded: length >> 24), UInt8(truncatingIfNeeded: length >> 16),
                UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length), 0, 0, 0, number,
            ]
        return unsafe frame.withUnsafeBytes { bytes in
            unsafe InternetChecksum.fold(
                InternetChecksum.sum(
                    UnsafeRawBufferPointer(rebasing: bytes[offset...]), initial: InternetChecksum.sum(pseudo))) == 0
        }
    }

    private static func hasReceiver(_ number: UInt8) -> Bool { number == IPProtocol.tcp || number == IPProtocol.udp }

    private static func word(_ frame: [UInt8], _ offset: Int) -> UInt16 {
        UInt16(frame[offset]) << 8 | UInt16(frame[offset + 1])
    }
}
