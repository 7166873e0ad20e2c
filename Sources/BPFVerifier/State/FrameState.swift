/// One frame of the simulated call stack: its registers and its stack (`struct bpf_func_state`).
@safe
final class FrameState {
    /// Instruction of the call; -1 in the first frame (BPF_MAIN_FUNC).
    let callSite: Int
    let number: Int
    let subprogram: Int
    /// 8-byte slots in use, from the frame pointer down.
    private(set) var slotCount = 0

    private var capacity = 0
    private let registers: UnsafeMutablePointer<RegisterState>
    private var spilled: UnsafeMutablePointer<RegisterState>?
    private var slots: UnsafeMutablePointer<StackSlot>?

    static let registerCount = 11
    static let framePointer = 10
    /// Bytes (MAX_BPF_STACK).
    static let stackLimit = 512

    init(callSite: Int, number: Int, subprogram: Int) {
        self.callSite = callSite
        self.number = number
        self.subprogram = subprogram
        unsafe registers = .allocate(capacity: Self.registerCount)
        unsafe registers.initialize(repeating: RegisterState(), count: Self.registerCount)
        self[Self.framePointer].state.setKnown(0)
        self[Self.framePointer].type = .stack
        self[Self.framePointer].state.frame = UInt8(number)
    }

    /// A copy, liveness parents included (`copy_func_state`).
    init(copying other: FrameState) {
        callSite = other.callSite
        number = other.number
        subprogram = other.subprogram
        unsafe registers = .allocate(capacity: Self.registerCount)
        unsafe registers.initialize(from: other.registers, count: Self.registerCount)
        slotCount = other.slotCount
        capacity = other.slotCount
        if slotCount > 0, let from = unsafe other.spilled, let fromSlots = unsafe other.slots {
            let copy = UnsafeMutablePointer<RegisterState>.allocate(capacity: capacity)
            unsafe copy.initialize(from: from, count: slotCount)
            unsafe spilled = copy
            let copiedSlots = UnsafeMutablePointer<StackSlot>.allocate(capacity: capacity)
            unsafe copiedSlots.initialize(from: fromSlots, count: slotCount)
            unsafe slots = copiedSlots
        }
    }

    deinit {
        // All trivial types: nothing to deinitialise.
        unsafe registers.deallocate()
        unsafe spilled?.deallocate()
        unsafe slots?.deallocate()
    }

    /// Register `number`, 0 to 10.
    @inline(__always)
    subscript(number: Int) -> Register {
        precondition(number >= 0 && number < Self.registerCount)
        return unsafe Register(registers + number)
    }

    /// The register that slot `index` holds, where it holds one.
    func spilledRegister(_ index: Int) -> Register {
        precondition(index >= 0 && index < slotCount)
        guard let spilled = unsafe spilled else { preconditionFailure("a stack without memory") }
        return unsafe Register(spilled + index)
    }

    /// The bytes of slot `index`.
    func slot(_ index: Int) -> StackSlot {
        precondition(index >= 0 && index < slotCount)
        guard let slots = unsafe slots else { preconditionFailure("a stack without memory") }
        return unsafe slots[index]
    }

    func setSlot(_ index: Int, _ slot: StackSlot) {
        precondition(index >= 0 && index < slotCount)
        guard let slots = unsafe slots else { preconditionFailure("a stack without memory") }
        unsafe slots[index] = slot
    }

    func setByte(_ index: Int, _ byte: Int, _ content: StackByte) {
        var changed = slot(index)
        changed[byte] = content
        setSlot(index, changed)
    }

    var allocatedBytes: Int { slotCount * 8 }

    /// Makes room for `bytes` below the frame pointer (`grow_stack_state`).
    func growStack(toBytes bytes: Int) {
        let needed = (bytes + 7) / 8
        guard needed > slotCount else { return }
        precondition(needed <= Self.stackLimit / 8)
        if needed > capacity {
            let larger = min(max(needed, capacity * 2), Self.stackLimit / 8)
            let moved = UnsafeMutablePointer<RegisterState>.allocate(capacity: larger)
            let movedSlots = UnsafeMutablePointer<StackSlot>.allocate(capacity: larger)
            if let old = unsafe spilled, let oldSlots = unsafe slots {
                unsafe moved.initialize(from: old, count: slotCount)
                unsafe movedSlots.initialize(from: oldSlots, count: slotCount)
                unsafe old.deallocate()
                unsafe oldSlots.deallocate()
            }
            unsafe spilled = moved
            unsafe slots = movedSlots
            capacity = larger
        }
        guard let spilled = unsafe spilled, let slots = unsafe slots else { return }
        unsafe (spilled + slotCount).initialize(repeating: RegisterState(), count: needed - slotCount)
        unsafe (slots + slotCount).initialize(repeating: StackSlot(), count: needed - slotCount)
        slotCount = needed
    }

    /// Calls `body` for each register, then for each spilled one (`bpf_for_each_reg_in_vstate`).
    @inline(__always)
    func forEachRegister(_ body: (Register) -> Void) {
        for number in 0..<Self.registerCount { body(self[number]) }
        for index in 0..<slotCount where slot(index).isSpill { body(spilledRegister(index)) }
    }
}
