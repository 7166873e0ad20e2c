extension InternetChecksum {
    /// A checksum after a 16-bit word under it changed; all in memory order (`csum_replace2`, RFC 1624).
    public static func replace(_ checksum: UInt16, old: UInt16, new: UInt16) -> UInt16 {
        ~add16(add16(~checksum, ~old), new)
    }

    /// A checksum after a 32-bit word under it changed; all in memory order (`csum_replace4`).
    public static func replace(_ checksum: UInt16, old: UInt32, new: UInt32) -> UInt16 {
        fold(add(subtract(UInt32(~checksum), old), new))
    }

    /// A checksum after the bytes under it changed by a sum (`csum_replace_by_diff`).
    public static func replace(_ checksum: UInt16, difference: UInt32) -> UInt16 {
        fold(add(difference, UInt32(~checksum)))
    }

    private static func add16(_ left: UInt16, _ right: UInt16) -> UInt16 {
        let (total, overflow) = left.addingReportingOverflow(right)
        return overflow ? total &+ 1 : total
    }
}

extension SocketBuffer {
    /// A transport checksum after a 32-bit word under it, or under its pseudo header, changed; a complete checksum of the
    /// packet follows (`inet_proto_csum_replace4`). A 16-bit word is passed as 32 bits, as the kernel does.
    public func transportChecksum(
        _ checksum: UInt16, replacing old: UInt32, with new: UInt32, inPseudoHeader: Bool
    ) -> UInt16 {
        if checksumState != .partial {
            if checksumState == .complete, inPseudoHeader {
                self.checksum = ~InternetChecksum.add(InternetChecksum.subtract(~self.checksum, old), new)
            }
            return InternetChecksum.replace(checksum, old: old, new: new)
        }
        guard inPseudoHeader else { return checksum }
        return ~InternetChecksum.fold(
            InternetChecksum.add(InternetChecksum.subtract(UInt32(checksum), old), new))
    }

    /// A transport checksum after the bytes under it, or its pseudo header, changed by a sum
    /// (`inet_proto_csum_replace_by_diff`). With `isIPv6` a complete checksum stays: address and checksum cancel out.
    public func transportChecksum(
        _ checksum: UInt16, difference: UInt32, inPseudoHeader: Bool, isIPv6: Bool
    ) -> UInt16 {
        if checksumState != .partial {
            if checksumState == .complete, inPseudoHeader, !isIPv6 {
                self.checksum = ~InternetChecksum.subtract(difference, self.checksum)
            }
            return InternetChecksum.replace(checksum, difference: difference)
        }
        guard inPseudoHeader else { return checksum }
        return ~InternetChecksum.fold(InternetChecksum.add(difference, UInt32(checksum)))
    }
}
