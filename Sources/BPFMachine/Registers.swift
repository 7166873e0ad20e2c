/// R0 to R10 of one interpreter loop, in memory of the environment. Indices come from decoded instructions, so they are
/// in range.
@safe struct Registers {
    let base: UnsafeMutablePointer<UInt64>

    /// The distance between the register files of two levels of entry.
    static let stride = 16

    /// All 64 bits.
    subscript(index: UInt8) -> UInt64 {
        @inline(__always) get { unsafe base[Int(index)] }
        @inline(__always) nonmutating set { unsafe base[Int(index)] = newValue }
    }

    /// All 64 bits, signed.
    subscript(signed index: UInt8) -> Int64 {
        @inline(__always) get { Int64(bitPattern: self[index]) }
        @inline(__always) nonmutating set { self[index] = UInt64(bitPattern: newValue) }
    }

    /// The lower half; writing it clears the upper half.
    subscript(low index: UInt8) -> UInt32 {
        @inline(__always) get { UInt32(truncatingIfNeeded: self[index]) }
        @inline(__always) nonmutating set { self[index] = UInt64(newValue) }
    }

    /// The lower half, signed; writing it clears the upper half.
    subscript(lowSigned index: UInt8) -> Int32 {
        @inline(__always) get { Int32(truncatingIfNeeded: self[index]) }
        @inline(__always) nonmutating set { self[low: index] = UInt32(bitPattern: newValue) }
    }
}
