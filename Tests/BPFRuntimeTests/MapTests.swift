import BPFRuntime
import KernelControl
import LinuxABI
import SimulationCore
import Testing

/// Map commands against what Linux 6.12 answered to the same ones.
@Suite struct MapTests {
    let host: TestHost
    let runtime: BPFRuntime

    init() {
        host = TestHost(arenaCapacity: 1 << 36)
        runtime = BPFRuntime(host: host, arena: host.arena, possibleCPUs: MapRecordings.all.possibleCPUs, seed: 7)
    }

    /// The answer in the recording's form.
    func answer(_ body: () throws(ControlError) -> String) -> String {
        do {
            return try body()
        } catch {
            guard case .kernel(let failure) = error else { return "\(error)" }
            return failure.errno.description
        }
    }

    @Test(arguments: MapRecordings.all.creations)
    func createChecksAttributes(_ row: MapRecordings.Creation) {
        let request = MapCreate(
            type: MapType(rawValue: row.type), name: row.name ?? "", keySize: row.key, valueSize: row.value,
            maxEntries: row.entries, flags: MapFlags(rawValue: row.flags))
        let found = answer { () throws(ControlError) in
            try runtime.close(try runtime.createMap(request))
            return "ok"
        }
        #expect(found == row.answer)
    }

    @Test(arguments: MapRecordings.all.operations)
    func operationsAnswerAsLinux(_ sequence: MapRecordings.Sequence) throws {
        let map = try runtime.createMap(
            MapCreate(
                type: MapType(rawValue: sequence.type), name: "", keySize: sequence.key, valueSize: sequence.value,
                maxEntries: sequence.entries, flags: MapFlags(rawValue: sequence.flags)))
        for (number, step) in sequence.steps.enumerated() {
            let key = step.key.map(bytes)
            let found = answer { () throws(ControlError) in
                switch step.do {
                case "lookup": return hex(try runtime.lookup(map, key: key ?? []))
                case "update":
                    try runtime.update(map, key: key ?? [], value: bytes(step.value ?? ""), flags: step.flags ?? 0)
                case "delete": try runtime.delete(map, key: key ?? [])
                case "next": return hex(try runtime.nextKey(map, after: key))
                case "freeze": try runtime.freeze(map)
                default: return "unknown step"
                }
                return "ok"
            }
            #expect(found == step.answer, "step \(number): \(step)")
        }
    }

    @Test func typesNotModelledAreRefusedByName() {
        let request = MapCreate(type: .lpmTrie, name: "t", keySize: 8, valueSize: 4, maxEntries: 1, flags: .noPrealloc)
        #expect(throws: ControlError.self) { try runtime.createMap(request) }
        let found = answer { () throws(ControlError) in
            _ = try runtime.createMap(request)
            return "ok"
        }
        #expect(found == "not modelled: map type lpm_trie")
    }

    @Test func descriptorsAreChecked() throws {
        let closed = Descriptor(rawValue: 77)
        #expect(answer { () throws(ControlError) in hex(try runtime.lookup(closed, key: [])) } == "EBADF")
        let other = runtime.descriptors.open(BPFRuntimeTestObject())
        #expect(answer { () throws(ControlError) in hex(try runtime.lookup(other, key: [])) } == "EINVAL")
        try runtime.close(other)
        #expect(throws: ControlError.self) { try runtime.close(other) }
    }

    /// A large map that is not preallocated grows chunk by chunk, and freed memory comes back.
    @Test func growingMapKeepsAllKeys() throws {
        let inUse = runtime.mapMemory.arena.bytesInUse
        let map = try runtime.createMap(
            MapCreate(type: .hash, name: "big", keySize: 4, valueSize: 8, maxEntries: 5000, flags: .noPrealloc))
        func key(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
        for number in 0..<5000 as Range<UInt32> {
            try runtime.update(map, key: key(number), value: key(number) + key(~number), flags: 1)
        }
        for number in 0..<5000 as Range<UInt32> {
            #expect(try runtime.lookup(map, key: key(number)) == key(number) + key(~number))
        }
        try runtime.close(map)
        #expect(runtime.mapMemory.arena.bytesInUse == inUse)
    }
}

final class BPFRuntimeTestObject {}
