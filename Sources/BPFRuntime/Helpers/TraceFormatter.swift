import LinuxABI

/// The formats of bpf_trace_printk (`bpf_bprintf_prepare` in kernel/bpf/helpers.c, then `bstr_printf` in lib/vsprintf.c).
///
/// `%d %i %u %x %X` with `l` and `ll`, `%c`, `%s %pks %pus`, `%p %px %pK`, `%pi4 %pI4 %pi6 %pI6`, and `%ps %pS %pB`, which
/// find no symbol; each with flags `0 + -` and space and a width. At most three.
struct TraceFormatter {
    let arguments: [UInt64]
    /// The bytes at an address; nil where a program may not read them all.
    let read: (UInt64, Int) -> [UInt8]?

    /// MAX_BPRINTF_BUF.
    static let bufferSize = 1024

    private var text: [UInt8] = []
    private var used = 0

    init(arguments: [UInt64], read: @escaping (UInt64, Int) -> [UInt8]?) {
        self.arguments = arguments
        self.read = read
    }

    private struct Specification {
        var isLeft = false
        var isZeroPadded = false
        var hasPlus = false
        var hasSpace = false
        var width = 0
    }

    /// The formatted text.
    ///
    /// - Throws: `EINVAL` for a format without a final NUL, with control characters, with more than three specifications, or
    ///   with one that Linux doesn't take.
    mutating func format(_ bytes: [UInt8]) throws(KernelErrno) -> [UInt8] {
        guard let end = bytes.firstIndex(of: 0) else { throw .EINVAL }
        // Every look ahead below stays within the NUL and two more.
        let format = Array(bytes[..<end]) + [0, 0, 0]
        var index = 0
        while index < end {
            let byte = format[index]
            guard byte >= 0x80 || Self.isPrintable(byte) || Self.isSpace(byte) else { throw .EINVAL }
            if byte != UInt8(ascii: "%") {
                text.append(byte)
                index += 1
            } else if format[index + 1] == UInt8(ascii: "%") {
                text.append(byte)
                index += 2
            } else {
                guard used < arguments.count else { throw .EINVAL }
                index = try specification(format, at: index + 1)
                used += 1
            }
        }
        return text
    }

    /// Formats the argument of the specification that begins at `start`; the index behind it.
    private mutating func specification(_ format: [UInt8], at start: Int) throws(KernelErrno) -> Int {
        var index = start
        var specification = Specification()
        flags: while true {
            switch format[index] {
            case UInt8(ascii: "0"): specification.isZeroPadded = true
            case UInt8(ascii: "+"): specification.hasPlus = true
            case UInt8(ascii: "-"): specification.isLeft = true
            case UInt8(ascii: " "): specification.hasSpace = true
            default: break flags
            }
            index += 1
        }
        while Self.isDigit(format[index]) {
            specification.width = min(specification.width * 10 + Int(format[index] - 48), 1 << 20)
            index += 1
        }
        let argument = arguments[used]
        switch format[index] {
        case UInt8(ascii: "p"):
            index = try pointer(format, at: index + 1, argument, specification)
            // Whatever letters and digits follow count as part of it.
            while Self.isDigit(format[index]) || Self.isLetter(format[index]) { index += 1 }
            return index
        case UInt8(ascii: "s"):
            try Self.checkEnd(format[index + 1])
            append(string(argument), specification)
            return index + 1
        case UInt8(ascii: "c"):
            append([UInt8(truncatingIfNeeded: argument)], specification)
            return index + 1
        default: break
        }
        var isLong = false
        for _ in 0..<2 where format[index] == UInt8(ascii: "l") {
            isLong = true
            index += 1
        }
        let value = isLong ? argument : UInt64(UInt32(truncatingIfNeeded: argument))
        let signed =
            isLong ? Int64(bitPattern: argument) : Int64(Int32(truncatingIfNeeded: argument))
        switch format[index] {
        case UInt8(ascii: "d"), UInt8(ascii: "i"):
            number(signed.magnitude, specification, sign: sign(of: signed, specification))
        case UInt8(ascii: "u"): number(value, specification)
        case UInt8(ascii: "x"): number(value, specification, radix: 16)
        case UInt8(ascii: "X"): number(value, specification, radix: 16, isUppercase: true)
        default: throw .EINVAL
        }
        return index + 1
    }

    private func sign(of value: Int64, _ specification: Specification) -> UInt8? {
        if value < 0 { return UInt8(ascii: "-") }
        if specification.hasPlus { return UInt8(ascii: "+") }
        return specification.hasSpace ? UInt8(ascii: " ") : nil
    }

