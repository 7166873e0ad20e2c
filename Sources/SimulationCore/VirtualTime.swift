/// A moment or a span in virtual nanoseconds since the simulation began.
public struct VirtualTime: Hashable, Comparable, Sendable {
    public var nanoseconds: UInt64

    @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static let zero = Self(nanoseconds: 0)

    @inlinable public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment `span` nanoseconds later; the clock stops at its largest value instead of wrapping.
    @inlinable public static func + (time: Self, span: UInt64) -> Self {
        let (sum, overflow) = time.nanoseconds.addingReportingOverflow(span)
        return Self(nanoseconds: overflow ? .max : sum)
    }

    @inlinable public static func += (time: inout Self, span: UInt64) { time = time + span }
}
