import BPFRuntime
import Foundation
import KernelControl
import LinuxABI
import Testing

/// The machine checks every access on its own: a program that the verifier accepts never faults in it.
///
/// The programs are those that Linux 6.12 was asked about for the verifier's tests, those drawn at random among them.
@Suite struct SoundnessTests {
    struct Recording: Decodable {
        struct Map: Decodable {
            let type: UInt32
            let key: UInt32
            let value: UInt32
            let entries: UInt32
            let flags: UInt32?
            let contents: String?
        }

        struct Case: Decodable {
            let name: String
            let code: String
            let maps: [Map]
            let licence: String
            let functions: [Function]
            let strict: Bool
            let answer: String
        }

        struct Function: Decodable {
            let start: Int
            let name: String
            let isGlobal: Bool
            let parameters: [String]
        }

        let cases: [Case]

        static func named(_ name: String) throws -> Recording {
            let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            let file = tests.appending(path: "BPFVerifierTests/Recordings/\(name)")
            return try JSONDecoder().decode(Recording.self, from: Data(contentsOf: file))
        }
    }

    /// Frames of several lengths; an IPv4 one needs 34 bytes (BPF_PROG_TEST_RUN).
    static let packets: [[UInt8]] = [
        [UInt8](repeating: 0, count: 14), [UInt8](repeating: 0xFF, count: 64),
        (0..<60).map { UInt8($0) }, (0..<1500).map { UInt8(truncatingIfNeeded: $0 &* 7) },
    ]

    @Test(arguments: ["kernel-6.12.json", "random-6.12.json"])
    func acceptedProgramsNeverFault(recording: String) throws {
        let host = TestHost(arenaCapacity: 1 << 32)
        var runs = 0
        for recorded in try Recording.named(recording).cases where recorded.answer == "OK" && !recorded.strict {
            let runtime = BPFRuntime(host: host, arena: host.arena, possibleCPUs: 2, seed: 1)
            guard let program = load(recorded, runtime) else { continue }
            for packet in Self.packets {
                do throws(ControlError) {
                    _ = try runtime.testRun(program, TestRun(dataIn: packet))
                    runs += 1
                } catch {
                    if case .notModelled = error { Issue.record("\(recorded.name): \(error)") }
                }
            }
        }
        #expect(runs > 100)
    }

    /// Nil where the model lacks what the program needs, and says so.
    private func load(_ recorded: Recording.Case, _ runtime: BPFRuntime) -> Descriptor? {
        do throws(ControlError) {
            var maps: [Descriptor] = []
            for map in recorded.maps {
                let descriptor = try runtime.createMap(
                    MapCreate(
                        type: MapType(rawValue: map.type), name: "", keySize: map.key, valueSize: map.value,
                        maxEntries: map.entries, flags: MapFlags(rawValue: map.flags ?? 0)))
                if let contents = map.contents {
                    try runtime.update(descriptor, key: [0, 0, 0, 0], value: bytes(contents), flags: 0)
                    try runtime.freeze(descriptor)
                }
                maps.append(descriptor)
            }
            let functions = recorded.functions.map { function in
                FunctionInfo(
                    start: function.start, name: function.name, isGlobal: function.isGlobal,
                    parameters: function.parameters.map {
                        switch $0 {
                        case "int": .scalar
                        case "ctx": .context
                        case "mem8": .memory(byteCount: 8)
                        default: .unsupported($0)
                        }
                    })
            }
            return try runtime.loadProgram(
                ProgramLoad(
                    type: .schedCls, name: "t", instructions: instructions(recorded.code, maps: maps),
                    licence: recorded.licence, functions: functions, logLevel: 0)
            ).descriptor
        } catch {
            if case .kernel(let failure) = error { Issue.record("\(recorded.name): refused with \(failure.errno)") }
            return nil
        }
    }
}
