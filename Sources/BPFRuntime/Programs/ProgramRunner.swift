import BPFInstructionSet
import BPFMachine
import PacketModel

/// Runs programs, nested where one makes another run: an environment for each depth, made when it is first needed.
final class ProgramRunner {
    private let maps: MapMemory
    private unowned let host: any RuntimeHost
    /// Environments from the outermost depth on.
    private var environments: [ProgramEnvironment] = []
    private var depth = 0
    /// A packet for environments that have none.
    private let idle: SocketBuffer
    private let drop: DecodedProgram

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
    }

    func run(_ program: LoadedProgram, on packet: SocketBuffer) throws(ProgramFault) -> UInt32 {
        guard ProgramEnvironment.unclone(packet, for: program) else { return LoadedProgram.dropVerdict }
        if depth == environments.count {
            environments.append(ProgramEnvironment(maps: maps, host: host, idle: idle, drop: drop))
        }
        let environment = environments[depth]
        depth += 1
        defer { depth -= 1 }
        return try environment.run(program, on: packet)
    }
}
