public import LinuxABI

/// A map that an object declares, or that stands behind one of its sections of global data.
public struct MapSpecification: Hashable, Sendable {
    /// Where the map comes from.
    public enum Origin: Hashable, Sendable {
        /// A variable in `.maps`.
        case definition
        /// `.rodata` and `.rodata.…`: an array of one value, frozen before programs are loaded.
        case readOnlyData
        /// `.data` and `.data.…`.
        case data
        /// `.bss` and `.bss.…`.
        case zeroedData
    }

    /// What `pinning` says; other loaders add numbers of their own, which are kept for whoever creates the map to judge.
    public struct Pinning: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let none = Self(rawValue: 0)
        public static let byName = Self(rawValue: 1)
    }

    /// One slot of ``initialSlots``.
    public struct Slot: Hashable, Sendable {
        /// The array index; for a hash of maps the 4-byte key.
        public let index: UInt32
        /// Name of a program for a program array, of a map for a map of maps.
        public let target: String

        public init(index: UInt32, target: String) {
            self.index = index
            self.target = target
        }
    }

    /// libbpf's name: the variable's, or such as `program.rodata`. Unique in the object but for custom sections whose
    /// names agree in 15 bytes; references use the index.
    public let name: String
    /// `.maps`, or the section of global data in full.
    public let sectionName: String
    public let origin: Origin
    public let type: MapType
    /// In bytes.
    public let keySize: UInt32
    public let valueSize: UInt32
    /// 0 for a perf event array means one slot per possible CPU.
    public let maxEntries: UInt32
    public let flags: MapFlags
    public let numaNode: UInt32
    /// `map_extra`: its meaning depends on the type.
    public let extra: UInt64
    public let pinning: Pinning
    /// BTF types of key and value, 0 where unknown; for global data the value's type is its data section.
    public let keyTypeID: UInt32
    public let valueTypeID: UInt32
    /// None, or the one template of a map of maps.
    let innerTemplates: [MapSpecification]
    /// Slots that the object fills, ascending.
    public internal(set) var initialSlots: [Slot]
    /// The only value of a map of global data, nil for others.
    public internal(set) var initialValue: [UInt8]?

    /// Makes a map by hand; what an object says comes from ``ObjectFile/maps``.
    public init(
        name: String, sectionName: String = ".maps", origin: Origin = .definition, type: MapType, keySize: UInt32,
        valueSize: UInt32, maxEntries: UInt32, flags: MapFlags = [], numaNode: UInt32 = 0, extra: UInt64 = 0,
        pinning: Pinning = .none, keyTypeID: UInt32 = 0, valueTypeID: UInt32 = 0, inner: MapSpecification? = nil,
        initialSlots: [Slot] = [], initialValue: [UInt8]? = nil
    ) {
        self.name = name
        self.sectionName = sectionName
        self.origin = origin
        self.type = type
        self.keySize = keySize
        self.valueSize = valueSize
        self.maxEntries = maxEntries
        self.flags = flags
        self.numaNode = numaNode
        self.extra = extra
        self.pinning = pinning
        self.keyTypeID = keyTypeID
        self.valueTypeID = valueTypeID
        self.innerTemplates = inner.map { [$0] } ?? []
        self.initialSlots = initialSlots
        self.initialValue = initialValue
    }

    /// The template of a map of maps' inner maps, named as libbpf does: `outer.inner`.
    public var inner: MapSpecification? { innerTemplates.first }
    /// Whether user space makes it read-only before programs are loaded.
    public var isFrozen: Bool { origin == .readOnlyData }
    /// What the kernel keeps of the name: 15 bytes.
    public var kernelName: String { ObjectName.truncated(name) }
}
