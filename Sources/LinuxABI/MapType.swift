/// A map type as bpf(2) numbers it (`enum bpf_map_type`); values without a name here are kept and refused by name.
public struct MapType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let hash = Self(rawValue: 1)
    public static let array = Self(rawValue: 2)
    public static let programArray = Self(rawValue: 3)
    public static let perfEventArray = Self(rawValue: 4)
    public static let perCPUHash = Self(rawValue: 5)
    public static let perCPUArray = Self(rawValue: 6)
    public static let lruHash = Self(rawValue: 9)
    public static let lruPerCPUHash = Self(rawValue: 10)
    public static let lpmTrie = Self(rawValue: 11)
    public static let arrayOfMaps = Self(rawValue: 12)
    public static let hashOfMaps = Self(rawValue: 13)
    public static let ringBuffer = Self(rawValue: 27)

    /// bpftool's word: `percpu_array`; `type 99` where there is none.
    public var description: String {
        let index = Int(rawValue)
        return Self.names.indices.contains(index) ? Self.names[index] : "type \(rawValue)"
    }

    private static let names = [
        "unspec", "hash", "array", "prog_array", "perf_event_array", "percpu_hash", "percpu_array", "stack_trace",
        "cgroup_array", "lru_hash", "lru_percpu_hash", "lpm_trie", "array_of_maps", "hash_of_maps", "devmap", "sockmap",
        "cpumap", "xskmap", "sockhash", "cgroup_storage", "reuseport_sockarray", "percpu_cgroup_storage", "queue",
        "stack", "sk_storage", "devmap_hash", "struct_ops", "ringbuf", "inode_storage", "task_storage",
        "bloom_filter", "user_ringbuf", "cgrp_storage", "arena",
    ]
}

/// Map creation flags (`BPF_F_*` of BPF_MAP_CREATE).
public struct MapFlags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let noPrealloc = Self(rawValue: 1 << 0)
    public static let noCommonLRU = Self(rawValue: 1 << 1)
    public static let numaNode = Self(rawValue: 1 << 2)
    public static let readOnly = Self(rawValue: 1 << 3)
    public static let writeOnly = Self(rawValue: 1 << 4)
    public static let zeroSeed = Self(rawValue: 1 << 6)
    public static let readOnlyProgram = Self(rawValue: 1 << 7)
    public static let writeOnlyProgram = Self(rawValue: 1 << 8)
    public static let mmapable = Self(rawValue: 1 << 10)
    public static let innerMap = Self(rawValue: 1 << 12)
}
