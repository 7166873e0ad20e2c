import BPFObjectFile
import KernelControl
import PacketModel

/// Turns a scenario's values into bytes; devices and programs are asked for by the closures.
struct ValueEncoder {
    let link: (DeviceReference) throws(ScenarioError) -> LinkInfo
    let program: (String, SourcePlace) throws(ScenarioError) -> Descriptor

    /// Exactly `byteCount` bytes for `value`.
    func bytes(_ value: ValueLiteral, byteCount: Int) throws(ScenarioError) -> [UInt8] {
        if case .number(let number) = value.form { return try bytes(of: number, byteCount, at: value.place) }
        let bytes = try fill(value, byteCount)
        guard bytes.count == byteCount else {
            throw ScenarioError(.input, value.place, "a value of \(bytes.count) bytes; there is room for \(byteCount)")
        }
        return bytes
    }

    /// A value for a global variable: numbers stay numbers, so that the variable's type checks their range.
    func global(_ value: ValueLiteral, byteCount: Int) throws(ScenarioError) -> GlobalValue {
        switch value.form {
        case .number(let number): .integer(number)
        case .ifindex(let device): .integer(Int128(try link(device).index))
        default: .bytes(try bytes(value, byteCount: byteCount))
        }
    }

    private func fill(_ value: ValueLiteral, _ room: Int) throws(ScenarioError) -> [UInt8] {
        switch value.form {
        case .number(let number): return try bytes(of: number, room, at: value.place)
        case .sized(let number, let byteCount, let isNetworkOrder):
            let bytes = try bytes(of: number, byteCount, at: value.place)
            return isNetworkOrder ? bytes.reversed() : bytes
        case .ifindex(let device): return littleEndianBytes(try link(device).index)
        case .linkAddress(let address): return address.bytes
        case .linkAddressOf(let device): return try link(device).address.bytes
        case .bytes(let bytes): return bytes
        case .program(let name):
            return littleEndianBytes(UInt32(bitPattern: try program(name, value.place).rawValue))
        case .list(let parts): return try list(parts, room, at: value.place)
        }
    }

    /// Parts with a size of their own take it; the numbers among them share what is left evenly.
    private func list(_ parts: [ValueLiteral], _ room: Int, at place: SourcePlace) throws(ScenarioError) -> [UInt8] {
        var encoded: [[UInt8]?] = []
        for part in parts {
            if case .number = part.form {
                encoded.append(nil)
            } else {
                encoded.append(try fill(part, room))
            }
        }
        let left = room - encoded.reduce(0) { $0 + ($1?.count ?? 0) }
        let numbers = encoded.count { $0 == nil }
        guard numbers == 0 || left > 0 && left.isMultiple(of: numbers) else {
            throw ScenarioError(
                .input, place, "\(numbers) numbers without a size cannot share \(max(0, left)) bytes; write {u32: …}")
        }
        var bytes: [UInt8] = []
        for (part, own) in zip(parts, encoded) {
            if let own {
                bytes += own
            } else if case .number(let number) = part.form {
                bytes += try self.bytes(of: number, left / numbers, at: part.place)
            }
        }
        return bytes
    }

    private func bytes(of number: Int128, _ count: Int, at place: SourcePlace) throws(ScenarioError) -> [UInt8] {
        let width = min(count * 8, 127)
        guard number >= -(Int128(1) << (width - 1)), width == 127 || number < Int128(1) << width else {
            throw ScenarioError(.input, place, "\(number) doesn't fit into \(count) bytes")
        }
        return (0..<count).map { $0 < 16 ? UInt8(truncatingIfNeeded: number >> ($0 * 8)) : number < 0 ? 0xFF : 0 }
    }
}
