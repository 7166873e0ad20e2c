/// Bob Jenkins's lookup3 hash as the kernel uses it for hash maps (include/linux/jhash.h, kernel/bpf/hashtab.c
/// `htab_map_hash`): the order in which a map's keys are listed depends on it.
enum JenkinsHash {
    /// The hash of `count` bytes at `key`; `seed` is the map's `hashrnd`.
    ///
    /// The kernel has two functions, for keys of whole words (`jhash2`) and for others (`jhash`); on a little-endian
    /// machine they give the same.
    @inline(__always)
    static func hash(_ key: UnsafeRawPointer, count: Int, seed: UInt32) -> UInt32 {
        let start = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: count) &+ seed
        var (a, b, c) = (start, start, start)
        var left = count
        var next = unsafe key
        while left > 12 {
            a &+= unsafe next.loadUnaligned(as: UInt32.self)
            b &+= unsafe next.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            c &+= unsafe next.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
            mix(&a, &b, &c)
            left -= 12
            unsafe next += 12
        }
        var index = 0
        while index < left {
            let word: UInt32
            if left - index >= 4 {
                word = unsafe next.loadUnaligned(fromByteOffset: index, as: UInt32.self)
            } else {
                var partial: UInt32 = 0
                for byte in (index..<left).reversed() {
                    partial = unsafe partial << 8 | UInt32(next.load(fromByteOffset: byte, as: UInt8.self))
                }
                word = partial
            }
            switch index {
            case 0: a &+= word
            case 4: b &+= word
            default: c &+= word
            }
            index += 4
        }
        if left > 0 { finish(&a, &b, &c) }
        return c
    }

    @inline(__always)
    private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
        value << count | value >> (32 - count)
    }

    @inline(__always)
    private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        (a, c) = ((a &- c) ^ rotate(c, 4), c &+ b)
        (b, a) = ((b &- a) ^ rotate(a, 6), a &+ c)
        (c, b) = ((c &- b) ^ rotate(b, 8), b &+ a)
        (a, c) = ((a &- c) ^ rotate(c, 16), c &+ b)
        (b, a) = ((b &- a) ^ rotate(a, 19), a &+ c)
        (c, b) = ((c &- b) ^ rotate(b, 4), b &+ a)
    }

    @inline(__always)
    private static func finish(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        c = (c ^ b) &- rotate(b, 14)
        a = (a ^ c) &- rotate(c, 11)
        b = (b ^ a) &- rotate(a, 25)
        c = (c ^ b) &- rotate(b, 16)
        a = (a ^ c) &- rotate(c, 4)
        b = (b ^ a) &- rotate(a, 14)
        c = (c ^ b) &- rotate(b, 24)
    }
}
