import BPFInstructionSet
import BPFMachine
import PacketModel

/// Runs programs, nested where one makes another run: an environment for each depth, made when it is first needed.
@safe final class ProgramRunner {
    private let maps: MapMemory
    private unowned let host: any RuntimeHost
    /// A packet for environments that have none.
    private let idle: SocketBuffer
    private let drop: DecodedProgram
    private let nesting: UnsafeMutablePointer<Nesting>

    @unsafe private struct Nesting {
        /// Runs under way.
        var depth = 0
        /// Environments made, from the outermost depth on.
        var made = 0
        let environments: UnsafeMutablePointer<Unmanaged<ProgramEnvironment>>
    }

    /// More than the network's recursion limits let happen.
    private static let maximumDepth = 64

    init(maps: MapMemory, host: any RuntimeHost) {
        self.maps = maps
        self.host = host
        guard let idle = SocketBuffer(arena: maps.arena, capacity: 64, number: PacketNumber(rawValue: 0)) else {
            preconditionFailure("the arena has no room for a packet of 64 bytes")
        }
        self.idle = idle
        do throws(DecodeError) {
            drop = try DecodedProgram([.move64(0, Int32(LoadedProgram.dropVerdict)), Instruction(opcode: 0x95)])
        } catch {
            preconditionFailure("r0 = 2; exit: \(error)")
        }
        unsafe nesting = .allocate(capacity: 1)
        unsafe nesting.initialize(to: Nesting(environments: .allocate(capacity: Self.maximumDepth)))
    }

    deinit {
        for index in 0..<(unsafe nesting.pointee.made) {
            let environment = unsafe nesting.pointee.environments[index].takeUnretainedValue()
            maps.hide(from: environment.regions)
            unsafe nesting.pointee.environments[index].release()
        }
        unsafe nesting.pointee.environments.deallocate()
        unsafe nesting.deallocate()
    }

    func run(_ program: LoadedProgram, on packet: SocketBuffer) throws(ProgramFault) -> UInt32 {
        guard ProgramEnvironment.unclone(packet, for: program) else { return LoadedProgram.dropVerdict }
        let depth = unsafe nesting.pointee.depth
        if unsafe depth == nesting.pointee.made {
            guard depth < Self.maximumDepth else {
                let reason = MachineFault.Reason.refused("programs nest deeper than \(Self.maximumDepth)")
                throw ProgramFault(MachineFault(instructionIndex: 0, reason: reason), in: program)
            }
            let environment = ProgramEnvironment(maps: maps, host: host, idle: idle, drop: drop)
            unsafe (nesting.pointee.environments + depth).initialize(to: Unmanaged.passRetained(environment))
            unsafe nesting.pointee.made = depth + 1
        }
        unsafe nesting.pointee.depth = depth + 1
        defer { unsafe nesting.pointee.depth = depth }
        let environment = unsafe nesting.pointee.environments[depth].takeUnretainedValue()
        return try environment.run(program, on: packet)
    }
}
