public import LinuxABI

/// A map, as far as a program's proof depends on it (`struct bpf_map`).
public struct MapDescriptor: Hashable, Sendable {
    public var name: String
    public var id: UInt32
    public var type: MapType
    /// Bytes.
    public var keySize: UInt32
    /// Bytes.
    public var valueSize: UInt32
    public var maxEntries: UInt32
    public var flags: MapFlags
    /// The template of an array or hash of maps.
    public var inner: InnerMap?
    /// The value of a frozen one-element array that programs may only read (`.rodata`): loads from it are constants.
    public var readOnlyContents: [UInt8]?

    public init(
        name: String, id: UInt32 = 0, type: MapType, keySize: UInt32, valueSize: UInt32, maxEntries: UInt32,
        flags: MapFlags = [], inner: InnerMap? = nil, readOnlyContents: [UInt8]? = nil
    ) {
        self.name = name
        self.id = id
        self.type = type
        self.keySize = keySize
        self.valueSize = valueSize
        self.maxEntries = maxEntries
        self.flags = flags
        self.inner = inner
        self.readOnlyContents = readOnlyContents
    }

    /// The descriptor of a map of maps' inner maps (`inner_map_meta`).
    public final class InnerMap: Hashable, Sendable {
        public let descriptor: MapDescriptor

        public init(_ descriptor: MapDescriptor) { self.descriptor = descriptor }

        public static func == (a: InnerMap, b: InnerMap) -> Bool { a.descriptor == b.descriptor }

        public func hash(into hasher: inout Hasher) { hasher.combine(descriptor) }
    }

    /// Whether programs may take the address of its value (`map_direct_value_addr`): arrays only, not per CPU.
    var hasAddressableValue: Bool { type == .array }

    /// Whether programs may write its values (`bpf_map_flags_to_cap`).
    var isWritableByProgram: Bool { !flags.contains(.readOnlyProgram) }

    var isReadableByProgram: Bool { flags.contains(.readOnlyProgram) || !flags.contains(.writeOnlyProgram) }

    /// The constant that a load of `size` bytes at `offset` gives, where the value can never change
    /// (`bpf_map_direct_read`).
    func constant(at offset: Int, size: Int, signExtended: Bool) -> UInt64? {
        guard flags.contains(.readOnlyProgram), hasAddressableValue, let bytes = readOnlyContents, offset >= 0,
            offset + size <= bytes.count
        else { return nil }
        var value: UInt64 = 0
        for index in (0..<size).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
        guard signExtended, size < 8 else { return value }
        let unused = Int64(64 - size * 8)
        return UInt64(bitPattern: (Int64(bitPattern: value) << unused) >> unused)
    }
}
