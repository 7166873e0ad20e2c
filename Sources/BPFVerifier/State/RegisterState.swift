/// What is known of one register, or of a register spilled to the stack (`struct bpf_reg_state`).
struct RegisterState {
    var type = RegisterType.uninitialised
    /// A pointer's fixed offset; for a scalar, its distance from the one it is linked to by ``id``.
    var offset: Int32 = 0
    /// Depends on the type: a packet pointer's proven range, a map's index + 1, a memory block's size.
    var extent: Int32 = 0
    /// The scalar itself, or the variable part of a pointer's offset.
    var value = ScalarBounds.unknown
    /// What shares a fact: copies of one look-up result, of one variable packet offset, of one scalar. 0 is none.
    var id: UInt32 = 0
    /// The register that this one's reads are to be reported to (liveness), in a saved state.
    var parent: Register?
    /// For stack pointers: whose stack.
    var frame: UInt8 = 0
    var live = Liveness.none
    /// Whether the exact value of a scalar matters; only then do ranges matter to pruning.
    var isPrecise = false

    /// Marks a linked scalar that differs from its link by ``offset`` (`BPF_ADD_CONST`).
    static let addedConstant: UInt32 = 1 << 31

    var linkID: UInt32 { id & ~Self.addedConstant }
    var isLinkedByAddition: Bool { id & Self.addedConstant != 0 }

    /// A packet pointer's proven bytes; below 0, ``atEnd`` or ``beyondEnd``.
    var range: Int32 {
        get { extent }
        set { extent = newValue }
    }

    /// The pointer is at the packet's end or beyond it (`AT_PKT_END`), or beyond it (`BEYOND_PKT_END`).
    static let atEnd: Int32 = -1
    static let beyondEnd: Int32 = -2

    /// Index into the verifier's table of maps.
    var map: Int {
        get { Int(extent) - 1 }
        set { extent = Int32(newValue + 1) }
    }

    /// A scalar of which nothing is known, and whose value does not matter yet.
    static var unknownScalar: RegisterState {
        var state = RegisterState()
        state.type = .scalar
        return state
    }

    static func constant(_ value: UInt64) -> RegisterState {
        var state = RegisterState()
        state.type = .scalar
        state.value = .constant(value)
        return state
    }

    /// Forgets everything but liveness, frame of reads and what a register carries beside its value
    /// (`__mark_reg_unknown`).
    mutating func setUnknown() {
        type = .scalar
        offset = 0
        extent = 0
        value = .unknown
        id = 0
        frame = 0
        isPrecise = false
    }

    mutating func setUninitialised() {
        setUnknown()
        type = .uninitialised
    }

    /// A known value or known variable offset; the type stays (`__mark_reg_known`).
    mutating func setKnown(_ constant: UInt64) {
        offset = 0
        extent = 0
        id = 0
        value = .constant(constant)
    }

    /// The scalar 0 (`__mark_reg_const_zero`).
    mutating func setZero() {
        setKnown(0)
        type = .scalar
        isPrecise = false
    }

    mutating func clearLink() {
        id = 0
        offset = 0
    }

    /// Takes over another register's content; liveness is the place's own (`copy_register_state`).
    mutating func copyContent(of other: RegisterState) {
        let kept = (parent, live)
        self = other
        (parent, live) = kept
    }

    /// `register_is_null`
    var isNull: Bool { type.kind == .scalar && !type.mayBeNull && value.tnum.equals(0) }

    /// Same in everything but identity, liveness and precision (`memcmp` up to `id`).
    func isSameContent(as other: RegisterState) -> Bool {
        type == other.type && offset == other.offset && extent == other.extent && value == other.value
    }
}

/// How a register of a saved state was used after it (`enum bpf_reg_liveness`).
struct Liveness: OptionSet, Hashable {
    let rawValue: UInt8

    static let none: Liveness = []
    static let read32 = Liveness(rawValue: 1)
    static let read64 = Liveness(rawValue: 2)
    static let written = Liveness(rawValue: 4)
    /// Nothing more will be learnt: every path from the state has been explored.
    static let done = Liveness(rawValue: 8)

    static let read: Liveness = [.read32, .read64]

    var isRead: Bool { rawValue & 3 != 0 }
}
