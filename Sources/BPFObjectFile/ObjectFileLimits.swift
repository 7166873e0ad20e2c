/// Bounds that keep a hostile file from using memory or time without end; real objects stay far below them.
enum ObjectFileLimits {
    /// Instructions of one linked program: BPF_COMPLEXITY_LIMIT_INSNS, above which bpf(2) answers E2BIG.
    static let linkedInstructions = 1_000_000
    /// Bytes of all global data together, zeroed sections included.
    static let globalDataBytes: UInt64 = 64 << 20
    /// Bytes of one symbol, section or type name.
    static let nameBytes = 4096
    /// Bytes of all the strings that one string table hands out.
    static let stringBytes = 64 << 20
    /// Steps through modifiers, typedefs and arrays before a type counts as endless (libbpf's MAX_RESOLVE_DEPTH).
    static let typeDepth = 32
    /// Variables of all sections together.
    static let globalVariables = 1 << 18
    /// Relocations of all executable sections together.
    static let relocations = 1 << 20
    /// Members of a map's definition: there are eleven known ones.
    static let definitionMembers = 32
    /// Slots of one map that the object fills in.
    static let initialSlots = 65536
}
