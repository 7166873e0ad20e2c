public import KernelControl
import LinuxABI
import PacketModel
import SimulationCore

extension BPFRuntime {
    /// BPF_PROG_TEST_RUN for a sched_cls program (`bpf_prog_test_run_skb`): the checks in 6.12's order, then `repeat` runs on
    /// one packet. A redirect that the program asks for is not carried out, a clone's is.
    ///
    /// - Throws: `EINVAL`, `E2BIG`, `ENODEV` as Linux; "not modelled: …" with the fault where the program did what no verified
    ///   program does.
    public func testRun(_ program: Descriptor, _ request: TestRun) throws(ControlError) -> TestRunResult {
        let program = try self.program(program)
        let bytes = request.dataIn
        guard request.contextIn?.isEmpty != true else { throw .errno(.EINVAL) }
        guard Self.dataSizes ~= bytes.count else { throw .errno(.EINVAL) }
        var context = try request.contextIn.map(TestContext.init(checking:))
        let interface = context?.word(at: .interface) ?? 0
        guard let device = host.testDevice(index: interface > 1 ? interface : 0) else { throw .errno(.ENODEV) }
        let packet = try testPacket(bytes, at: device)
        guard let socket = unsafe mapMemory.arena.allocate(Self.socketByteCount) else { throw .errno(.ENOMEM) }
        defer { unsafe mapMemory.arena.free(socket, Self.socketByteCount) }
        packet.set(UInt64(UInt(bitPattern: socket)), at: SocketBufferLayout.socket)
        try context?.apply(to: packet)

        let count = max(1, request.repeat)
        var value: UInt32 = 0
        var fault: ProgramFault?
        let start = host.kernelTime
        for _ in 0..<count where fault == nil {
            host.withTestRun {
                do throws(ProgramFault) { value = try program.run(packet: packet) } catch { fault = error }
            }
        }
        if let fault { throw .notModelled("a fault of a verified program: \(fault)") }
        let duration = (host.kernelTime - start) / UInt64(count)
        context?.take(from: packet)
        return TestRunResult(
            returnValue: value, dataOut: Array(packet.bytes.prefix(packet.linearLength)), contextOut: context?.bytes,
            duration: UInt32(clamping: duration))
    }

    /// ETH_HLEN to a page without headroom (NET_SKB_PAD) and tailroom (the shared info).
    private static let dataSizes = 14...(4096 - 64 - 320)
    private static let headroom = 64
    private static let tailroom = 64
    /// The dummy socket's block, of which a program sees only that it is there.
    private static let socketByteCount = 64

    /// The packet, its data at the link-layer header.
    private func testPacket(_ bytes: [UInt8], at device: TestDevice) throws(ControlError) -> SocketBuffer {
        let capacity = Self.headroom + (bytes.count + 63) & ~63 + Self.tailroom
        guard
            let packet = SocketBuffer(
                arena: mapMemory.arena, capacity: capacity, number: host.nextPacketNumber())
        else { throw .errno(.ENOMEM) }
        packet.reserve(Self.headroom)
        packet.append(bytes)
        packet.setDevice(device.object, native: device.native)
        packet.macHeader = 0
        packet.networkHeader = 14
        packet.packetType = Self.packetType(bytes, at: device)
        packet.networkProtocol = Self.networkProtocol(bytes)
        let networkLength = bytes.count - 14
        switch packet.networkProtocol {
        case EtherType.ipv4: guard networkLength >= 20 else { throw .errno(.EINVAL) }
        case EtherType.ipv6: guard networkLength >= 40 else { throw .errno(.EINVAL) }
        default: break
        }
        return packet
    }

    /// By the destination address (`eth_type_trans`).
    private static func packetType(_ frame: [UInt8], at device: TestDevice) -> PacketType {
        let destination = frame[..<6]
        if frame[0] & 1 != 0 {
            return destination.elementsEqual(device.broadcast.bytes) ? .broadcast : .multicast
        }
        return destination.elementsEqual(device.address.bytes) ? .host : .otherHost
    }

    /// The EtherType, or for a length field 802.3 (1) or 802.2 (4) (`eth_type_trans`).
    private static func networkProtocol(_ frame: [UInt8]) -> UInt16 {
        let type = UInt16(frame[12]) << 8 | UInt16(frame[13])
        if type >= 0x0600 { return type }
        return frame.count >= 16 && frame[14] == 0xFF && frame[15] == 0xFF ? 1 : 4
    }
}

