/// A function's parameters as the verifier needs them to prove a global function on its own (btf_prepare_func_args in
/// kernel/bpf/btf.c).
public struct FunctionPrototype: Hashable, Sendable {
    public struct Parameter: Hashable, Sendable {
        public let name: String
        public let kind: ParameterKind
        /// The type as C writes it, for messages.
        public let typeDescription: String
        /// Texts of the parameter's declaration tags, such as `arg:nonnull`.
        public let tags: [String]

        public init(name: String, kind: ParameterKind, typeDescription: String = "", tags: [String] = []) {
            self.name = name
            self.kind = kind
            self.typeDescription = typeDescription
            self.tags = tags
        }
    }

    public enum ParameterKind: Hashable, Sendable {
        /// An integer or enum of this many bytes.
        case scalar(byteCount: UInt32, isSigned: Bool)
        /// The program's context: the named struct (`__sk_buff`), or tagged `arg:ctx` (then the name may be nil).
        case context(structure: String?)
        /// A pointer to a `struct bpf_dynptr`.
        case dynamicPointer
        /// A pointer to memory of known size; `typeName` is the struct's or integer's name.
        case memory(byteCount: UInt32, typeName: String)
        /// A pointer to something whose size is unknown, such as `void *` or a forward declaration.
        case pointerOfUnknownSize
        /// A struct by value or anything else that no register holds.
        case other
    }

    /// The first five at most, which is what registers hold (MAX_BPF_FUNC_REG_ARGS).
    public let parameters: [Parameter]
    /// How many the function is declared with.
    public let parameterCount: Int
    /// Whether the result is `void`, and where it isn't, whether it is an integer or enum.
    public let returnsVoid: Bool
    public let returnsScalar: Bool
    public let resultDescription: String

    /// Makes a prototype by hand.
    public init(
        parameters: [Parameter], returnsVoid: Bool = false, returnsScalar: Bool = true,
        resultDescription: String = "int"
    ) {
        self.parameters = parameters
        self.parameterCount = parameters.count
        self.returnsVoid = returnsVoid
        self.returnsScalar = returnsScalar
        self.resultDescription = resultDescription
    }

    /// Names of the contexts of program types that nksim parses.
    static let contextNames: Set<String> = ["__sk_buff", "xdp_md"]

    /// The prototype of a BTF function.
    init(function id: UInt32, in btf: BTF) throws(ObjectFileError) {
        guard case .function(_, let prototypeID, _) = try btf.type(id),
            case .functionPrototype(let result, let types) = try btf.type(prototypeID)
        else {
            throw .malformed(.type(id), "a \(try btf.type(id).kindName), expected a func with a func_proto")
        }
        var parameters: [Parameter] = []
        for (index, parameter) in types.prefix(5).enumerated() {
            let tags = btf.tags(on: id, component: Int32(index))
            parameters.append(
                Parameter(
                    name: parameter.name, kind: try Self.kind(of: parameter.type, tags: tags, in: btf),
                    typeDescription: btf.description(of: parameter.type), tags: tags))
        }
        self.parameters = parameters
        parameterCount = types.count
        let resultType = try btf.withoutModifiers(result).type
        returnsVoid = resultType == .void
        switch resultType {
        case .integer, .enumeration: returnsScalar = true
        default: returnsScalar = false
        }
        resultDescription = btf.description(of: result)
    }

    private static func kind(
        of id: UInt32, tags: [String], in btf: BTF
    ) throws(ObjectFileError) -> ParameterKind {
        switch try btf.withoutModifiers(id).type {
        case .integer(let type):
            return .scalar(byteCount: type.byteCount, isSigned: type.encoding == .signed)
        case .enumeration(let type): return .scalar(byteCount: type.byteCount, isSigned: type.isSigned)
        case .pointer(let target):
            let (targetID, type) = try btf.withoutModifiers(target)
            if tags.contains("arg:ctx") { return .context(structure: type.name.isEmpty ? nil : type.name) }
            switch type {
            case .structure(let composite) where contextNames.contains(composite.name):
                return .context(structure: composite.name)
            case .forward(let name, _) where contextNames.contains(name): return .context(structure: name)
            case .structure(let composite) where composite.name == "bpf_dynptr": return .dynamicPointer
            case .structure, .union, .integer, .enumeration, .array, .pointer, .float:
                guard let byteCount = try? btf.byteCount(of: targetID) else { return .pointerOfUnknownSize }
                return .memory(byteCount: byteCount, typeName: type.name)
            default: return .pointerOfUnknownSize
            }
        default: return .other
        }
    }
}
