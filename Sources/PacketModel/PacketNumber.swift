/// The number that a packet keeps from its birth through rewriting, so that a trace can follow it; clones get their own.
public struct PacketNumber: Hashable, Comparable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
