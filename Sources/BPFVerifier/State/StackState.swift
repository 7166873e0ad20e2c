/// What one byte of the stack holds (`enum bpf_stack_slot_type`).
enum StackByte: UInt8 {
    case invalid = 0
    case spill = 1
    case misc = 2
    case zero = 3

    /// The kernel log's letter.
    var letter: Character {
        switch self {
        case .invalid: "?"
        case .spill: "r"
        case .misc: "m"
        case .zero: "0"
        }
    }
}

/// The bytes of one 8-byte slot, the highest address first, as the kernel counts them: byte `i` of slot `s` is at
/// `fp - 8s - 1 - i`.
struct StackSlot: Hashable {
    private var packed: UInt64 = 0

    subscript(index: Int) -> StackByte {
        get { StackByte(rawValue: UInt8(truncatingIfNeeded: packed >> UInt64(index * 8))) ?? .invalid }
        set {
            let shift = UInt64(index * 8)
            packed = packed & ~(0xff << shift) | UInt64(newValue.rawValue) << shift
        }
    }

    static let untouched = StackSlot()

    var isUntouched: Bool { packed == 0 }

    /// The whole slot or its low part holds a register (`is_spilled_reg`).
    var isSpill: Bool { self[7] == .spill }

    /// All eight bytes hold one register.
    var isWholeSpill: Bool { self[0] == .spill && self[7] == .spill }

    /// Bytes of the spilled register that are still whole, counted from its low end.
    var spillSize: Int {
        var size = 1
        while size < 8, self[7 - size] == .spill { size += 1 }
        return size
    }

    /// Every byte is unknown or, as root may read those too, never written (`is_stack_all_misc`).
    var isAllMisc: Bool { (0..<8).allSatisfy { self[$0] == .misc || self[$0] == .invalid } }

    /// What was written becomes unknown data; what was not stays unwritten (`scrub_spilled_slot`).
    mutating func scrub() {
        for index in 0..<8 where self[index] != .invalid { self[index] = .misc }
    }
}
