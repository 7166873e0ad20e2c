extension InternetChecksum {
    /// The pseudo header's sum for TCP, UDP and ICMPv6 (`csum_tcpudp_nofold`, `csum_ipv6_magic` without its fold).
    ///
    /// `length` is that of transport header and payload. Both addresses are of one family.
    public static func pseudoHeaderSum(
        source: NetworkAddress, destination: NetworkAddress, protocol number: UInt8, length: Int, initial: UInt32 = 0
    ) -> UInt32 {
        var total = UInt64(initial)
        func addWord(_ word: UInt64) {
            // 64 bits in network order, as a little-endian machine would load them: two 32-bit halves.
            let swapped = word.byteSwapped
            total &+= swapped & 0xFFFF_FFFF
            total &+= swapped >> 32
        }
        addWord(source.high)
        addWord(destination.high)
        if source.isIPv6 {
            addWord(source.low)
            addWord(destination.low)
        }
        total &+= UInt64(UInt32(truncatingIfNeeded: length).byteSwapped)
        total &+= UInt64(UInt32(number).byteSwapped)
        while total >> 32 != 0 { total = (total & 0xFFFF_FFFF) &+ (total >> 32) }
        return UInt32(total)
    }

    /// The checksum of a transport segment over its pseudo header; 0 where the one in it is right.
    public static func transportChecksum(
        _ segment: UnsafeRawBufferPointer, source: NetworkAddress, destination: NetworkAddress, protocol number: UInt8
    ) -> UInt16 {
        fold(
            unsafe sum(
                segment,
                initial: pseudoHeaderSum(
                    source: source, destination: destination, protocol: number, length: segment.count)))
    }
}
