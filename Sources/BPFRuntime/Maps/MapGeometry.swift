public import KernelControl
public import LinuxABI

/// A map's attributes after BPF_MAP_CREATE's checks.
///
/// The checks and their order are those of `map_create`, `array_map_alloc_check`, `fd_array_map_alloc_check` and
/// `htab_map_alloc_check` for a caller with all capabilities.
public struct MapGeometry: Hashable, Sendable {
    public let type: MapType
    public let name: String
    /// Bytes.
    public let keySize: Int
    /// Bytes.
    public let valueSize: Int
    public let maxEntries: Int
    public let flags: MapFlags

    /// Bytes from one element's value to the next (`elem_size`).
    var valueStride: Int { (valueSize + 7) & ~7 }

    /// Whether each CPU has a value of its own.
    public var isPerCPU: Bool { type == .perCPUArray || type == .perCPUHash }

    /// Checks a request.
    ///
    /// - Throws: `EINVAL`, `E2BIG` or `ENOTSUPP` as Linux does; "not modelled: map type …" for types that it has and nksim
    ///   doesn't.
    public init(checking request: MapCreate) throws(ControlError) {
        let flags = request.flags
        guard !flags.isSuperset(of: [.readOnly, .writeOnly]) else { throw .errno(.EINVAL) }
        guard 1...Self.lastMapType ~= request.type.rawValue else { throw .errno(.EINVAL) }
        switch request.type {
        case .array, .perCPUArray: try Self.checkArray(request)
        case .programArray:
            guard request.valueSize == 4, flags.isDisjoint(with: [.readOnlyProgram, .writeOnlyProgram]) else {
                throw .errno(.EINVAL)
            }
            try Self.checkArray(request)
        case .hash, .perCPUHash: try Self.checkHash(request)
        default: throw .notModelled("map type \(request.type)")
        }
        guard Self.isValidName(request.name) else { throw .errno(.EINVAL) }
        type = request.type
        name = request.name
        keySize = Int(request.keySize)
        valueSize = Int(request.valueSize)
        maxEntries = Int(request.maxEntries)
        self.flags = flags
    }

    /// BPF_MAP_TYPE_ARENA, the last one of 6.12.
    private static let lastMapType: UInt32 = 33
    /// PCPU_MIN_UNIT_SIZE of x86-64.
    private static let perCPUUnitSize: UInt64 = 32768
    /// KMALLOC_MAX_SIZE of x86-64 less `sizeof(struct htab_elem)`.
    private static let elementSizeLimit: UInt64 = (4 << 20) - 48

    private static let accessFlags: MapFlags = [.readOnly, .writeOnly, .readOnlyProgram, .writeOnlyProgram]
    private static let arrayFlags: MapFlags =
        accessFlags.union([.numaNode, .mmapable, .innerMap, MapFlags(rawValue: preserveElements)])
    private static let hashFlags: MapFlags = accessFlags.union([.noPrealloc, .noCommonLRU, .numaNode, .zeroSeed])
    /// BPF_F_PRESERVE_ELEMS, of perf event arrays.
    private static let preserveElements: UInt32 = 1 << 11

    private static func accessIsValid(_ flags: MapFlags) -> Bool {
        !flags.isSuperset(of: [.readOnlyProgram, .writeOnlyProgram])
    }

    private static func checkArray(_ request: MapCreate) throws(ControlError) {
        let flags = request.flags
        let isPerCPU = request.type == .perCPUArray
        guard request.maxEntries > 0, request.keySize == 4, request.valueSize > 0, flags.isSubset(of: arrayFlags),
            accessIsValid(flags), !(isPerCPU && flags.contains(.numaNode)),
            request.type == .array || flags.isDisjoint(with: [.mmapable, .innerMap]),
            flags.rawValue & preserveElements == 0
        else { throw .errno(.EINVAL) }
        guard request.valueSize <= Int32.max else { throw .errno(.E2BIG) }
        if isPerCPU { try checkPerCPUValue(request) }
    }

    private static func checkHash(_ request: MapCreate) throws(ControlError) {
        let flags = request.flags
        let isPerCPU = request.type == .perCPUHash
        guard flags.isSubset(of: hashFlags), accessIsValid(flags), !flags.contains(.noCommonLRU),
            !(isPerCPU && flags.contains(.numaNode)),
            request.maxEntries > 0, request.keySize > 0, request.valueSize > 0
        else { throw .errno(.EINVAL) }
        guard UInt64(request.keySize) + UInt64(request.valueSize) < elementSizeLimit else { throw .errno(.E2BIG) }
        if isPerCPU { try checkPerCPUValue(request) }
        // From htab_map_alloc: more, and the number of buckets overflows.
        guard request.maxEntries <= 1 << 31, request.maxEntries.roundedUpToPowerOfTwo <= hashBucketLimit else {
            throw .errno(.E2BIG)
        }
    }

    /// U32_MAX by `sizeof(struct bucket)`.
    private static let hashBucketLimit: UInt64 = UInt64(UInt32.max) / 16

    private static func checkPerCPUValue(_ request: MapCreate) throws(ControlError) {
        guard (UInt64(request.valueSize) + 7) & ~7 <= perCPUUnitSize else { throw .errno(.E2BIG) }
    }

    /// Whether the kernel takes `name` for a map or a program (`bpf_obj_name_cpy`): at most 15 letters, digits, `_`, `.`.
    static func isValidName(_ name: String) -> Bool {
        name.utf8.count < 16
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

extension UInt32 {
    /// The smallest power of two that is not smaller; 1 for 0.
    var roundedUpToPowerOfTwo: UInt64 {
        self <= 1 ? 1 : 1 << UInt64(32 - (self - 1).leadingZeroBitCount)
    }
}