    /// What follows `%p` at `index`.
    private mutating func pointer(
        _ format: [UInt8], at index: Int, _ argument: UInt64, _ specification: Specification
    ) throws(KernelErrno) -> Int {
        let kind = format[index]
        switch kind {
        case UInt8(ascii: "k"), UInt8(ascii: "u"):
            guard format[index + 1] == UInt8(ascii: "s") else { throw .EINVAL }
            try Self.checkEnd(format[index + 2])
            text += string(argument)
            return index + 2
        case UInt8(ascii: "x"):
            address(argument, specification)
            return index + 1
        case UInt8(ascii: "K"):
            address(Self.hashed(argument), specification)
            return index + 1
        case UInt8(ascii: "s"), UInt8(ascii: "S"), UInt8(ascii: "B"):
            append(Array("0x\(String(argument, radix: 16))".utf8), specification)
            return index + 1
        case UInt8(ascii: "i"), UInt8(ascii: "I"):
            switch format[index + 1] {
            case UInt8(ascii: "4"):
                internetAddress(read(argument, 4) ?? [0, 0, 0, 0], isPadded: kind == UInt8(ascii: "i"))
            case UInt8(ascii: "6"):
                internetAddress6(
                    read(argument, 16) ?? [UInt8](repeating: 0, count: 16), hasColons: kind == UInt8(ascii: "I"))
            default: throw .EINVAL
            }
            return index + 2
        default:
            try Self.checkEnd(kind)
            address(Self.hashed(argument), specification)
            return index
        }
    }

    /// Linux prints a keyed hash of a pointer's value, 32 bits wide, and 0 as it is.
    private static func hashed(_ address: UInt64) -> UInt64 {
        guard address != 0 else { return 0 }
        return (address &* 0x9E37_79B9_7F4A_7C15) >> 32
    }

    private mutating func address(_ value: UInt64, _ specification: Specification) {
        var specification = specification
        if specification.width == 0 {
            specification.width = 16
            specification.isZeroPadded = true
        }
        number(value, specification, radix: 16)
    }

    private mutating func number(
        _ value: UInt64, _ specification: Specification, radix: Int = 10, isUppercase: Bool = false, sign: UInt8? = nil
    ) {
        let digits = Array(String(value, radix: radix, uppercase: isUppercase).utf8)
        let front = sign.map { [$0] } ?? []
        let padding = max(0, specification.width - digits.count - front.count)
        if specification.isLeft {
            text += front + digits + [UInt8](repeating: 32, count: padding)
        } else if specification.isZeroPadded {
            text += front + [UInt8](repeating: 48, count: padding) + digits
        } else {
            text += [UInt8](repeating: 32, count: padding) + front + digits
        }
    }

    private mutating func append(_ bytes: [UInt8], _ specification: Specification) {
        let padding = [UInt8](repeating: 32, count: max(0, specification.width - bytes.count))
        text += specification.isLeft ? bytes + padding : padding + bytes
    }

    /// The bytes up to a NUL; empty where they cannot be read.
    private func string(_ address: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < 511 {
            guard let byte = read(address &+ UInt64(bytes.count), 1)?.first else { return [] }
            if byte == 0 { break }
            bytes.append(byte)
        }
        return bytes
    }

    private mutating func internetAddress(_ bytes: [UInt8], isPadded: Bool) {
        let parts = bytes.map { byte in
            let digits = String(byte)
            return isPadded ? String(repeating: "0", count: 3 - digits.count) + digits : digits
        }
        text += Array(parts.joined(separator: ".").utf8)
    }

    private mutating func internetAddress6(_ bytes: [UInt8], hasColons: Bool) {
        for (index, byte) in bytes.enumerated() {
            if hasColons, index > 0, index & 1 == 0 { text.append(UInt8(ascii: ":")) }
            let digits = String(byte, radix: 16)
            text += Array((digits.count == 1 ? "0" + digits : digits).utf8)
        }
    }

    /// After a string's or a plain pointer's specification nothing may stand that could belong to it.
    private static func checkEnd(_ byte: UInt8) throws(KernelErrno) {
        guard byte == 0 || isSpace(byte) || isPunctuation(byte) else { throw .EINVAL }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte >= 9 && byte <= 13 }
    private static func isPrintable(_ byte: UInt8) -> Bool { byte >= 32 && byte <= 126 }
    private static func isPunctuation(_ byte: UInt8) -> Bool {
        byte > 32 && byte <= 126 && !isDigit(byte) && !isLetter(byte)
    }
    private static func isLetter(_ byte: UInt8) -> Bool { byte | 32 >= 97 && byte | 32 <= 122 }
}

/// A line of the trace pipe, as tracefs prints a bpf_trace_printk event (`trace_print_context`).
public struct TracePipeLine: Hashable, Sendable, CustomStringConvertible {
    public var task: String
    public var processID: Int
    public var cpu: Int
    /// Interrupt, reschedule, context, preemption and migration: five characters such as `b..1.`.
    public var flags: String
    /// Nanoseconds since boot.
    public var time: UInt64
    public var text: String

    public init(task: String, processID: Int, cpu: Int, flags: String, time: UInt64, text: String) {
        self.task = task
        self.processID = processID
        self.cpu = cpu
        self.flags = flags
        self.time = time
        self.text = text
    }

    public var description: String {
        func left(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        func right(_ text: String, _ width: Int, _ fill: Character) -> String {
            String(repeating: fill, count: max(0, width - text.count)) + text
        }
        let seconds = right("\(time / 1_000_000_000)", 5, " ")
        let micros = right("\(time / 1000 % 1_000_000)", 6, "0")
        return "\(right(task, 16, " "))-\(left("\(processID)", 7)) [\(right("\(cpu)", 3, "0"))] \(flags) "
            + "\(seconds).\(micros): bpf_trace_printk: \(text)"
    }
}