/// `struct __sk_buff` as a test run passes it in and out.
struct TestContext {
    private(set) var bytes: [UInt8]

    /// - Throws: `E2BIG` where bytes beyond the structure are not zero.
    init(checking context: [UInt8]) throws(ControlError) {
        let size = ContextField.byteCount
        guard context.dropFirst(size).allSatisfy({ $0 == 0 }) else { throw .errno(.E2BIG) }
        bytes = Array(context.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - context.count))
    }

    func word(at field: ContextField) -> UInt32 { UInt32(truncatingIfNeeded: value(at: field.rawValue, 4)) }

    private func value(at offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func set(_ value: some FixedWidthInteger & UnsignedInteger, at field: ContextField) {
        for index in 0..<value.bitWidth / 8 {
            bytes[field.rawValue + index] = UInt8(truncatingIfNeeded: UInt64(value) >> UInt64(index * 8))
        }
    }

    /// What must be zero (`convert___skb_to_skb`): all but mark, priority, both interfaces, cb, tstamp, wire_len, gso_segs,
    /// gso_size and hwtstamp.
    private static let zeroRanges = [0..<8, 12..<32, 44..<48, 68..<152, 168..<176, 180..<184]
    /// GSO_LEGACY_MAX_SIZE and GSO_MAX_SEGS.
    private static let maximumWireLength: UInt32 = 65536
    private static let maximumSegments: UInt32 = 65535

    /// Gives a packet its metadata.
    ///
    /// - Throws: `EINVAL` for fields that must be zero, a wire length below the packet's or above 65536, or too many segments.
    func apply(to packet: SocketBuffer) throws(ControlError) {
        for range in Self.zeroRanges where !bytes[range].allSatisfy({ $0 == 0 }) { throw .errno(.EINVAL) }
        packet.mark = word(at: .mark)
        packet.priority = word(at: .priority)
        packet.inputInterface = word(at: .inputInterface)
        packet.timestamp = value(at: ContextField.timestamp.rawValue, 8)
        for (index, offset) in ContextField.controlBlockRange.enumerated() {
            packet.set(bytes[offset], at: SocketBufferLayout.controlBlockData + index)
        }
        let wireLength = word(at: .wireLength)
        if wireLength == 0 {
            packet.packetLength = packet.length
        } else {
            guard wireLength >= packet.length, wireLength <= Self.maximumWireLength else { throw .errno(.EINVAL) }
            packet.packetLength = Int(wireLength)
        }
        guard word(at: .gsoSegments) <= Self.maximumSegments else { throw .errno(.EINVAL) }
        packet.set(UInt16(truncatingIfNeeded: word(at: .gsoSegments)), at: SocketBufferLayout.gsoSegments)
        packet.set(UInt16(truncatingIfNeeded: word(at: .gsoSize)), at: SocketBufferLayout.gsoSize)
        packet.set(value(at: ContextField.hardwareTimestamp.rawValue, 8), at: SocketBufferLayout.hardwareTimestamp)
    }

    /// Takes over what a program changed (`convert_skb_to___skb`).
    mutating func take(from packet: SocketBuffer) {
        set(packet.mark, at: .mark)
        set(packet.priority, at: .priority)
        set(packet.inputInterface, at: .inputInterface)
        set(packet.deviceIndex, at: .interface)
        set(packet.timestamp, at: .timestamp)
        for (index, offset) in ContextField.controlBlockRange.enumerated() {
            bytes[offset] = packet.get(UInt8.self, at: SocketBufferLayout.controlBlockData + index)
        }
        set(UInt32(packet.packetLength), at: .wireLength)
        set(UInt32(packet.gsoSegments), at: .gsoSegments)
        set(packet.get(UInt64.self, at: SocketBufferLayout.hardwareTimestamp), at: .hardwareTimestamp)
    }
}

extension SocketBuffer {
    /// The index of the device that the packet is at; 0 where it is at none.
    var deviceIndex: UInt32 {
        let native = get(UInt64.self, at: SocketBufferLayout.device)
        guard let block = unsafe UnsafeRawPointer(bitPattern: UInt(native)) else { return 0 }
        return unsafe block.load(as: UInt32.self)
    }
}
