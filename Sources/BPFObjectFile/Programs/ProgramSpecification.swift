public import BPFInstructionSet
public import LinuxABI

/// A program as it stands in the object: an entry point with its own instructions, before linking.
public struct ProgramSpecification: Sendable {
    /// The function's name.
    public let name: String
    /// The section's name with what it means; ``SectionName/isAutoloaded`` is false for `SEC("?…")`.
    public let section: SectionName
    /// The program's own instructions as compiled, before relocation: without its subprograms.
    public let instructions: [Instruction]
    /// Where it starts in its section, in instructions.
    public let sectionInstruction: Int
    /// Index into the object's functions.
    let function: Int

    public var sectionName: String { section.text }
    /// The program type by section name, nil where the name says none that nksim names.
    public var type: ProgramType? { section.type }
    public var attachType: AttachType? { section.attachType }
    /// What the kernel keeps of the name: 15 bytes (BPF_OBJ_NAME_LEN without the zero).
    public var kernelName: String { ObjectName.truncated(name) }
}

/// Names as the kernel keeps them.
public enum ObjectName {
    /// BPF_OBJ_NAME_LEN, with the ending zero.
    static let kernelLength = 16

    /// The first 15 bytes.
    public static func truncated(_ name: String) -> String {
        name.utf8.count < kernelLength ? name : String(decoding: name.utf8.prefix(kernelLength - 1), as: UTF8.self)
    }

    /// libbpf's name of an object read from a file: the last component up to its first dot.
    public static func object(ofPath path: String) -> String {
        let last = path.split(separator: "/").last ?? ""
        return String(last.prefix { $0 != "." })
    }

    /// libbpf's name of the map behind a section of global data (internal_map_name).
    ///
    /// Seven places at least are the section's, what is left of 15 the object's; a section with two dots stands alone.
    static func globalDataMap(object: String, section: String) -> String {
        let suffixLength = min(max(7, section.utf8.count), kernelLength - 1)
        let isCustom = section.utf8.dropFirst().contains(UInt8(ascii: "."))
        let prefixLength = isCustom ? 0 : kernelLength - 1 - suffixLength
        let bytes = Array(object.utf8.prefix(prefixLength)) + Array(section.utf8.prefix(suffixLength))
        return String(decoding: bytes.map { isAllowed($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

/// A function of an executable section: a program, or a subprogram that programs call.
struct ObjectFunction: Sendable {
    let name: String
    let section: Int
    /// In instructions from the section's start.
    let start: Int
    let count: Int
    /// Global or weak.
    let isGlobal: Bool
    /// Hidden or internal: libbpf makes such a function static for the verifier.
    let isHidden: Bool
}
