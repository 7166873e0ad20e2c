import BPFMachine
import BPFVerifier
import LinuxABI
import PacketModel
import SimulationCore

/// What one run of a program on a packet goes on in: memory, stack, and the answers to its helper calls.
///
/// A helper that makes another program run on this CPU (a clone sent into a device with programs) does so in the
/// environment of the next depth, so that nothing here moves under the outer program.
@safe final class ProgramEnvironment: ExecutionEnvironment {
    let maps: MapMemory
    private unowned(unsafe) let hostReference: any RuntimeHost
    /// `r0 = 2; exit`: what a tail call goes to whose target needs the packet for itself and cannot have it.
    private let drop: DecodedProgram
    /// The last program that a tail call of this run went to.
    @safe @exclusivity(unchecked) private var tailCalled: LoadedProgram?
    /// What every run and most helpers touch; behind a pointer, since a class's own properties cost a check at each access.
    private let state: UnsafeMutablePointer<State>

    @unsafe private struct State {
        /// The packet of the run; its caller keeps it alive.
        var packet: Unmanaged<SocketBuffer>
        var hasTailCalled = false
        /// What the regions were set to last: a packet's memory is often where the one before was.
        var context: UInt64 = 0
        var device: UInt64 = 0
        var linearStart: UInt64 = 0
        var linearCount = -1
    }

