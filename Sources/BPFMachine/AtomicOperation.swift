/// The immediate of an atomic instruction (RFC 9669, section 5.3).
enum AtomicOperation: Int32, CaseIterable {
    case add = 0x00
    case addFetch = 0x01
    case or = 0x40
    case orFetch = 0x41
    case and = 0x50
    case andFetch = 0x51
    case xor = 0xA0
    case xorFetch = 0xA1
    case exchange = 0xE1
    case compareExchange = 0xF1

    /// Whether the old value goes to the source register; compare-and-exchange puts it in R0.
    var writesSource: Bool { rawValue & 1 != 0 && self != .compareExchange }
}
