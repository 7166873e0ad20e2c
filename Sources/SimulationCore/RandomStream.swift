/// A seeded stream of random numbers, the same on every machine: xoshiro256** (Blackman and Vigna, 2018), its state
/// filled by SplitMix64.
///
/// Each user of randomness draws from a stream of its own, so that one more draw here changes nothing there.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// The stream called `name` of the run with `seed`.
    public init(seed: UInt64, name: StaticString) {
        var mixer = seed
        // FNV-1a of the name keeps streams of one seed apart.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.description.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        mixer ^= hash
        func splitMix() -> UInt64 {
            mixer &+= 0x9E37_79B9_7F4A_7C15
            var value = mixer
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
        state = (splitMix(), splitMix(), splitMix(), splitMix())
    }

    public mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }
}
