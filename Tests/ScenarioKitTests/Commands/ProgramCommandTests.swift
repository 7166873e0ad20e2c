import BPFInstructionSet
import BPFObjectFile
import Foundation
import KernelControl
import LinuxABI
import Testing

@testable import ScenarioKit

@Suite struct ProgramCommandTests {
    static let object = ScenarioCommandTests.scenarios + "/pod-egress-netkit/program.bpf.o"

    @Test func showNamesProgramsMapsAndGlobals() {
        let output = ProgramCommands.show(Self.object, format: .text(coloured: false))
        #expect(output.status == 0)
        let lines = output.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines[1].hasPrefix("prog from_pod tc sched_cls "))
        #expect(lines[1].hasSuffix(" instructions maps packets, program.rodata"))
        #expect(lines.contains("map packets array key 4B value 8B max_entries 2 flags 0x0"))
        #expect(lines.contains { $0.hasPrefix("global nic_ifindex .rodata") && $0.hasSuffix("4B = 0") })
        let json = ProgramCommands.show(Self.object, format: .json)
        #expect(json.text.contains(#""name":"packets","type":"array","bytes_key":4,"bytes_value":8,"max_entries":2"#))
    }

    @Test func dumpShowsSourceLinesAndMaps() {
        let output = ProgramCommands.dump(
            Self.object, program: "from_pod", withSource: true, syntax: KernelSyntax(), format: .text(coloured: false))
        #expect(output.status == 0)
        #expect(output.text.hasPrefix("prog from_pod  section tc\nfrom_pod:\n"))
        #expect(output.text.contains("; return bpf_redirect_neigh(nic_ifindex, NULL, 0, 0);"))
        #expect(output.text.contains("call bpf_redirect_neigh#152"))
        #expect(output.text.contains("  ; map packets\n"))
        let missing = ProgramCommands.dump(
            Self.object, program: "from_pot", withSource: false, syntax: LLVMSyntax(), format: .text(coloured: false))
        #expect(missing.status == 2)
        #expect(missing.remarks.contains("did you mean 'from_pod'?"))
    }

    @Test func runTakesBpftoolsWords() throws {
        var words = ProgramRunWords()
        try words.take([
            "data_in", "in", "data_out", "out", "ctx_in", "c", "ctx_out", "d", "repeat", "5", "program", "p",
        ])
        #expect(words.dataIn == "in" && words.dataOut == "out" && words.contextIn == "c" && words.contextOut == "d")
        #expect(words.repeats == 5 && words.program == "p")
        var wrong = ProgramRunWords()
        #expect(throws: FileProblem("unknown word 'data_inn'; did you mean 'data_in'?")) {
            try wrong.take(["data_inn", "x"])
        }
        #expect(throws: FileProblem("'repeat' needs a value behind it")) { try wrong.take(["repeat"]) }
    }

    @Test func aRunPrintsBpftoolsSentenceAndGivesTheBytes() throws {
        let folder = try TemporaryFolder()
        try folder.write("0123456789abcdef", to: "frame")
        var words = ProgramRunWords()
        words.dataIn = folder.path + "/frame"
        words.assignments = ["nic_ifindex=2"]
        words.repeats = 3
        let kernel = FakeKernel()
        let result = ProgramCommands.run(Self.object, words, format: .text(coloured: false)) { _ in
            RunningKernel(control: kernel, trace: nil)
        }
        #expect(result.output.text == "Return value: 7, duration (average): 25ns\nVerdict: redirect; 16 bytes\n")
        #expect(result.dataOut == Array("0123456789abcdef".utf8))
        #expect(kernel.log.contains("prog run from_pod repeat 3"))
        #expect(kernel.map(named: "program.rodata")?[[0, 0, 0, 0]] == [2, 0, 0, 0])
    }

    @Test func aRefusalIsStatus1AndAMissingFeature2() {
        func verify(_ refusal: ControlError) -> CommandOutput {
            ProgramCommands.verify(
                Self.object, program: nil, set: [], withLog: false, format: .text(coloured: false)
            ) { _ in
                let kernel = FakeKernel()
                kernel.refusals["prog load"] = refusal
                return RunningKernel(control: kernel, trace: nil)
            }
        }
        let refused = verify(.errno(.EACCES, "R1 invalid mem access 'scalar'"))
        #expect(refused.status == 1)
        #expect(refused.text.contains("REFUSED  from_pod\nload of program from_pod: EACCES: R1 invalid mem access"))
        #expect(verify(.notModelled("callx")).status == 2)
        let good = ProgramCommands.verify(
            Self.object, program: nil, set: [], withLog: false, format: .text(coloured: false),
            on: ScenarioCommandTests.fake)
        #expect(good.status == 0 && good.text == "verified  from_pod\n")
    }

    @Test(arguments: [
        ("limit=0x10", "limit", GlobalValue.integer(16)), ("on=true", "on", .integer(1)),
        ("mac=hex:02:00:ff", "mac", .bytes([2, 0, 255])), ("low=-3", "low", .integer(-3)),
    ])
    func assignmentsAreNumbersTruthValuesOrBytes(_ text: String, _ name: String, _ value: GlobalValue) throws {
        let parsed = try ProgramRunWords.assignment(text)
        #expect(parsed.name == name && parsed.value == value)
    }

    @Test(arguments: ["limit", "=1", "a=b", "a=hex:0", "a=hex:zz"])
    func otherAssignmentsAreRefused(_ text: String) {
        #expect(throws: FileProblem.self) { try ProgramRunWords.assignment(text) }
    }
}
