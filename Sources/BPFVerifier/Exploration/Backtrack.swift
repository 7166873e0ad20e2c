/// The registers and stack slots whose origin is being looked for, by frame (`struct backtrack_state`).
struct Backtrack {
    /// The frame of the instruction looked at.
    var frame = 0
    private var registers: [UInt32] = Array(repeating: 0, count: VerifierState.frameLimit)
    private var slots: [UInt64] = Array(repeating: 0, count: VerifierState.frameLimit)

    /// r1 to r5.
    static let arguments: UInt32 = 0b111110

    var isEmpty: Bool {
        for index in 0...frame where registers[index] != 0 || slots[index] != 0 { return false }
        return true
    }

    mutating func reset() { self = Backtrack() }

    func registerMask(_ frame: Int) -> UInt32 { registers[frame] }
    func slotMask(_ frame: Int) -> UInt64 { slots[frame] }

    /// Of the frame looked at.
    var registerMask: UInt32 { registers[frame] }
    var slotMask: UInt64 { slots[frame] }

    func contains(_ register: UInt8) -> Bool { registers[frame] & 1 << UInt32(register) != 0 }
    func contains(register: Int, frame: Int) -> Bool { registers[frame] & 1 << UInt32(register) != 0 }
    func contains(slot: Int, frame: Int) -> Bool { slots[frame] & 1 << UInt64(slot) != 0 }

    mutating func insert(_ register: UInt8) { registers[frame] |= 1 << UInt32(register) }
    mutating func insert(register: Int, frame: Int) { registers[frame] |= 1 << UInt32(register) }
    mutating func insert(slot: Int, frame: Int) { slots[frame] |= 1 << UInt64(slot) }

    mutating func remove(_ register: UInt8) { registers[frame] &= ~(1 << UInt32(register)) }
    mutating func remove(register: Int, frame: Int) { registers[frame] &= ~(1 << UInt32(register)) }
    mutating func remove(slot: Int, frame: Int) { slots[frame] &= ~(1 << UInt64(slot)) }

    /// Where one of the linked places is looked for, all are (`bt_sync_linked_regs`).
    mutating func insertLinked(of entry: HistoryEntry?) {
        guard let linked = entry?.linked else { return }
        let isWanted = linked.places.contains {
            $0.isRegister
                ? contains(register: $0.index, frame: $0.frame) : contains(slot: $0.index, frame: $0.frame)
        }
        guard isWanted else { return }
        for place in linked.places {
            if place.isRegister {
                insert(register: place.index, frame: place.frame)
            } else {
                insert(slot: place.index, frame: place.frame)
            }
        }
    }

    /// `r1,r3`
    static func text(registers mask: UInt32) -> String {
        let numbers = (0..<32).filter { (mask >> UInt32($0)) & 1 != 0 }
        return numbers.map { "r\($0)" }.joined(separator: ",")
    }

    /// `-8,-16`
    static func text(slots mask: UInt64) -> String {
        let indices = (0..<64).filter { (mask >> UInt64($0)) & 1 != 0 }
        return indices.map { String(-($0 + 1) * 8) }.joined(separator: ",")
    }
}
