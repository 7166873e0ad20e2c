/// The place of one ``RegisterState``: a register of a frame, or a slot of its stack.
///
/// A handle, since liveness follows places across states. The frame that it belongs to, or a state that descends from
/// the frame's, keeps the memory alive.
@safe
struct Register: Equatable {
    private let pointer: UnsafeMutablePointer<RegisterState>

    init(_ pointer: UnsafeMutablePointer<RegisterState>) { unsafe self.pointer = pointer }

    @inline(__always)
    var state: RegisterState {
        _read { yield unsafe pointer.pointee }
        nonmutating _modify { yield unsafe &pointer.pointee }
    }

    static func == (a: Register, b: Register) -> Bool { unsafe a.pointer == b.pointer }

    @inline(__always)
    var type: RegisterType {
        get { unsafe pointer.pointee.type }
        nonmutating set { unsafe pointer.pointee.type = newValue }
    }

    @inline(__always)
    var kind: RegisterType.Kind { unsafe pointer.pointee.type.kind }

    /// A scalar: the only kind without modifiers.
    @inline(__always)
    var isScalar: Bool { unsafe pointer.pointee.type == .scalar }

    @inline(__always)
    var offset: Int32 {
        get { unsafe pointer.pointee.offset }
        nonmutating set { unsafe pointer.pointee.offset = newValue }
    }

    @inline(__always)
    var value: ScalarBounds {
        _read { yield unsafe pointer.pointee.value }
        nonmutating _modify { yield unsafe &pointer.pointee.value }
    }

    @inline(__always)
    var id: UInt32 {
        get { unsafe pointer.pointee.id }
        nonmutating set { unsafe pointer.pointee.id = newValue }
    }

    @inline(__always)
    var live: Liveness {
        get { unsafe pointer.pointee.live }
        nonmutating set { unsafe pointer.pointee.live = newValue }
    }

    @inline(__always)
    var parent: Register? {
        get { unsafe pointer.pointee.parent }
        nonmutating set { unsafe pointer.pointee.parent = newValue }
    }

    @inline(__always)
    var isPrecise: Bool {
        get { unsafe pointer.pointee.isPrecise }
        nonmutating set { unsafe pointer.pointee.isPrecise = newValue }
    }

    /// A scalar with one possible value, of the low half where `low` (`is_reg_const`).
    func isConstant(low: Bool) -> Bool {
        isScalar && (low ? value.tnum.hasConstantSubregister : value.tnum.isConstant)
    }
}
