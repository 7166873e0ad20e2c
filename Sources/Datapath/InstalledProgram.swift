import BPFRuntime
import LinuxABI
import NetworkModel
import PacketModel

/// A loaded program as a hook sees it; one for each program, so that a chain knows it again.
final class InstalledProgram: HookProgram {
    let program: LoadedProgram
    private unowned let host: ProgramHost

    init(_ program: LoadedProgram, host: ProgramHost) {
        self.program = program
        self.host = host
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
        weak var program: LoadedProgram?
        weak var installed: InstalledProgram?
    }

    private var entries: [UInt32: Entry] = [:]
    private unowned let host: ProgramHost

    init(host: ProgramHost) { self.host = host }

    func add(_ program: LoadedProgram) { entries[program.id] = Entry(program: program) }

    /// The program with an id; nil once the last reference is gone.
    func program(id: UInt32) -> LoadedProgram? {
        guard let entry = entries[id] else { return nil }
        return entry.program ?? entry.installed?.program
    }

    /// What hooks are given for a program: the same object each time, while anything holds it.
    func installed(_ program: LoadedProgram) -> InstalledProgram {
        if let installed = entries[program.id]?.installed { return installed }
        let installed = InstalledProgram(program, host: host)
        entries[program.id] = Entry(program: program, installed: installed)
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
