/// What a helper takes and gives (`struct bpf_func_proto`).
struct HelperPrototype {
    let id: Int32
    let arguments: [Argument]
    let result: Result
    var isGPLOnly = false
    /// Pointers to packet data may be passed for memory.
    var takesPacket = false
    /// What it needs beyond the arguments' types is not covered.
    var isModelled = true

    enum Result: Hashable {
        case integer
        case void
        case mapValueOrNull
        case socketOrNull
        case tcpSocketOrNull
    }

    /// `enum bpf_arg_type`
    enum Argument: Hashable {
        case anything
        case context
        case mapPointer
        case mapKey
        case mapValue
        /// The helper fills in a map's value.
        case uninitialisedMapValue
        /// Memory whose size is the next argument.
        case memory(Memory = [])
        /// Memory of this size; `isAligned`: at a multiple of it.
        case fixedMemory(size: Int, Memory = [], isAligned: Bool = false)
        case size
        case sizeOrZero
        /// A socket of any kind.
        case socketCommon
    }

    struct Memory: OptionSet, Hashable {
        let rawValue: UInt8

        /// NULL is taken too.
        static let orNull = Memory(rawValue: 1)
        /// The helper only reads it.
        static let readOnly = Memory(rawValue: 2)
        /// The helper writes it.
        static let written = Memory(rawValue: 4)
        /// The helper writes all of it: it need not be initialised.
        static let uninitialised = Memory(rawValue: 12)
    }
}

extension HelperPrototype.Argument {
    var mayBeNull: Bool {
        switch self {
        case .memory(let memory), .fixedMemory(_, let memory, _): memory.contains(.orNull)
        default: false
        }
    }

    /// The kinds of register that fit, in the order in which the kernel names them (`compatible_reg_types`).
    var registerTypes: [RegisterType] {
        switch self {
        case .mapKey, .mapValue, .uninitialisedMapValue, .memory, .fixedMemory:
            [.stack, .packet, .packetMeta, .mapValue, .memory]
        case .size, .sizeOrZero: [.scalar]
        case .mapPointer: [.mapPointer]
        case .context: [.context]
        case .socketCommon:
            [.init(kind: .socketCommon), .init(kind: .socket), .init(kind: .tcpSocket)]
        case .anything: []
        }
    }

    /// Those kinds by name: with the ones that no register here ever has.
    var expectedNames: String {
        switch self {
        case .mapKey, .mapValue, .uninitialisedMapValue, .memory, .fixedMemory:
            "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_"
        case .socketCommon: "sock_common, sock, tcp_sock, xdp_sock"
        default: registerTypes.map(\.name).joined(separator: ", ")
        }
    }
}

/// What is gathered about one call while its arguments are checked (`struct bpf_call_arg_meta`).
final class HelperCall {
    let prototype: HelperPrototype
    /// Index into the verifier's maps, once the map argument was seen.
    var map: Int?
    /// The memory argument being checked is written in whole.
    var isRaw = false
    /// Stack bytes that the helper fills.
    var writtenSize = 0
    var writtenRegister: UInt8 = 0

    init(_ prototype: HelperPrototype) { self.prototype = prototype }
}
