import BPFObjectFile
import Testing

@Suite struct BTFTests {
    private static func types() throws -> BTF { try #require(try Fixture.object("types").btf) }

    private static func id(_ name: String, _ kind: String) throws -> UInt32 {
        let btf = try types()
        return try #require(btf.ids(named: name).first { btf[$0]?.kindName == kind })
    }

    @Test func everyKindOfTheFormatIsRead() throws {
        let kinds = Set(try Self.types().types.map(\.kindName))
        #expect(
            kinds == [
                "void", "int", "ptr", "array", "struct", "union", "enum", "fwd", "typedef", "volatile", "const",
                "restrict", "func", "func_proto", "var", "datasec", "float", "decl_tag", "type_tag", "enum64",
            ])
    }

    @Test(arguments: [
        ("everything", "struct", 96), ("either", "union", 4), ("wrapped_twice", "typedef", 12), ("large", "enum64", 8),
        ("small", "enum", 4), ("float", "float", 4), ("bool", "typedef", 1),
    ])
    func sizesAreResolved(name: String, kind: String, size: UInt32) throws {
        #expect(try Self.types().byteCount(of: Self.id(name, kind)) == size)
    }

    @Test(arguments: [("forward", "fwd"), ("tagged", "func")])
    func typesWithoutSizeAreRefused(name: String, kind: String) throws {
        let id = try Self.id(name, kind)
        let error = try #require(throws: ObjectFileError.self) { try Self.types().byteCount(of: id) }
        #expect(error.description == "BTF type [\(id)]: a \(kind) has no size")
    }

    @Test(
        arguments: [
            ("small", "enum small"), ("large", "enum large"), ("either", "union either"),
            ("forward", "struct forward *"),
            ("matrix", "wrapped_twice"), ("text", "char *"), ("function", "function *"), ("tagged", "int *"),
        ])
    func typesAreDescribedAsInC(member: String, expected: String) throws {
        let btf = try Self.types()
        guard case .structure(let everything)? = btf[try Self.id("everything", "struct")] else {
            Issue.record("no struct everything")
            return
        }
        let type = try #require(everything.members.first { $0.name == member }).type
        #expect(btf.description(of: type) == expected)
    }

    @Test func enumeratorsHaveTheirSign() throws {
        let btf = try Self.types()
        var values: [String: Int128] = [:]
        for case .enumeration(let enumeration) in btf.types {
            for value in enumeration.values { values[value.name] = value.value }
        }
        #expect(values["SMALL_NEGATIVE"] == -2)
        #expect(values["SMALL_POSITIVE"] == 5)
        #expect(values["LARGE"] == 0x12_3456_789A)
        #expect(values["LARGE_NEGATIVE"] == -0x12_3456_789A)
    }

    @Test func bitFieldsAreToldApart() throws {
        guard case .structure(let fields)? = try Self.types()[Self.id("fields", "struct")] else {
            Issue.record("no struct fields")
            return
        }
        #expect(fields.members.map(\.bitOffset) == [0, 3])
        #expect(fields.members.map(\.bitFieldSize) == [3, 29])
    }

    @Test func declarationTagsAreFound() throws {
        let btf = try Self.types()
        #expect(btf.tags(on: try Self.id("everything", "var")) == ["kind:object"])
        let structure = try Self.id("everything", "struct")
        #expect(btf.tags(on: structure, component: 10) == ["member"])
        #expect(btf.tags(on: structure).isEmpty)
    }

    @Test func taggedParametersSaySo() throws {
        let linked = try Fixture.object("types").link(programNamed: "classify")
        #expect(linked.functions.map(\.name) == ["classify", "near", "tagged"])
        #expect(linked.functions.map(\.isGlobal) == [true, false, true])
        let parameters = try #require(linked.functions[2].prototype?.parameters)
        #expect(
            parameters.map(\.kind) == [
                .context(structure: nil), .memory(byteCount: 4, typeName: "unsigned int"), .pointerOfUnknownSize,
            ])
        #expect(parameters.map(\.tags) == [["arg:ctx"], ["arg:nonnull"], []])
    }

    @Test func staticFunctionsOfAProgramsSectionAreNoPrograms() throws {
        #expect(try Fixture.object("types").programs.map(\.name) == ["classify"])
    }

    @Test(
        arguments: [
            ("large", .integer(0x12_3456_789B), "9b78563412000000"),
            ("small", .integer(-2), "feffffff"),
            ("letter", .integer(-1), "ff"),
        ] as [(String, GlobalValue, String)])
    func enumsAndCharactersAreSet(name: String, value: GlobalValue, expected: String) throws {
        var object = try Fixture.object("types")
        try object.setGlobal(name, value)
        let bytes = try #require(object.globalBytes(name))
        #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }
}
