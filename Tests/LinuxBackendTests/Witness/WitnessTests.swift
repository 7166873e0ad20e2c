import BPFInstructionSet
import KernelControl
import Testing

@testable import BPFObjectFile
@testable import LinuxBackend

@Suite struct WitnessTests {
    private typealias Event = WitnessPrograms.Event
    private static let layout = WitnessLog.Layout(recordSize: 32, recordCount: 4)

    /// A log's value in which `written` records were begun; `unfinished` ones of them have not got their number yet.
    private func value(written: Int, unfinished: Int = 0) -> [UInt8] {
        var value = [UInt8](repeating: 0, count: Self.layout.byteCount)
        value[0] = UInt8(written)
        for number in 1...max(written, 1) where number <= written - unfinished {
            let start = WitnessLog.Layout.headerSize + (number - 1) % Self.layout.recordCount * 32
            value[start] = UInt8(number)
            value[start + Event.subject] = UInt8(100 + number)
        }
        return value
    }

    @Test func recordsAreTakenOnceAndAroundTheRing() throws {
        var taken: UInt64 = 0
        func subjects(_ value: [UInt8]) throws -> [UInt32] {
            try WitnessLog.records(in: value, Self.layout, taken: &taken).map { $0.number(at: Event.subject) }
        }
        #expect(try subjects(value(written: 0)) == [])
        #expect(try subjects(value(written: 3)) == [101, 102, 103])
        #expect(try subjects(value(written: 3)) == [])
        #expect(try subjects(value(written: 6, unfinished: 1)) == [104, 105])
        #expect(try subjects(value(written: 6)) == [106])
    }

    @Test func lostRecordsAreToldNotHidden() throws {
        var taken: UInt64 = 0
        #expect {
            try WitnessLog.records(in: value(written: 6), Self.layout, taken: &taken)
        } throws: { error in
            "\(error)".contains("2 of the kernel's records were lost")
        }
        #expect(taken == 6)
    }

    @Test func recordsAreRunsAndDrops() {
        func record(_ words: [UInt32]) -> ArraySlice<UInt8> {
            var bytes: [UInt8] = [0xEE]
            for word in words { bytes.append(native: word) }
            return bytes.dropFirst()
        }
        var runs: [ProgramRun] = []
        var drops: [Witness.Drop] = []
        Witness.decode(record([1, 0, Event.run, 1, 7, 0xFFFF_FFFF, 0, 0]), &runs, &drops)
        Witness.decode(record([2, 0, Event.drop, 0, 3, 5, 0xF000_0001, 0]), &runs, &drops)
        Witness.decode(record([3, 0, 9, 0, 3, 5, 1, 0]), &runs, &drops)
        #expect(runs == [ProgramRun(program: 7, returnValue: -1, cpu: 1)])
        #expect(drops == [Witness.Drop(reason: 3, device: 5, namespace: 0xF000_0001)])
    }

    @Test(
        arguments: [
            (3, "NO_SOCKET"), (1, "SKB_CONSUMED"), (0x10001, "reason 0x10001"),
        ] as [(UInt32, String)])
    func reasonsHaveTheKernelsNames(reason: UInt32, name: String) {
        let names: [UInt32: String] = [3: "SKB_DROP_REASON_NO_SOCKET", 1: "SKB_CONSUMED"]
        #expect(Witness.name(ofReason: reason, names) == name)
    }

    @Test func programsAreWellFormed() throws {
        let offsets = WitnessPrograms.Offsets(
            packetDevice: 16, packetSocket: 24, deviceIndex: 224, deviceNamespace: 280, socketNamespace: 48,
            socketFamily: 16, namespaceInode: 136)
        for program in [
            try WitnessPrograms.functionExit(program: 7, log: 5, control: 6),
            try WitnessPrograms.packetDrop(log: 5, namespaces: 6, at: offsets),
            try WitnessPrograms.tracePrint(log: 5),
        ] {
            for (index, instruction) in program.enumerated() where instruction.form != nil {
                let next = index + 1 < program.count ? program[index + 1] : nil
                #expect(instruction.violation(next: next) == nil)
            }
            #expect(program.last?.form == .exit)
        }
    }
}

@Suite struct KernelTypesTests {
    /// sk_buff as the kernel has it: members in nameless structures and unions.
    @Test func membersAreFoundInsideNamelessOnes() throws {
        let section = BTFSample.section
        let types = try KernelTypes(section)
        #expect(try types.offset(of: "first", in: "outer") == 0)
        #expect(try types.offset(of: "inside", in: "outer") == 16)
        #expect(try types.enumerators(of: "why") == [0: "NOT_YET", 7: "NO_SOCKET"])
        #expect(throws: KernelTypes.Failure.self) { try types.offset(of: "nowhere", in: "outer") }
        #expect(throws: KernelTypes.Failure.self) { try types.offset(of: "first", in: "other") }
        #expect(throws: KernelTypes.Failure.self) { try KernelTypes([1, 2, 3]) }
        #expect(throws: KernelTypes.Failure.self) { try KernelTypes(Array(section.dropLast())) }
    }
}

/// struct outer { long first; struct { union { int x; long inside; } } at byte 8+8; }; enum why.
private enum BTFSample {
    static let section: [UInt8] = {
        var strings: [UInt8] = [0]
        func string(_ text: String) -> UInt32 {
            defer { strings += Array(text.utf8) + [0] }
            return UInt32(strings.count)
        }
        let words: [UInt32] = [
            // [1] long
            string("long"), 1 << 24, 8, 1 << 24 | 64,
            // [2] union { long x; long inside; }
            0, 5 << 24 | 2, 8, string("x"), 1, 0, string("inside"), 1, 0,
            // [3] struct { long y; union; }
            0, 4 << 24 | 2, 16, string("y"), 1, 0, 0, 2, 64,
            // [4] struct outer { long first; struct; }
            string("outer"), 4 << 24 | 2, 24, string("first"), 1, 0, 0, 3, 64,
            // [5] enum why
            string("why"), 6 << 24 | 2, 4, string("NOT_YET"), 0, string("NO_SOCKET"), 7,
        ]
        var types: [UInt8] = []
        for word in words { types.append(native: word) }
        var bytes: [UInt8] = [0x9F, 0xEB, 1, 0]
        for word in [24, 0, types.count, types.count, strings.count] { bytes.append(native: UInt32(word)) }
        return bytes + types + strings
    }()
}
