/// One type of a BTF section (Documentation/bpf/btf.rst); other types are named by their number.
public enum BTFType: Hashable, Sendable {
    case void
    /// `bits` is what counts, in a storage of `byteCount`; the encoding is one of ``Integer/Encoding``.
    case integer(Integer)
    case pointer(to: UInt32)
    case array(element: UInt32, index: UInt32, count: UInt32)
    case structure(Composite)
    case union(Composite)
    /// Kinds ENUM and ENUM64.
    case enumeration(Enumeration)
    case forward(name: String, isUnion: Bool)
    case typedef(name: String, type: UInt32)
    case volatile(UInt32)
    case const(UInt32)
    case restrict(UInt32)
    case function(name: String, prototype: UInt32, linkage: Linkage)
    case functionPrototype(result: UInt32, parameters: [Parameter])
    case variable(name: String, type: UInt32, linkage: Linkage)
    case dataSection(name: String, byteCount: UInt32, variables: [SectionVariable])
    case float(name: String, byteCount: UInt32)
    /// A `btf_decl_tag` on a type, or on a member or parameter of it where `component` isn't -1.
    case declarationTag(text: String, type: UInt32, component: Int32)
    case typeTag(text: String, type: UInt32)

    public struct Integer: Hashable, Sendable {
        public enum Encoding: Hashable, Sendable { case unsigned, signed, character, boolean }
        public let name: String
        public let byteCount: UInt32
        public let bits: UInt8
        public let encoding: Encoding
    }

    public struct Composite: Hashable, Sendable {
        /// Empty for an anonymous one.
        public let name: String
        public let byteCount: UInt32
        public let members: [Member]
    }

    public struct Member: Hashable, Sendable {
        public let name: String
        public let type: UInt32
        public let bitOffset: UInt32
        /// 0 for a member that isn't a bit-field.
        public let bitFieldSize: UInt8
    }

    public struct Enumeration: Hashable, Sendable {
        public let name: String
        public let byteCount: UInt32
        public let isSigned: Bool
        public let values: [Enumerator]
    }

    public struct Enumerator: Hashable, Sendable {
        public let name: String
        public let value: Int128
    }

    public struct Parameter: Hashable, Sendable {
        public let name: String
        public let type: UInt32
    }

    public struct SectionVariable: Hashable, Sendable {
        /// Number of a ``BTFType/variable(name:type:linkage:)``, or of a function for kernel functions in `.ksyms`.
        public let type: UInt32
        /// Bytes from the section's start; clang leaves 0 for global variables, whose ELF symbols know.
        public let offset: UInt32
        public let byteCount: UInt32
    }

    /// How a function or variable is seen from other objects.
    public enum Linkage: UInt32, Hashable, Sendable { case `static` = 0, global = 1, extern = 2 }

    /// The kernel's word for the kind, as in its messages: `struct`, `func_proto`.
    public var kindName: String {
        switch self {
        case .void: "void"
        case .integer: "int"
        case .pointer: "ptr"
        case .array: "array"
        case .structure: "struct"
        case .union: "union"
        case .enumeration(let enumeration): enumeration.byteCount > 4 ? "enum64" : "enum"
        case .forward: "fwd"
        case .typedef: "typedef"
        case .volatile: "volatile"
        case .const: "const"
        case .restrict: "restrict"
        case .function: "func"
        case .functionPrototype: "func_proto"
        case .variable: "var"
        case .dataSection: "datasec"
        case .float: "float"
        case .declarationTag: "decl_tag"
        case .typeTag: "type_tag"
        }
    }

    /// The name that stands in the source, empty for kinds without one and for anonymous types.
    public var name: String {
        switch self {
        case .integer(let integer): integer.name
        case .structure(let composite), .union(let composite): composite.name
        case .enumeration(let enumeration): enumeration.name
        case .forward(let name, _), .typedef(let name, _), .function(let name, _, _), .variable(let name, _, _),
            .dataSection(let name, _, _), .float(let name, _):
            name
        case .declarationTag(let text, _, _), .typeTag(let text, _): text
        default: ""
        }
    }
}
