import Testing

@testable import BPFVerifier

/// Known bits against every number they stand for, at a width of four bits.
@Suite struct TnumTests {
    /// All numbers of four tristate bits, and those with every higher bit unknown.
    static let all: [Tnum] = (0..<16).flatMap { mask in
        (0..<16).filter { $0 & mask == 0 }.map { Tnum(value: UInt64($0), mask: UInt64(mask)) }
    }

    static func members(_ tnum: Tnum) -> [UInt64] { (0..<16).filter { tnum.contains(.constant($0)) } }

    @Test func holdsAllResultsOfOperations() {
        for a in Self.all {
            for b in Self.all {
                let (sum, difference, product) = (a + b, a - b, a * b)
                let (and, or, xor) = (a & b, a | b, a ^ b)
                for x in Self.members(a) {
                    for y in Self.members(b) {
                        #expect(sum.contains(.constant(x &+ y)))
                        #expect(difference.contains(.constant(x &- y)))
                        #expect(product.contains(.constant(x &* y)))
                        #expect(and.contains(.constant(x & y)))
                        #expect(or.contains(.constant(x | y)))
                        #expect(xor.contains(.constant(x ^ y)))
                    }
                }
                // Bitwise results are exact.
                #expect(Self.members(and).count == Set(pairs(a, b).map { $0 & $1 }).count)
            }
        }
    }

    private func pairs(_ a: Tnum, _ b: Tnum) -> [(UInt64, UInt64)] {
        Self.members(a).flatMap { x in Self.members(b).map { (x, $0) } }
    }

    @Test func invariantHolds() {
        for a in Self.all {
            for b in Self.all {
                for result in [a + b, a - b, a * b, a & b, a | b, a ^ b, a.intersection(b)] {
                    #expect(result.value & result.mask == 0)
                }
            }
        }
    }

    @Test func shiftsEveryMember() {
        for a in Self.all {
            for count in 0..<UInt64(60) {
                for x in Self.members(a) {
                    #expect(a.shiftedLeft(count).contains(.constant(x << count)))
                    #expect(a.shiftedRight(count).contains(.constant(x >> count)))
                    let high = Tnum(value: a.value << 60, mask: a.mask << 60)
                    let shifted = UInt64(bitPattern: Int64(bitPattern: x << 60) >> Int64(count))
                    #expect(high.arithmeticShiftedRight(count, width: 64).contains(.constant(shifted)))
                }
            }
        }
    }

    @Test func rangeHoldsItsNumbersTightly() {
        for low in 0..<UInt64(16) {
            for high in low..<UInt64(16) {
                let range = Tnum.range(low, high)
                for number in low...high { #expect(range.contains(.constant(number))) }
                #expect(range.mask & (range.mask &+ 1) == 0)
            }
        }
        #expect(Tnum.range(0, .max).isUnknown)
    }

    @Test func intersectionAndOverlap() {
        for a in Self.all {
            for b in Self.all {
                let common = Set(Self.members(a)).intersection(Self.members(b))
                #expect(a.overlaps(b) == !common.isEmpty)
                if !common.isEmpty { #expect(Set(Self.members(a.intersection(b))) == common) }
                #expect(a.contains(b) == Set(Self.members(b)).isSubset(of: Self.members(a)))
            }
        }
    }
}
