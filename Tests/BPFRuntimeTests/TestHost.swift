import BPFRuntime
import LinuxABI
import PacketModel
import SimulationCore

/// A world with one CPU and a loopback device, as the recorder's.
@safe final class TestHost: RuntimeHost {
    let arena: MemoryArena
    private let loopback: UnsafeMutableRawPointer
    private var packets: UInt64 = 0
    private var random = RandomStream(seed: 1, name: "test")
    var traced: [String] = []
    var redirect: RedirectRequest?
    var kernelTime: UInt64 = 1_000_000
    var currentCPU = 0
    /// What a clone redirect does instead of what the recorder's world does.
    var onClone: ((SocketBuffer) -> Int32)?

    init(arenaCapacity: Int = 1 << 28) {
        arena = MemoryArena(capacity: arenaCapacity)
        guard let block = unsafe arena.allocate(64) else { preconditionFailure("no memory") }
        unsafe loopback = block
        unsafe loopback.storeBytes(of: 1, as: UInt32.self)
    }

    func random32() -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }
    func tracePrint(_ text: String) { traced.append(text) }

    func setRedirect(_ request: RedirectRequest) -> Bool {
        redirect = request
        return true
    }

    func cloneRedirect(_ packet: SocketBuffer, index: UInt32, flags: UInt64) -> Int32 {
        if let onClone { return onClone(packet) }
        if flags & ~1 != 0 { return -KernelErrno.EINVAL.rawValue }
        if packet.isGSO, packet.gsoType == 0 { return -KernelErrno.EBADMSG.rawValue }
        return index == 1 ? 0 : -KernelErrno.EINVAL.rawValue
    }

    func testDevice(index: UInt32) -> TestDevice? {
        guard index == 0 else { return nil }
        let native = unsafe UInt64(UInt(bitPattern: loopback))
        return TestDevice(object: nil, native: native, address: .zero, broadcast: .zero)
    }

    func nextPacketNumber() -> PacketNumber {
        packets += 1
        return PacketNumber(rawValue: packets)
    }

    func withTestRun(_ body: () -> Void) {
        body()
        redirect = nil
    }
}
