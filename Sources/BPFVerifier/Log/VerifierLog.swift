/// The log's text, which can be taken back to an earlier position (kernel/bpf/log.c).
final class VerifierLog {
    let level: LogLevel
    private var bytes: [UInt8] = []

    init(level: LogLevel) { self.level = level }

    /// Whether anything is written at all.
    var isOn: Bool { level.rawValue != 0 }

    var position: Int { bytes.count }

    func write(_ text: @autoclosure () -> String) {
        guard level.rawValue != 0 else { return }
        bytes.append(contentsOf: text().utf8)
    }

    /// Drops what was written after `position` (`bpf_vlog_reset`).
    func reset(to position: Int) {
        if position < bytes.count { bytes.removeLast(bytes.count - position) }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension ScalarBounds {
    /// The ranges that say something, as the kernel prints them: `smin=0,smax=umax=255`.
    ///
    /// Limits that are equal are written once, every second one of the list compared, so that a lower limit joins
    /// lower limits (`print_scalar_ranges`).
    var rangeParts: [String] {
        let decimal32 = { (value: Int32) in
            LogNumber.isShort(Int64(value)) ? UInt64(bitPattern: Int64(value)) : UInt64(UInt32(bitPattern: value))
        }
        let limits: [(name: String, value: UInt64, isSigned: Bool)] = [
            ("smin", UInt64(bitPattern: smin), true), ("smax", UInt64(bitPattern: smax), true),
            ("umin", umin, false), ("umax", umax, false),
            ("smin32", decimal32(s32min), true), ("smax32", decimal32(s32max), true),
            ("umin32", UInt64(u32min), false), ("umax32", UInt64(u32max), false),
        ]
        var isOmitted = [
            smin == .min, smax == .max, umin == 0, umax == .max,
            s32min == .min, s32max == .max, u32min == 0, u32max == .max,
        ]
        var parts: [String] = []
        for (index, limit) in limits.enumerated() where !isOmitted[index] {
            let isNegative = limit.isSigned && Int64(bitPattern: limit.value) < 0
            var part = limit.name + "="
            for other in stride(from: index + 2, to: limits.count, by: 2)
            where !isOmitted[other] && limits[other].value == limit.value {
                let isOtherNegative = limits[other].isSigned && Int64(bitPattern: limits[other].value) < 0
                guard isOtherNegative == isNegative else { continue }
                isOmitted[other] = true
                part += limits[other].name + "="
            }
            part +=
                limit.isSigned
                ? LogNumber.text(Int64(bitPattern: limit.value)) : LogNumber.text(limit.value)
            parts.append(part)
        }
        return parts
    }
}

extension Tnum {
    /// `7`, `0xfffff`, or `(0x0; 0xff)` (`tnum_strn`).
    var text: String {
        guard !isConstant else { return LogNumber.text(value) }
        return "(\(LogNumber.hexadecimal(value)); \(LogNumber.hexadecimal(mask)))"
    }
}

/// Numbers as the kernel's log writes them: short ones decimal, long ones hexadecimal.
enum LogNumber {
    static func isShort(_ value: Int64) -> Bool { value >= Int64(Int16.min) && value <= Int64(Int16.max) }

    static func text(_ value: Int64) -> String {
        isShort(value) ? String(value) : hexadecimal(UInt64(bitPattern: value))
    }

    static func text(_ value: UInt64) -> String {
        value <= UInt64(UInt16.max) ? String(value) : hexadecimal(value)
    }

    /// The kernel's `%#llx`.
    static func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

    /// C's `%+d`.
    static func signed(_ value: Int) -> String { value < 0 ? String(value) : "+\(value)" }
}
