import BPFInstructionSet
import PacketModel

/// Turns an access to `struct __sk_buff` into instructions on the socket buffer's native block
/// (`convert_ctx_accesses` in kernel/bpf/verifier.c, `bpf_convert_ctx_access` in net/core/filter.c).
struct ContextConversion {
    /// The program reads `tstamp_type`, so it knows that `tstamp` may be a delivery time.
    let usesTimestampType: Bool

    private typealias Layout = SocketBufferLayout

    /// What stands in place of `instruction`, which accesses `size` bytes at `offset`; nil where no sched_cls program may.
    ///
    /// A load of part of a field becomes a load of the field, then a shift and a mask; as in the kernel not where the
    /// field behind it (`target_size`) is no wider than the load.
    func sequence(for instruction: Instruction, offset: Int, size: Int) -> [Instruction]? {
        guard let field = ContextField(at: offset), case .some(let form) = instruction.form else { return nil }
        switch form {
        case .store: return store(instruction, field, offset: offset)
        case .load(_, let isSigned):
            guard let (field, width) = load(instruction, field, offset: offset, size: size) else { return nil }
            var sequence = field
            let register = instruction.destination
            if size < width, Self.isNarrow(offset, size) {
                let shift = (offset & 3) * 8
                if shift > 0 { sequence.append(.shiftRight32(register, shift)) }
                sequence.append(.and32(register, Int32(1) << Int32(size * 8) - 1))
            }
            if isSigned { sequence.append(.signExtend(register, from: size)) }
            return sequence
        default: return nil
        }
    }

    /// Whether a load is narrower than its field: control block bytes and the time stamp's type are fields of any size.
    private static func isNarrow(_ offset: Int, _ size: Int) -> Bool {
        size < 4 && !(ContextField.controlBlockRange ~= offset) && offset != ContextField.timestampType.rawValue
    }

    /// The load of the whole field, and how wide the field behind it is (`target_size`); 0 where that is no matter.
    private func load(
        _ instruction: Instruction, _ field: ContextField, offset: Int, size: Int
    ) -> (sequence: [Instruction], width: Int)? {
        let to = instruction.destination
        let base = instruction.source
        func plain(_ size: MemorySize, _ place: Int) -> ([Instruction], Int) {
            ([.load(size, to, base, place)], size.byteCount)
        }
        switch field {
        case .length: return plain(.word, Layout.length)
        case .packetType: return ([.load(.byte, to, base, Layout.packetTypeBits), .and32(to, 7)], 1)
        case .mark: return plain(.word, Layout.mark)
        case .queueMapping: return plain(.halfword, Layout.queueMapping)
        case .networkProtocol: return plain(.halfword, Layout.networkProtocol)
        case .vlanPresent:
            // vlan_all: protocol and TCI together.
            return ([.load(.word, to, base, Layout.vlanProtocol), .jumpIfEqual(to, 0, 1), .move32(to, 1)], 4)
        case .vlanTCI: return plain(.halfword, Layout.vlanTCI)
        case .vlanProtocol: return plain(.halfword, Layout.vlanProtocol)
        case .priority: return plain(.word, Layout.priority)
        case .inputInterface: return plain(.word, Layout.inputInterface)
        case .interface:
            return (
                [.load(.doubleword, to, base, Layout.device), .jumpIfEqual(to, 0, 1), .load(.word, to, to, 0)], 4
            )
        case .tcIndex: return plain(.halfword, Layout.tcIndex)
        case .controlBlock:
            guard let width = MemorySize(rawValue: UInt8(size)) else { return nil }
            return (
                [.load(width, to, base, Layout.controlBlockData + offset - ContextField.controlBlock.rawValue)], 0
            )
        case .hash: return plain(.word, Layout.hash)
        case .tcClassID: return plain(.halfword, Layout.tcClassID)
        case .data: return ([.load(.doubleword, to, base, Layout.data)], 0)
        case .dataEnd: return ([.load(.doubleword, to, base, Layout.dataEnd)], 0)
        case .dataMeta: return ([.load(.doubleword, to, base, Layout.dataMeta)], 0)
        case .napiID:
            return (
                [
                    .load(.word, to, base, Layout.napiID), .jumpIfGreaterOrEqual(to, Self.minimumNAPIID, 1),
                    .move64(to, 0),
                ], 4
            )
        case .timestamp: return (loadTimestamp(to, base), 0)
        case .wireLength: return plain(.word, Layout.packetLength)
        case .gsoSegments: return plain(.halfword, Layout.gsoSegments)
        case .socket: return ([.load(.doubleword, to, base, Layout.socket)], 0)
        case .gsoSize: return plain(.halfword, Layout.gsoSize)
        case .timestampType:
            return ([.load(.byte, to, base, Layout.hookBits), .and32(to, Self.timestampTypeMask)], 0)
        case .hardwareTimestamp: return ([.load(.doubleword, to, base, Layout.hardwareTimestamp)], 0)
        }
    }

