import BPFInstructionSet
import KernelControl
import LinuxABI
import Testing

@testable import BPFObjectFile
@testable import LinuxBackend

/// The encoder's sections, read by the object file reader.
@Suite struct EncodedBTFTests {
    private func request(
        _ functions: [FunctionInfo], lines: [LineInfo] = [], _ instructions: [Instruction] = []
    ) -> ProgramLoad {
        ProgramLoad(
            type: .schedCls, name: "test", instructions: instructions, licence: "GPL", functions: functions,
            lines: lines)
    }

    private func read(_ encoded: EncodedBTF) throws -> BTF {
        try BTF(parsing: BoundedBytes(encoded.section[...], sectionName: ".BTF"))
    }

    @Test func prototypesSurvive() throws {
        let encoded = EncodedBTF(
            request([
                FunctionInfo(start: 0, name: "main", isGlobal: true, parameters: [.context]),
                FunctionInfo(start: 5, name: "helper", isGlobal: true, parameters: [.scalar, .memory(byteCount: 12)]),
                FunctionInfo(start: 9, name: "inner", isGlobal: false, parameters: []),
            ]))
        let btf = try read(encoded)
        #expect(encoded.functionRecords.words == [0, encoded.mainFunction] + encoded.functionRecords.words[2...])
        let types = encoded.functionRecords.words.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        let prototypes = try types.map { try FunctionPrototype(function: $0, in: btf) }
        #expect(
            prototypes.map { $0.parameters.map(\.kind) } == [
                [.context(structure: "__sk_buff")],
                [.scalar(byteCount: 4, isSigned: true), .memory(byteCount: 12, typeName: "")], [],
            ])
        #expect(prototypes.map(\.returnsScalar) == [true, true, true])
        #expect(types.map { btf[$0]?.name } == ["main", "helper", "inner"])
        guard case .function(_, _, let linkage) = btf[types[2]] else { throw Missing() }
        #expect(linkage == .static)
    }

    /// What the reader calls the type of a parameter that no global function may have, read back as the same.
    @Test(arguments: ["void *", "struct bpf_dynptr *", "struct unknown *", "struct pair", "union pair"])
    func refusedTypesKeepTheirShape(text: String) throws {
        let encoded = EncodedBTF(
            request([FunctionInfo(start: 0, name: "main", isGlobal: true, parameters: [.unsupported(text)])]))
        let btf = try read(encoded)
        let parameter = try FunctionPrototype(function: encoded.mainFunction, in: btf).parameters[0]
        #expect(parameter.typeDescription == text)
    }

    @Test func linesNameTheirTexts() throws {
        let line = LineInfo(instruction: 3, file: "a.c", text: "  return 0;", line: 17, column: 5)
        let encoded = EncodedBTF(
            request([FunctionInfo(start: 0, name: "main", isGlobal: true)], lines: [line, line]))
        var strings = try BTF.strings(of: BoundedBytes(encoded.section[...], sectionName: ".BTF"))
        let words = encoded.lineRecords.words
        #expect(encoded.lineCount == 2 && words.count == 8)
        #expect(words[0] == 3)
        #expect(try strings.string(at: words[1]) == "a.c")
        #expect(try strings.string(at: words[2]) == "  return 0;")
        #expect(words[3] == 17 << 10 | 5)
        #expect(words[5] == words[1])
    }

    /// A program without function information gets some, since a program without cannot be witnessed.
    @Test func functionsAreFoundByTheirCalls() throws {
        let program = try Assembler.assemble("r1 = 1\ncall sub\nexit\nsub:\nr0 = r1\nexit").instructions
        let encoded = EncodedBTF(request([], program))
        #expect(encoded.functionCount == 2)
        #expect(encoded.functionRecords.words[2] == 3)
        let main = try FunctionPrototype(function: encoded.mainFunction, in: try read(encoded))
        #expect(main.parameters.map(\.kind) == [.context(structure: "__sk_buff")])
    }

    struct Missing: Error {}
}
