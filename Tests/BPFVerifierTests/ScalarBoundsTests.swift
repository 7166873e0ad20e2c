import Testing

@testable import BPFVerifier

/// Ranges against the values that they stand for: nothing that can happen may be left out.
@Suite struct ScalarBoundsTests {
    /// Where ranges of all four readings begin and end.
    static let values: [UInt64] = [
        0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000,
        0x1_7fff_ffff, 0x7fff_ffff_ffff_fffe, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_7fff_ffff,
        0xffff_ffff_8000_0000, 0xffff_ffff_ffff_ff80, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff,
    ]

    /// What is known where one of two values is there.
    static func either(_ a: UInt64, _ b: UInt64) -> ScalarBounds {
        let (first, second) = (ScalarBounds.constant(a), ScalarBounds.constant(b))
        return ScalarBounds(
            tnum: Tnum(value: a & b, mask: a ^ b), smin: min(first.smin, second.smin),
            smax: max(first.smax, second.smax),
            umin: min(a, b), umax: max(a, b), s32min: min(first.s32min, second.s32min),
            s32max: max(first.s32max, second.s32max), u32min: min(first.u32min, second.u32min),
            u32max: max(first.u32max, second.u32max))
    }

    static let pairs: [(UInt64, UInt64)] = values.flatMap { a in values.filter { $0 >= a }.map { (a, $0) } }

    static let everySeventhPair = pairs.enumerated().filter { $0.offset % 7 == 0 }.map(\.element)