    /// MIN_NAPI_ID with the default NR_CPUS of 8192: smaller ids are sender CPUs.
    private static let minimumNAPIID: Int32 = 8193
    private static let timestampTypeMask: Int32 = 3
    private static let atIngressMask = Int32(HookBits.atIngress.rawValue)

    /// At ingress a delivery time reads as 0, unless the program knows of types (`bpf_convert_tstamp_read`).
    private func loadTimestamp(_ to: UInt8, _ base: UInt8) -> [Instruction] {
        let load = Instruction.load(.doubleword, to, base, Layout.timestamp)
        guard !usesTimestampType else { return [load] }
        let bits = Instruction.auxiliary
        return [
            .load(.byte, bits, base, Layout.hookBits),
            .jumpIfAny32(bits, Self.atIngressMask, 1),
            .jump(4),
            .jumpIfAny32(bits, Self.timestampTypeMask, 1),
            .jump(2),
            .move64(to, 0),
            .jump(1),
            load,
        ]
    }

    private func store(_ instruction: Instruction, _ field: ContextField, offset: Int) -> [Instruction]? {
        switch field {
        case .mark: return [instruction.store(.word, at: Layout.mark)]
        case .priority: return [instruction.store(.word, at: Layout.priority)]
        case .queueMapping: return storeQueueMapping(instruction)
        case .tcIndex: return [instruction.store(.halfword, at: Layout.tcIndex)]
        case .tcClassID: return [instruction.store(.halfword, at: Layout.tcClassID)]
        case .timestamp: return storeTimestamp(instruction)
        case .controlBlock:
            guard case .store(let size, _) = instruction.form else { return nil }
            return [
                instruction.store(
                    size, at: Layout.controlBlockData + offset - ContextField.controlBlock.rawValue)
            ]
        default: return nil
        }
    }

    /// NO_QUEUE_MAPPING and above are not stored.
    private func storeQueueMapping(_ instruction: Instruction) -> [Instruction] {
        let store = instruction.store(.halfword, at: Layout.queueMapping)
        let none: Int32 = 0xFFFF
        if instruction.storesImmediate { return instruction.immediate >= none ? [.jump(0)] : [store] }
        return [.jumpIfGreaterOrEqual(instruction.source, none, 1), store]
    }

    /// At ingress a store makes it a plain receive time, unless the program knows of types (`bpf_convert_tstamp_write`).
    private func storeTimestamp(_ instruction: Instruction) -> [Instruction] {
        let store = instruction.store(.doubleword, at: Layout.timestamp)
        guard !usesTimestampType else { return [store] }
        let bits = Instruction.auxiliary
        let base = instruction.destination
        return [
            .load(.byte, bits, base, Layout.hookBits),
            .jumpIfAny32(bits, Self.atIngressMask, 1),
            .jump(2),
            .and32(bits, ~Self.timestampTypeMask),
            .store(.byte, base, Layout.hookBits, bits),
            store,
        ]
    }
}
