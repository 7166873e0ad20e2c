import BPFRuntime
import LinuxABI
import NetworkModel
import PacketModel

/// A loaded program as a hook sees it; one for each program, so that a chain knows it again.
@safe final class InstalledProgram: HookProgram {
    let program: LoadedProgram
    // The runtime's host; whoever owns it lets go of hooks and programs before.
    private unowned(unsafe) let hostReference: ProgramHost
    @inline(__always) private var host: ProgramHost { unsafe hostReference }
    /// Stands for this program in weak references.
    let lifetime = ProgramLifetime()

    init(_ program: LoadedProgram, host: ProgramHost) {
        self.program = program
        unsafe hostReference = host
    }

    var id: UInt32 { program.id }
    var name: String { program.name }

    /// A run that faults drops its packet; the host reports the fault.
    func run(_ packet: SocketBuffer, at hook: AttachType) -> Int32 {
        host.whenProgramRuns?()
        do throws(ProgramFault) {
            return Int32(bitPattern: try program.run(packet: packet))
        } catch {
            host.note(fault: "\(error)")
            return Verdict.drop
        }
    }
}

/// All programs that something still refers to, by id (`prog_idr`).
final class ProgramRegistry {
    private struct Entry {
        var loaded: Reference<LoadedProgram>
        var installed: Reference<InstalledProgram>?
    }

    /// A weak reference by way of a token: one to the program itself would make every run's counting of it slower.
    @safe private struct Reference<Program: AnyObject> {
        private weak var lifetime: ProgramLifetime?
        private unowned(unsafe) let program: Program

        init(_ program: Program, _ lifetime: ProgramLifetime) {
            unsafe self.program = program
            self.lifetime = lifetime
        }

        /// The program, while anything holds it.
        var target: Program? { lifetime == nil ? nil : unsafe program }
    }

    private var entries: [UInt32: Entry] = [:]
    private unowned let host: ProgramHost

    init(host: ProgramHost) { self.host = host }

    func add(_ program: LoadedProgram) { entries[program.id] = Entry(loaded: Reference(program, program.lifetime)) }

    /// The program with an id; nil once the last reference is gone.
    func program(id: UInt32) -> LoadedProgram? {
        guard let entry = entries[id] else { return nil }
        return entry.loaded.target ?? entry.installed?.target?.program
    }

    /// What hooks are given for a program: the same object each time, while anything holds it.
    func installed(_ program: LoadedProgram) -> InstalledProgram {
        if let installed = entries[program.id]?.installed?.target { return installed }
        let installed = InstalledProgram(program, host: host)
        entries[program.id] = Entry(
            loaded: Reference(program, program.lifetime), installed: Reference(installed, installed.lifetime))
        return installed
    }
}

/// All links that something still refers to, by id (`link_idr`).
final class LinkRegistry {
    private struct Entry {
        weak var link: HookLink?
    }

    private var entries: [UInt32: Entry] = [:]
    private var lastID: UInt32 = 0

    func nextID() -> UInt32 {
        lastID += 1
        return lastID
    }

    func add(_ link: HookLink) { entries[link.id] = Entry(link: link) }

    func link(id: UInt32) -> HookLink? { entries[id]?.link }
}