    /// - Parameters:
    ///   - idle: what ``packet`` is before the first run; it outlives the environment.
    ///   - drop: a program that drops.
    init(maps: MapMemory, host: any RuntimeHost, idle: SocketBuffer, drop: DecodedProgram) {
        self.maps = maps
        unsafe hostReference = host
        self.drop = drop
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State(packet: Unmanaged.passUnretained(idle)))
        super.init(arena: maps.arena)
        maps.show(in: regions)
    }

    deinit { unsafe state.deallocate() }

    /// What programs need of the world; the runtime's owner keeps it alive.
    @inline(__always)
    var host: any RuntimeHost { unsafe hostReference }

    /// The packet of the run.
    @inline(__always)
    var packet: SocketBuffer { unsafe state.pointee.packet.takeUnretainedValue() }

    /// Runs a program on a packet, whose data begins at the link-layer header.
    ///
    /// - Throws: ``ProgramFault`` where the program does what no verified program does.
    func run(_ program: LoadedProgram, on packet: SocketBuffer) throws(ProgramFault) -> UInt32 {
        unsafe state.pointee.packet = Unmanaged.passUnretained(packet)
        let context = unsafe UInt64(UInt(bitPattern: packet.native))
        if unsafe state.pointee.context != context {
            unsafe state.pointee.context = context
            unsafe regions.set(
                .context, base: packet.native, byteCount: SocketBufferLayout.byteCount, isWritable: true)
        }
        let device = packet.get(UInt64.self, at: SocketBufferLayout.device)
        if unsafe state.pointee.device != device { showDevice(at: device) }
        computeDataPointers()
        if unsafe state.pointee.hasTailCalled {
            unsafe state.pointee.hasTailCalled = false
            tailCalled = nil
        }
        do throws(MachineFault) {
            return UInt32(
                truncatingIfNeeded: try Interpreter.run(program.decoded, r1: context, environment: self))
        } catch {
            throw ProgramFault(error, in: tailCalled ?? program)
        }
    }

    private func showDevice(at address: UInt64) {
        unsafe state.pointee.device = address
        if let native = unsafe UnsafeRawPointer(bitPattern: UInt(address)) {
            unsafe regions.set(.device, base: native, byteCount: 64, isWritable: false)
        } else {
            regions.clear(.device)
        }
    }

    /// Sets `data_end` and `data_meta` anew after the packet moved or changed its length, and what the program may touch
    /// (`bpf_compute_data_pointers`).
    func computeDataPointers() {
        let packet = packet
        let data = packet.get(UInt64.self, at: SocketBufferLayout.data)
        let metadata = Int(packet.get(UInt8.self, at: SocketBufferLayout.metadataLength))
        let linear = packet.linearLength
        let start = data - UInt64(metadata)
        packet.set(start, at: SocketBufferLayout.dataMeta)
        packet.set(data + UInt64(linear), at: SocketBufferLayout.dataEnd)
        guard unsafe state.pointee.linearStart != start || state.pointee.linearCount != metadata + linear else {
            return
        }
        unsafe state.pointee.linearStart = start
        unsafe state.pointee.linearCount = metadata + linear
        unsafe regions.set(
            .packet, base: packet.data - metadata, byteCount: metadata + linear, isWritable: true)
    }

    /// Makes the linear part private to the packet before a program that writes to it (`bpf_unclone_prologue`): false where
    /// that cannot be, and the program's verdict is a drop.
    static func unclone(_ packet: SocketBuffer, for program: LoadedProgram) -> Bool {
        guard program.writesPacketDirectly, packet.isCloned else { return true }
        return packet.ensureWritable(packet.linearLength)
    }

    override func call(
        helper: UInt32, _ r1: UInt64, _ r2: UInt64, _ r3: UInt64, _ r4: UInt64, _ r5: UInt64
    ) -> UInt64 {
        guard let helper = HelperNumber(rawValue: helper) else {
            pendingFault = .unknownHelper(helper)
            return 0
        }
        return answer(helper, r1, r2, r3, r4, r5)
    }

    override func tailCallTarget(map: UInt64, index: UInt32) -> DecodedProgram? {
        guard let array = maps.map(at: map) as? ProgramArrayMap else {
            pendingFault = .refused("a tail call through something that is no program array")
            return nil
        }
        guard let target = array.program(at: index) else { return nil }
        let mayRun = Self.unclone(packet, for: target)
        if target.writesPacketDirectly { computeDataPointers() }
        unsafe state.pointee.hasTailCalled = true
        tailCalled = target
        return mayRun ? target.decoded : drop
    }

    /// `bpf_skb_load_helper_8` and its kin, with the negative offsets of `bpf_internal_load_pointer_neg_helper`.
    override func loadAbsolute(context: UInt64, byteCount: Int, offset: Int32) -> UInt64? {
        var place = Int(offset)
        if offset < 0 {
            // SKF_LL_OFF and SKF_NET_OFF.
            if offset >= -0x10_0000 {
                place = packet.networkHeader + Int(offset) + 0x10_0000
            } else if offset >= -0x20_0000, let mac = packet.macHeader {
                place = mac + Int(offset) + 0x20_0000
            } else {
                return nil
            }
            guard place >= -packet.headroom, place + byteCount <= packet.linearLength else { return nil }
            var value: UInt64 = 0
            for index in 0..<byteCount {
                value = unsafe value << 8 | UInt64((packet.data + place + index).load(as: UInt8.self))
            }
            return value
        }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { buffer in
            guard let start = buffer.baseAddress,
                unsafe packet.copyBytes(from: place, count: byteCount, to: start)
            else { return nil }
            return unsafe buffer.prefix(byteCount).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    // MARK: Memory that helpers are given

    /// Bytes that a helper reads; nil, and the run ends, where the program may not read them. Any place for none.
    func readable(_ address: UInt64, _ byteCount: Int) -> UnsafeRawPointer? {
        guard byteCount > 0 else { return unsafe UnsafeRawPointer(packet.native) }
        guard let bytes = unsafe regions.readable(address, byteCount) else {
            pendingFault = .loadOutOfBounds(address: address, byteCount: byteCount)
            return nil
        }
        return bytes.baseAddress
    }

    /// Bytes that a helper writes; nil, and the run ends, where the program may not write them. Any place for none.
    func writable(_ address: UInt64, _ byteCount: Int) -> UnsafeMutableRawPointer? {
        guard byteCount > 0 else { return unsafe packet.native }
        guard let bytes = unsafe regions.writable(address, byteCount) else {
            pendingFault = .storeOutOfBounds(address: address, byteCount: byteCount)
            return nil
        }
        return bytes.baseAddress
    }

    /// A map argument; nil, and the run ends, where it is none.
    func map(_ address: UInt64) -> BPFMap? {
        if let map = maps.map(at: address) { return map }
        refuseMap(address)
        return nil
    }

    @inline(never)
    func refuseMap(_ address: UInt64) {
        pendingFault = .refused("a helper was given 0x\(String(address, radix: 16)), which is no map")
    }
}
