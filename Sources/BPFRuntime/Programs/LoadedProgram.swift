import BPFInstructionSet
import BPFMachine
public import BPFVerifier
import KernelControl
import LinuxABI
public import PacketModel

/// A program that is ready to run: verified, its context accesses rewritten, its maps bound, decoded
/// (`struct bpf_prog`). Only ``BPFRuntime`` makes one.
@safe public final class LoadedProgram {
    /// BPF_OBJ_GET_INFO_BY_FD's id.
    public let id: UInt32
    public let name: String
    /// The first 8 bytes of the SHA-1 of its instructions, as bpftool shows them (`bpf_prog_calc_tag`).
    public let tag: [UInt8]
    /// The maps that it refers to, in the order of their first use; it keeps them alive.
    public let maps: [BPFMap]
    /// Whether it writes through packet pointers, so that a packet is made private to it first.
    let writesPacketDirectly: Bool
    let decoded: DecodedProgram
    /// For each decoded slot the slot of the program as it was loaded.
    private let originals: [Int32]
    private let lines: [SourceLine]
    private let runner: ProgramRunner
    /// Stands for the program in weak references, which would make every use of the program itself slower.
    public let lifetime = ProgramLifetime()

    init(
        _ program: VerifiedProgram, id: UInt32, tag: [UInt8], maps: [BPFMap], runner: ProgramRunner
    ) throws(ControlError) {
        let (instructions, originals) = try ProgramFixUps(program, maps: maps).apply()
        do throws(DecodeError) {
            decoded = try DecodedProgram(instructions, allowsAuxiliaryRegister: true)
        } catch {
            throw .notModelled("an instruction that the machine doesn't run: \(error)")
        }
        self.id = id
        self.tag = tag
        self.maps = maps
        self.originals = originals
        self.runner = runner
        name = program.source.name
        writesPacketDirectly = program.writesPacketDirectly
        lines = program.source.lines
    }

    /// Runs the program on a packet whose data begins at the link-layer header, and gives its return value.
    ///
    /// The control block is left as the layer before left it, but for `data_end` and `data_meta`, which are computed
    /// (`bpf_compute_data_pointers`). Nests: a helper may make another program, or this one, run.
    ///
    /// - Throws: ``ProgramFault`` where the program does what no verified program does.
    public func run(packet: SocketBuffer) throws(ProgramFault) -> UInt32 { try runner.run(self, on: packet) }

    /// The instruction, as it was loaded, that a decoded slot stands for.
    func originalInstruction(at slot: Int) -> Int { originals.indices.contains(slot) ? Int(originals[slot]) : slot }

    /// The source line that an instruction comes from; nil without line information.
    public func line(of instruction: Int) -> SourceLine? { lines.last { $0.instruction <= instruction } }

    /// TC_ACT_SHOT.
    static let dropVerdict: UInt32 = 2
}

/// Lives exactly as long as the program that it belongs to.
public final class ProgramLifetime {
    public init() {}
}
