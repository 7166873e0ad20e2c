import BPFRuntime
import KernelControl
import LinuxABI
import Testing

/// Context fields, helpers, maps from programs, tail calls and test runs against what Linux 6.12 answered.
@Suite struct HelperTests {
    let host = TestHost()

    func load(_ runtime: BPFRuntime, _ code: String, _ maps: [Descriptor]) throws -> Descriptor {
        try runtime.loadProgram(
            ProgramLoad(type: .schedCls, name: "probe", instructions: instructions(code, maps: maps), licence: "GPL")
        ).descriptor
    }

    @Test(arguments: HelperRecordings.all.probes)
    func programsAnswerAsOnLinux(_ probe: HelperRecordings.Probe) throws {
        let runtime = BPFRuntime(host: host, arena: host.arena, possibleCPUs: 2, seed: 1)
        let rows = probe.maps ?? []
        let maps = try rows.map { row in
            try runtime.createMap(
                MapCreate(
                    type: MapType(rawValue: row.type), name: "", keySize: row.key, valueSize: row.value,
                    maxEntries: row.entries, flags: MapFlags(rawValue: row.flags)))
        }
        for (map, row) in zip(maps, rows) {
            for pair in row.content { try runtime.update(map, key: bytes(pair[0]), value: bytes(pair[1]), flags: 0) }
        }
        let program = try load(runtime, probe.code, maps)
        #expect(hex(try runtime.program(program).tag) == probe.tag)
        for target in probe.programs ?? [] {
            let descriptor = try target.code.map { try load(runtime, $0, maps) } ?? program
            try runtime.update(
                maps[target.map], key: littleEndian(target.index),
                value: littleEndian(UInt32(bitPattern: descriptor.rawValue)), flags: 0)
        }
        for (number, run) in probe.runs.enumerated() {
            let comment: Comment = "run \(number) on \(run.packet ?? run.data ?? "") \(run.context ?? "")"
            let packet = run.data ?? HelperRecordings.all.packets[run.packet ?? ""] ?? ""
            host.traced = []
            let request = TestRun(
                dataIn: bytes(packet), contextIn: run.context.map(bytes), repeat: run.repeat ?? 1)
            switch testRun(runtime, program, request) {
            case .success(let result):
                #expect(run.errno == nil, comment)
                #expect(result.returnValue == run.value, comment)
                #expect(hex(result.dataOut) == run.out ?? packet, comment)
                #expect(result.contextOut.map(hex) == run.expectedContext, comment)
            case .failure(.kernel(let failure)): #expect(failure.errno.description == run.errno ?? "ok", comment)
            case .failure(let error): Issue.record("\(error)")
            }
            if let trace = run.trace { #expect(host.traced.joined(separator: "") == textOfTrace(trace), comment) }
            for (reference, expected) in zip(probe.after ?? [], run.after ?? []) {
                #expect(lookup(runtime, maps[reference.map], reference.key) == expected, comment)
            }
        }
    }

    func testRun(
        _ runtime: BPFRuntime, _ program: Descriptor, _ request: TestRun
    ) -> Result<TestRunResult, ControlError> {
        do throws(ControlError) { return .success(try runtime.testRun(program, request)) } catch {
            return .failure(error)
        }
    }

    func lookup(_ runtime: BPFRuntime, _ map: Descriptor, _ key: String) -> String {
        do {
            return hex(try runtime.lookup(map, key: bytes(key)))
        } catch {
            guard case .kernel(let failure) = error else { return "\(error)" }
            return failure.errno.description
        }
    }

    func littleEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

    /// What stands behind each line's prefix, without the line feed that ends the event.
    func textOfTrace(_ trace: String) -> String {
        let marker = "bpf_trace_printk: "
        guard let start = trace.firstRange(of: marker) else { return "" }
        var text = trace[start.upperBound...]
        if text.last == "\n" { text.removeLast() }
        return String(text)
    }
}

extension HelperRecordings.Run {
    /// The whole context that comes back: the recording has it only where it differs.
    var expectedContext: String? {
        guard let context, errno == nil else { return nil }
        if let contextOut { return contextOut }
        return String(context.prefix(384))
    }
}