    @Test func constantsAreExact() {
        for value in Self.values { #expect(ScalarBounds.constant(value).contradiction == nil) }
        #expect(ScalarBounds.unknown.contradiction == nil)
    }

    @Test func synchronisingKeepsEveryValue() {
        for (a, b) in Self.pairs {
            var bounds = Self.either(a, b)
            bounds.synchronise()
            #expect(bounds.contains(a) && bounds.contains(b))
            var ranges = ScalarBounds.unknown
            (ranges.umin, ranges.umax) = (a, b)
            ranges.synchronise()
            for value in Self.values where (a...b).contains(value) { #expect(ranges.contains(value)) }
            var signed = ScalarBounds.unknown
            let (low, high) = (Int64(bitPattern: a), Int64(bitPattern: b))
            (signed.smin, signed.smax) = (min(low, high), max(low, high))
            signed.synchronise()
            for value in Self.values where (signed.smin...signed.smax).contains(Int64(bitPattern: value)) {
                #expect(signed.contains(value))
            }
        }
    }

    @Test func arithmeticKeepsEveryResult() {
        for (a, b) in Self.pairs {
            for (c, d) in Self.everySeventhPair {
                let (first, second) = (Self.either(a, b), Self.either(c, d))
                check(first, second, [a, b], [c, d], "+", { $0.add($1) }, &+)
                check(first, second, [a, b], [c, d], "-", { $0.subtract($1) }, &-)
                check(first, second, [a, b], [c, d], "*", { $0.multiply($1) }, &*)
                check(first, second, [a, b], [c, d], "&", { $0.and($1) }, &)
                check(first, second, [a, b], [c, d], "|", { $0.or($1) }, |)
                check(first, second, [a, b], [c, d], "^", { $0.xor($1) }, ^)
            }
        }
    }

    private func check(
        _ first: ScalarBounds, _ second: ScalarBounds, _ x: [UInt64], _ y: [UInt64], _ name: String,
        _ abstract: (inout ScalarBounds, ScalarBounds) -> Void, _ concrete: (UInt64, UInt64) -> UInt64
    ) {
        var result = first
        abstract(&result, second)
        result.synchronise()
        for a in x {
            for b in y where !result.contains(concrete(a, b)) {
                Issue.record("\(a) \(name) \(b) is not in \(result)")
            }
        }
    }

    @Test func shiftsKeepEveryResult() {
        for (a, b) in Self.pairs {
            for count in [UInt64(0), 1, 7, 16, 31, 32, 33, 63] {
                for value in [a, b] {
                    expect(Self.either(a, b), { $0.shiftLeft(by: count) }, value << count)
                    expect(Self.either(a, b), { $0.shiftRight(by: count) }, value >> count)
                    expect(
                        Self.either(a, b), { $0.arithmeticShiftRight(by: count) },
                        UInt64(bitPattern: Int64(bitPattern: value) >> Int64(count)))
                    guard count < 32 else { continue }
                    let low = UInt32(truncatingIfNeeded: value)
                    expect32(a, b, { $0.shiftLeftSubregister(by: count) }, low << UInt32(count))
                    expect32(a, b, { $0.shiftRightSubregister(by: count) }, low >> UInt32(count))
                    expect32(
                        a, b, { $0.arithmeticShiftRightSubregister(by: count) },
                        UInt32(bitPattern: Int32(bitPattern: low) >> Int32(count)))
                }
            }
        }
    }

    private func expect(_ bounds: ScalarBounds, _ change: (inout ScalarBounds) -> Void, _ value: UInt64) {
        var result = bounds
        change(&result)
        result.synchronise()
        #expect(result.contains(value), "\(value) is not in \(result)")
    }

    private func expect32(_ a: UInt64, _ b: UInt64, _ change: (inout ScalarBounds) -> Void, _ value: UInt32) {
        expect(
            Self.either(a, b),
            {
                change(&$0)
                $0.zeroExtendSubregister()
            }, UInt64(value))
    }

    @Test func widthsKeepEveryResult() {
        for (a, b) in Self.pairs {
            for value in [a, b] {
                for size in [1, 2, 4] {
                    let mask = (UInt64(1) << UInt64(size * 8)) - 1
                    expect(Self.either(a, b), { $0.truncate(toBytes: size) }, value & mask)
                    let unused = Int64(64 - size * 8)
                    let extended = (Int64(bitPattern: value) << unused) >> unused
                    expect(Self.either(a, b), { $0.signExtend(fromBytes: size) }, UInt64(bitPattern: extended))
                    if size < 4 {
                        expect32(
                            a, b, { $0.signExtendSubregister(fromBytes: size) },
                            UInt32(truncatingIfNeeded: extended))
                    }
                }
            }
        }
    }

    /// Every comparison that is called certain is so, and what it tells leaves in what fits.
    @Test func comparisonsAreSound() {
        let conditions: [UInt8] = [
            Opcode.jeq, Opcode.jne, Opcode.jset, Opcode.jgt, Opcode.jge, Opcode.jlt, Opcode.jle, Opcode.jsgt,
            Opcode.jsge, Opcode.jslt, Opcode.jsle,
        ]
        let frame = FrameState(callSite: -1, number: 0, subprogram: 0)
        for (a, b) in Self.pairs {
            for (c, d) in Self.everySeventhPair {
                let (first, second) = (Self.either(a, b), Self.either(c, d))
                for condition in conditions {
                    for is32 in [false, true] {
                        let decided = first.decide(second, condition, is32: is32)
                        frame[0].state = .unknownScalar
                        frame[1].state = .unknownScalar
                        frame[0].value = first
                        frame[1].value = second
                        Condition.refine(frame[0], frame[1], condition, is32)
                        for x in [a, b] {
                            for y in [c, d] {
                                let holds = holds(x, y, condition, is32)
                                if let decided, decided != holds {
                                    Issue.record("\(x) \(condition) \(y) was decided \(decided)")
                                }
                                if holds, !frame[0].value.contains(x) || !frame[1].value.contains(y) {
                                    Issue.record("\(x) \(condition) \(y) was refined away")
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func holds(_ x: UInt64, _ y: UInt64, _ condition: UInt8, _ is32: Bool) -> Bool {
        let (a, b) = is32 ? (x & 0xffff_ffff, y & 0xffff_ffff) : (x, y)
        let (s, t) =
            is32
            ? (Int64(Int32(truncatingIfNeeded: x)), Int64(Int32(truncatingIfNeeded: y)))
            : (Int64(bitPattern: x), Int64(bitPattern: y))
        return switch condition {
        case Opcode.jeq: a == b
        case Opcode.jne: a != b
        case Opcode.jset: a & b != 0
        case Opcode.jgt: a > b
        case Opcode.jge: a >= b
        case Opcode.jlt: a < b
        case Opcode.jle: a <= b
        case Opcode.jsgt: s > t
        case Opcode.jsge: s >= t
        case Opcode.jslt: s < t
        default: s <= t
        }
    }
}
