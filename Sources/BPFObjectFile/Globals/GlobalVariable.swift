/// A variable in a section of global data, whose value a user may set before the program is loaded.
public struct GlobalVariable: Hashable, Sendable {
    public let name: String
    /// `.rodata`, `.data.settings` …
    public let sectionName: String
    /// Index into ``ObjectFile/maps`` of the map behind the section.
    public let mapIndex: Int
    /// That map's name.
    public let mapName: String
    /// Bytes from the start of the map's value.
    public let offset: Int
    public let byteCount: Int
    /// BTF type, nil in an object without BTF.
    public let typeID: UInt32?
    /// Declared `static`, or hidden.
    public let isStatic: Bool
}

/// A value for a global variable.
public enum GlobalValue: Hashable, Sendable {
    /// For integers, enums and `bool`; checked against the variable's size and sign.
    case integer(Int128)
    /// For anything, arrays and structs included: exactly the variable's bytes as they lie in memory.
    case bytes([UInt8])
}
