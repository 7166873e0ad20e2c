import BPFInstructionSet
import KernelControl
import LinuxABI

/// Looks on while the kernel works: small BPF programs at the ends of a scenario's programs and at tracepoints, which write
/// to maps what happened. All of it is held by descriptors, and goes with them.
final class Witness {
    private let events: WitnessLog
    private let lines: WitnessLog
    /// One word: the id of the program whose runs are not told.
    private let control: OpenFile
    /// A hash map whose keys are the inodes of the namespaces to look at.
    private let namespaces: OpenFile
    private let dropReasons: [UInt32: String]
    /// Programs and their attachments.
    private var attached: [OpenFile] = []
    private var runs: [ProgramRun] = []
    private var drops: [Drop] = []

    /// A packet's end as the kernel's numbers tell it.
    struct Drop: Hashable {
        var reason: UInt32
        /// 0 for none.
        var device: UInt32
        var namespace: UInt32
    }

    /// - Throws: ``ControlError/unavailable(_:)`` on a kernel that cannot be witnessed: without its types, without the JIT
    ///   compiler, or without the right to load tracing programs.
    init() throws(ControlError) {
        try Self.checkCompiler()
        let kernel = try Self.kernel.get()
        dropReasons = kernel.dropReasons
        do throws(ControlError) {
            events = try WitnessLog(name: "nksim_events", WitnessPrograms.Event.layout)
            lines = try WitnessLog(name: "nksim_lines", WitnessPrograms.Line.layout)
            control = try Self.map(.array, "nksim_control", maxEntries: 1)
            namespaces = try Self.map(.hash, "nksim_netns", maxEntries: 1024)
        } catch {
            throw Self.cannotWitness(error)
        }
        try attach("kfree_skb") { () throws(AssemblyError) in
            try WitnessPrograms.packetDrop(log: events.map.number, namespaces: namespaces.number, at: kernel.offsets)
        }
        try attach("bpf_trace_printk") { () throws(AssemblyError) in
            try WitnessPrograms.tracePrint(log: lines.map.number)
        }
    }

    /// Tells drops in a namespace from now on.
    func follow(inode: UInt64) throws(ControlError) {
        try Self.update(namespaces, key: UInt32(truncatingIfNeeded: inode), value: 1)
    }

    /// Tells what `program` returns from now on; `function` is its first function's type.
    func watch(_ program: Descriptor, id: UInt32, function: UInt32) throws(ControlError) {
        let instructions = try Self.assembled { () throws(AssemblyError) in
            try WitnessPrograms.functionExit(program: id, log: events.map.number, control: control.number)
        }
        var loading = ProgramLoading(
            type: ProgramLoading.tracing, name: "nksim_exit", instructions: instructions,
            licence: WitnessPrograms.licence, logLevel: 1)
        loading.expectedAttachType = ProgramLoading.functionExit
        loading.target = (program, function)
        do throws(ControlError) {
            let tracer = OpenFile(try loading.perform().descriptor)
            let request = BPFRequest(.rawTracepointOpen)
            request.set(BPFAttributes.RawTracepoint.programFD, tracer.number)
            attached += [tracer, OpenFile(try request.perform("fexit"))]
        } catch {
            throw Self.cannotWitness(error)
        }
    }

    /// Does not tell the runs of one program; nil tells all.
    func ignore(_ program: UInt32?) throws(ControlError) { try Self.update(control, key: 0, value: program ?? 0) }

    func takeRuns() throws(ControlError) -> [ProgramRun] {
        try readEvents()
        defer { runs = [] }
        return runs
    }

    /// With the kernel's names of their reasons, without SKB_DROP_REASON_.
    func takeDrops() throws(ControlError) -> [(reason: String, drop: Drop)] {
        try readEvents()
        defer { drops = [] }
        return drops.map { (Self.name(ofReason: $0.reason, dropReasons), $0) }
    }

    func takeLines() throws(ControlError) -> [String] {
        try lines.take().map { record in
            String(decoding: record.dropFirst(WitnessPrograms.Line.text).prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private func readEvents() throws(ControlError) {
        for record in try events.take() { Self.decode(record, &runs, &drops) }
    }

    /// A record of ``WitnessPrograms/Event``; an unknown kind is passed over.
    static func decode(_ record: ArraySlice<UInt8>, _ runs: inout [ProgramRun], _ drops: inout [Drop]) {
        typealias Event = WitnessPrograms.Event
        let subject: UInt32 = record.number(at: Event.subject)
        switch record.number(at: Event.kind) as UInt32 {
        case Event.run:
            runs.append(
                ProgramRun(
                    program: subject, returnValue: record.number(at: Event.value),
                    cpu: Int(record.number(at: Event.cpu) as UInt32)))
        case Event.drop:
            drops.append(
                Drop(
                    reason: subject, device: record.number(at: Event.value),
                    namespace: record.number(at: Event.namespace)))
        default: break
        }
    }

    /// Reasons of other subsystems have their number above bit 16 (SKB_DROP_REASON_SUBSYS_MASK) and no name here.
    static func name(ofReason reason: UInt32, _ names: [UInt32: String]) -> String {
        guard let name = names[reason] else { return "reason 0x" + String(reason, radix: 16) }
        let prefix = "SKB_DROP_REASON_"
        return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    }

    /// Attaches a program to a raw tracepoint.
    private func attach(
        _ tracepoint: String, _ instructions: () throws(AssemblyError) -> [Instruction]
    ) throws(ControlError) {
        let loading = ProgramLoading(
            type: ProgramLoading.rawTracepoint, name: "nksim_witness", instructions: try Self.assembled(instructions),
            licence: WitnessPrograms.licence, logLevel: 1)
        do throws(ControlError) {
            let program = OpenFile(try loading.perform().descriptor)
            let request = BPFRequest(.rawTracepointOpen)
            request.pass(text: tracepoint, at: BPFAttributes.RawTracepoint.name)
            request.set(BPFAttributes.RawTracepoint.programFD, program.number)
            attached += [program, OpenFile(try request.perform("tracepoint \(tracepoint)"))]
        } catch {
            throw Self.cannotWitness(error)
        }
    }

    /// Our own text not being assembled is our mistake, and says where.
    private static func assembled(
        _ text: () throws(AssemblyError) -> [Instruction]
    ) throws(ControlError) -> [Instruction] {
        do throws(AssemblyError) { return try text() } catch { throw .unavailable("a witness's program: \(error)") }
    }

    private static func map(_ type: MapType, _ name: String, maxEntries: UInt32) throws(ControlError) -> OpenFile {
        let request = BPFRequest(.mapCreate)
        request.set(BPFAttributes.MapCreate.mapType, type.rawValue)
        request.set(BPFAttributes.MapCreate.keySize, 4)
        request.set(BPFAttributes.MapCreate.valueSize, 4)
        request.set(BPFAttributes.MapCreate.maxEntries, maxEntries)
        request.set(name: name, at: BPFAttributes.MapCreate.mapName)
        return OpenFile(try request.perform("the witness's map"))
    }

    private static func update(_ map: OpenFile, key: UInt32, value: UInt32) throws(ControlError) {
        let request = BPFRequest(.mapUpdateElement)
        request.set(BPFAttributes.MapElement.mapFD, map.number)
        var (keyBytes, valueBytes): ([UInt8], [UInt8]) = ([], [])
        keyBytes.append(native: key)
        valueBytes.append(native: value)
        request.pass(keyBytes, at: BPFAttributes.MapElement.key)
        request.pass(valueBytes, at: BPFAttributes.MapElement.value)
        try request.perform("the witness's map")
    }
}
